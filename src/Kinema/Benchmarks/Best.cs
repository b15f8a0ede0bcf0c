using System.Diagnostics;
using Kinema.Torch;

namespace Kinema.Benchmarks;

/// <summary>Times what is to say what a machine can do: the best round counts, since the rest of the machine can only disturb.</summary>
internal static class Best
{
    /// <summary>Seconds of the fastest round; the first, which warms up, is not counted.</summary>
    public static double Seconds(Device device, int rounds, Action action)
    {
        var best = double.PositiveInfinity;
        for (var round = 0; round <= rounds; round++)
        {
            var begin = Stopwatch.GetTimestamp();
            action();
            TorchRuntime.Synchronize(device);
            if (round > 0) best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalSeconds);
        }

        return best;
    }
}
