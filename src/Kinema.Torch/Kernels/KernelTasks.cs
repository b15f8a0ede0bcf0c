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
