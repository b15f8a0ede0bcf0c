using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>What the first weights of a projection are drawn from.</summary>
internal enum FirstWeights
{
    /// <summary>Kaiming normal with fan-out, biases 0, norm weights 1.</summary>
    Kaiming,

    /// <summary>The framework's: weights and biases uniform within ±1/√C, norm weights 1.</summary>
    Framework,

    /// <summary>ST-GCN's: N(0, 0.02), biases 0, norm weights N(1, 0.02).</summary>
    Narrow,
}

/// <summary>
/// A shortcut between maps of unequal shape: every stride-th frame, 1×1 convolution and batch normalisation. The frames are left out by
/// <see cref="Kernels.FanOut"/>, which hands it the map.
/// </summary>
internal sealed class Projection : Module<Tensor, Tensor>
{
    /// <summary>Of the first weights that are called narrow.</summary>
    internal const double NarrowDeviation = 0.02;

    private readonly FirstWeights first;
    private readonly Conv2d convolution;
    private readonly BatchNorm norm;

    /// <summary>Makes a projection whose parts have the given checkpoint names.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="outChannels">C'.</param>
    /// <param name="stride">Of time.</param>
    /// <param name="convolutionName">Name of the convolution.</param>
    /// <param name="normName">Name of the normalisation.</param>
    /// <param name="first">How it begins.</param>
    internal Projection(
        int inChannels, int outChannels, int stride, string convolutionName, string normName, FirstWeights first = FirstWeights.Kaiming)
    {
        (Stride, this.first) = (stride, first);
        convolution = Add(convolutionName, new Conv2d(inChannels, outChannels, (1, 1)));
        norm = Add(normName, new BatchNorm(outChannels));
    }

    /// <summary>Every how many frames of the block's map are given to <see cref="Forward"/>.</summary>
    internal int Stride { get; }

    public override Tensor Forward(Tensor x) =>                                          // (N, C, T/stride, V) to (N, C', T/stride, V)
        NormActivation.Apply(Pointwise.Apply(x, convolution), [norm], relu: false);

    protected override void ResetParameters(Generator random)
    {
        if (first == FirstWeights.Framework) return;                                     // as the parts have done already
        if (first == FirstWeights.Kaiming)
        {
            ConvolutionStart.Kaiming(random, convolution);
            return;
        }

        Init.Normal(convolution.Weight, 0, NarrowDeviation, random);
        Init.Constant(convolution.Bias!, 0);
        Init.Normal(norm.Weight, 1, NarrowDeviation, random);
    }
}
