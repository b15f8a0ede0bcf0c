using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>The sum of a channels-last map over clips, frames and joints, the gradient of a bias, with the same bits on any number of threads.</summary>
internal static unsafe class ChannelSums
{
    private const int ShortChain = 32; // rows that are added before their sum is, so that it keeps its digits

    /// <summary>Sums.</summary>
    /// <param name="map">(N, C, T, V), channels-last in memory, single precision.</param>
    /// <returns>(C).</returns>
    internal static Tensor Of(Tensor map)
    {
        var (n, c, t, v) = map.Sizes4();
        int clips = (int)n, channels = (int)c, rows = (int)(t * v);
        var result = Tensor.Empty([c]);
        using var parts = Packed.Empty(n * c);
        float* from = Floats.Of(map), to = Floats.Of(result), sums = parts.Data;
        KernelTasks.Run(clips, clip =>
        {
            float* part = sums + ((long)clip * channels), few = Scratch.Take(0, channels);
            new Span<float>(part, channels).Clear();
            for (var first = 0; first < rows; first += ShortChain)
            {
                new Span<float>(few, channels).Clear();
                for (var row = first; row < Math.Min(rows, first + ShortChain); row++)
                    Floats.Add(from + ((((long)clip * rows) + row) * channels), few, channels);
                Floats.Add(few, part, channels);
            }
        });
        Floats.Sum(sums, clips, channels, to);
        GC.KeepAlive(map);
        return result;
    }
}
