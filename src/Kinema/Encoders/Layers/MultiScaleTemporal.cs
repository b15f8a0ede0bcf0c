using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>
/// The multi-scale temporal module of CTR-GCN and its descendants: four branches of C/4 channels each, side by side.
///   0, 1: 1×1, norm, ReLU, five taps over time with dilation 1 and 2, norm      2: 1×1, norm, ReLU, largest of three frames, norm
///   3: 1×1 on every stride-th frame, norm
/// The branches' last norms, the block's shortcut and its ReLU are one kernel; so are the first norms and their ReLU. InfoGCN has one more ReLU
/// before the shortcut is added, and starts from the framework's first values.
/// </summary>
internal sealed class MultiScaleTemporal : Module
{
    private readonly int stride;
    private readonly bool innerRelu, frameworkStart;
    private readonly Conv2d[] entries;
    private readonly Conv2d[] temporal;
    private readonly BatchNorm[] entryNorms, lastNorms;

    /// <summary>Makes a temporal module.</summary>
    /// <param name="channels">C.</param>
    /// <param name="stride">Of time.</param>
    /// <param name="innerRelu">Whether ReLU comes before the shortcut too.</param>
    /// <param name="frameworkStart">Whether it starts from the framework's first values instead of CTR-GCN's.</param>
    internal MultiScaleTemporal(int channels, int stride, bool innerRelu = false, bool frameworkStart = false)
    {
        (this.stride, this.innerRelu, this.frameworkStart) = (stride, innerRelu, frameworkStart);
        var c = channels / 4;
        entries = new Conv2d[4];
        temporal = new Conv2d[2];
        entryNorms = new BatchNorm[3];
        lastNorms = new BatchNorm[4];
        for (var branch = 0; branch < 4; branch++)
        {
            entries[branch] = Add($"branches.{branch}.0", new Conv2d(channels, c, (1, 1)));
            var first = Add($"branches.{branch}.1", new BatchNorm(c));
            if (branch < 3) entryNorms[branch] = first;
            else lastNorms[3] = first;
            if (branch < 2)
            {
                var dilation = branch + 1;
                temporal[branch] = Add($"branches.{branch}.3.conv", new Conv2d(
                    c, c, (TemporalBranches.Taps, 1), stride: (stride, 1), padding: (dilation * (TemporalBranches.Taps - 1) / 2, 0), dilation: (dilation, 1)));
                lastNorms[branch] = Add($"branches.{branch}.3.bn", new BatchNorm(c));
            }
        }

        lastNorms[2] = Add("branches.2.4", new BatchNorm(c));
    }

    /// <summary>Filters over time, adds the shortcut, and applies ReLU.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="residual">(N, C, ⌈T/stride⌉, V), or null.</param>
    /// <returns>(N, C, ⌈T/stride⌉, V).</returns>
    internal Tensor Forward(Tensor x, Tensor? residual)
    {
        var (entry, direct) = Enter(x);
        var y = TemporalBranches.Apply(entry, direct, entryNorms, temporal, stride);     // (N, C, T/stride, V)
        return innerRelu && residual is not null
            ? (NormActivation.Apply(y, lastNorms) + residual).Relu()
            : NormActivation.Apply(y, lastNorms, residual);
    }

    // The entries, and the fourth by itself where it reads fewer frames; without a stride all four are one product.
    private (Tensor Entry, Tensor? Direct) Enter(Tensor x)
    {
        if (stride == 1) return (Pointwise.Apply(x, entries), null);
        var ways = FanOut.Ways(x, 2, stride);
        return (Pointwise.Apply(ways[0], entries[..3]), Pointwise.Apply(ways[1], entries[3]));
    }

    protected override void ResetParameters(Generator random)
    {
        if (frameworkStart) return;                                                      // its parts have been filled already
        ConvolutionStart.Kaiming(random, [.. entries, .. temporal]);
        foreach (var norm in (BatchNorm[])[.. entryNorms, .. lastNorms]) Init.Normal(norm.Weight, 1, 0.02, random);
    }
}
