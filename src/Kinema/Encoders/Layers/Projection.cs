using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>A shortcut between maps of unequal shape: 1×1 convolution, every stride-th frame, and batch normalisation.</summary>
internal sealed class Projection : Module<Tensor, Tensor>
{
    private readonly int stride;
    private readonly double? deviation;
    private readonly Conv2d convolution;
    private readonly BatchNorm norm;

    /// <summary>Makes a projection whose parts have the given checkpoint names.</summary>
    /// <param name="inChannels">C.</param>
    /// <param name="outChannels">C'.</param>
    /// <param name="stride">Of time.</param>
    /// <param name="convolutionName">Name of the convolution.</param>
    /// <param name="normName">Name of the normalisation.</param>
    /// <param name="deviation">
    /// Standard deviation of the first weights, with norm weights N(1, deviation) too, as ST-GCN has them; null for Kaiming and ones.
    /// </param>
    internal Projection(int inChannels, int outChannels, int stride, string convolutionName, string normName, double? deviation = null)
    {
        (this.stride, this.deviation) = (stride, deviation);
        convolution = Add(convolutionName, new Conv2d(inChannels, outChannels, (1, 1)));
        norm = Add(normName, new BatchNorm(outChannels));
    }

    public override Tensor Forward(Tensor x) =>                                          // (N, C, T, V) to (N, C', T/stride, V)
        NormActivation.Apply(Pointwise.Apply(x, stride, convolution), [norm], relu: false);

    protected override void ResetParameters(Generator random)
    {
        Init.Constant(convolution.Bias!, 0);
        if (deviation is not { } all)
        {
            Init.KaimingNormalFanOut(convolution.Weight, random);
            return;
        }

        Init.Normal(convolution.Weight, 0, all, random);
        Init.Normal(norm.Weight, 1, all, random);
    }
}
