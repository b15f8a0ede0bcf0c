using System.Runtime.InteropServices;
using Kinema.Torch.Interop;

namespace Kinema.Torch;

/// <summary>Runs pieces of a range on libtorch's own threads, so that managed kernels and libtorch's do not fight over the cores.</summary>
public static unsafe class ParallelRange
{
    /// <summary>Runs <paramref name="body"/> over pieces of [begin, end), and returns when all are done.</summary>
    /// <param name="begin">First index.</param>
    /// <param name="end">One past the last index.</param>
    /// <param name="grain">The smallest piece worth a thread.</param>
    /// <param name="body">Gets the first index of a piece and the one past its last.</param>
    public static void For(long begin, long end, long grain, Action<long, long> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var work = new Work(body);
        var state = GCHandle.Alloc(work);
        try
        {
            var status = NativeMethods.kt_parallel_for(begin, end, grain, &Run, GCHandle.ToIntPtr(state));
            if (work.Failure is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            Native.Check(status);
        }
        finally
        {
            state.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static int Run(nint state, long begin, long end)
    {
        var work = (Work)GCHandle.FromIntPtr(state).Target!;
        try
        {
            work.Body(begin, end);
            return 0;
        }
        catch (Exception e)
        {
            work.Failure = e;
            return 1;
        }
    }

    private sealed class Work(Action<long, long> body)
    {
        internal Action<long, long> Body => body;

        internal Exception? Failure { get; set; }
    }
}
