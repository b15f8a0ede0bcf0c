using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>A shortcut between maps of unequal shape: 1×1 convolution, every stride-th frame, and batch normalisation.</summary>
internal sealed class Projection : Module<Tensor, Tensor>
{
    private readonly int stride;
    private readonly Conv2d convolution;
    private readonly BatchNorm norm;

    /// <summary>Makes a projection whose parts have the given checkpoint names.</summary>
    internal Projection(int inChannels, int outChannels, int stride, string convolutionName, string normName)
    {
        this.stride = stride;
        convolution = Add(convolutionName, new Conv2d(inChannels, outChannels, (1, 1)));
        norm = Add(normName, new BatchNorm(outChannels));
    }

    public override Tensor Forward(Tensor x) =>                                          // (N, C, T, V) to (N, C', T/stride, V)
        NormActivation.Apply(Pointwise.Apply(x, stride, convolution), [norm], relu: false);

    protected override void ResetParameters(Generator random)
    {
        Init.KaimingNormalFanOut(convolution.Weight, random);
        Init.Constant(convolution.Bias!, 0);
    }
}
