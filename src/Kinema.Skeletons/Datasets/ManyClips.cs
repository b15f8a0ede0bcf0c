using System.Runtime.ExceptionServices;

namespace Kinema.Skeletons.Datasets;

/// <summary>Loops over clips on all processors, whose faults arrive as they were thrown: <c>Parallel.For</c> wraps them.</summary>
internal static class ManyClips
{
    /// <summary>Does something with every clip; the first that throws ends the loop, and what it threw is thrown.</summary>
    /// <param name="count">N.</param>
    /// <param name="body">Takes the clip's number; called by several threads.</param>
    public static void ForEach(int count, Action<int> body) => Unwrapped(() => Parallel.For(0, count, body));

    /// <summary>The same with something that every thread opens for itself.</summary>
    /// <param name="count">N.</param>
    /// <param name="open">Called once by every thread, and perhaps more often.</param>
    /// <param name="body">Takes the clip's number and what the thread opened.</param>
    public static void ForEach<T>(int count, Func<T> open, Action<int, T> body)
        where T : IDisposable => Unwrapped(() => Parallel.For(0, count, open, (i, _, opened) =>
        {
            body(i, opened);
            return opened;
        }, opened => opened.Dispose()));

    /// <summary>Does two things at once; what one of them throws is thrown.</summary>
    public static void Both(Action one, Action other) => Unwrapped(() => Parallel.Invoke(one, other));

    private static void Unwrapped(Action loop)
    {
        try
        {
            loop();
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
    }
}
