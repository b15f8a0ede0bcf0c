using System.Runtime.ExceptionServices;

namespace Kinema.Skeletons.Datasets;

/// <summary>Loops over clips on all processors, whose faults arrive as they were thrown: <c>Parallel.For</c> wraps them.</summary>
internal static class ManyClips
{
    /// <summary>Does something with every clip; the first that throws ends the loop, and what it threw is thrown.</summary>
    /// <param name="count">N.</param>
    /// <param name="body">Takes the clip's number; called by several threads.</param>
    public static void ForEach(int count, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException error)
        {
            ExceptionDispatchInfo.Throw(error.InnerExceptions[0]);
        }
    }
}
