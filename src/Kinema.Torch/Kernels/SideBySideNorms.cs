namespace Kinema.Torch;

/// <summary>
/// Batch normalisations that lie side by side on the channels as one: the statistics of a channel depend on no other channel. For devices,
/// where a piece of a channels-last map is read with gaps, at a fraction of the memory's speed.
/// </summary>
internal static class SideBySideNorms
{
    /// <summary>Normalises, and moves the running statistics of every one while training.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="norms">Their channels add up to C, in order; all in one mode, with one ε and one momentum.</param>
    /// <returns>(N, C, T, V).</returns>
    internal static Tensor Apply(Tensor x, BatchNorm[] norms)
    {
        if (norms.Any(norm => norm.Epsilon != norms[0].Epsilon || norm.Momentum != norms[0].Momentum))
            throw new ArgumentException("normalisations that lie side by side have one epsilon and one momentum");
        var training = norms[0].Training;
        var (mean, variance) = (Joined(norm => norm.RunningMean), Joined(norm => norm.RunningVariance));
        var y = Aten.BatchNorm.Call(
            x, Joined(norm => norm.Weight), Joined(norm => norm.Bias), mean, variance, training, norms[0].Momentum, norms[0].Epsilon, false);
        if (training) MoveStatistics(norms, mean, variance);
        return y;

        Tensor Joined(Func<BatchNorm, NamedTensor> part) => Tensor.Cat(0, [.. norms.Select(norm => part(norm).Value)]);
    }

    private static void MoveStatistics(BatchNorm[] norms, Tensor mean, Tensor variance)
    {
        using var mode = Autograd.NoGrad();
        long start = 0;
        foreach (var norm in norms)
        {
            var channels = norm.Weight.Value.Size(0);
            norm.CountBatch();
            norm.RunningMean.Value.CopyInPlace(mean.Narrow(0, start, channels));
            norm.RunningVariance.Value.CopyInPlace(variance.Narrow(0, start, channels));
            start += channels;
        }
    }
}
