using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kinema.Torch;

/// <summary>
/// Runs the pieces of a kernel on libtorch's threads. Each thread takes the next piece when it is free, so that one slow core does not hold up
/// the rest; what a piece computes must not depend on who runs it, nor on the number of threads.
/// </summary>
internal static class KernelTasks
{
    /// <summary>Runs <paramref name="body"/> for 0 … <paramref name="count"/> - 1, and returns when all are done.</summary>
    internal static void Run(int count, Action<int> body)
    {
        var threads = Math.Min(count, TorchRuntime.Threads);
        if (threads <= 1)
        {
            for (var i = 0; i < count; i++) body(i);
            return;
        }

        var next = -1;
        ParallelRange.For(0, threads, 1, (_, _) =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;) body(i);
        });
    }
}

/// <summary>
/// Memory of the current thread for what a kernel needs only while it runs. Each slot keeps its largest size until the thread ends, so that a
/// step that repeats asks for nothing.
/// </summary>
internal static unsafe class Scratch
{
    private const int Slots = 8;

    [ThreadStatic] private static float[]?[]? buffers;

    /// <summary>At least <paramref name="length"/> numbers of any value, aligned to 64 bytes; another call for the same slot gives them away again.</summary>
    internal static float* Take(int slot, long length)
    {
        var mine = buffers ??= new float[Slots][];
        if (mine[slot] is not { } buffer || buffer.Length < length + 16)
            mine[slot] = buffer = GC.AllocateUninitializedArray<float>(checked((int)length + 16), pinned: true);
        var address = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(buffer));
        return (float*)((address + 63) & ~(nint)63);
    }
}
