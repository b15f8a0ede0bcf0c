using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>
/// The batch normalisation at the door of the GCN family: one statistic per person, joint and coordinate, feature index (m·V + v)·C + c, or,
/// where the persons share them, per joint and coordinate, v·C + c.
/// </summary>
internal static class DataNorm
{
    /// <summary>Normalises clips and folds the persons into the batch.</summary>
    /// <param name="clips">(N, C, T, V, M).</param>
    /// <param name="norm">Over M·V·C features, or V·C.</param>
    /// <param name="perPerson">Which of the two.</param>
    /// <returns>(N·M, C, T, V), row n·M + m, channels-last in memory.</returns>
    public static Tensor Apply(Tensor clips, BatchNorm norm, bool perPerson = true)
    {
        var (n, c, t, v, m) = (clips.Size(0), clips.Size(1), clips.Size(2), clips.Size(3), clips.Size(4));
        var rows = clips.Permute(0, 2, 4, 3, 1).Reshape(perPerson ? n * t : n * t * m, -1, 1, 1); // (N, T, M, V, C)
        // The framework's own sums depend on the number of threads, and with them the run.
        return NormActivation.Apply(rows, [norm], relu: false)
            .Reshape(n, t, m, v, c).Permute(0, 2, 1, 3, 4).Reshape(n * m, t, v, c)       // (N·M, T, V, C)
            .Permute(0, 3, 1, 2);
    }
}
