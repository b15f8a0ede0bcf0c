using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>A linear classifier that its authors wrote as a 1×1 convolution: its weights are (K, C, 1, 1).</summary>
internal sealed class PointwiseClassifier : Module<Tensor, Tensor>
{
    private readonly Conv2d convolution;
    private readonly double deviation;

    internal PointwiseClassifier(long features, int classes, double deviation)
    {
        this.deviation = deviation;
        convolution = Add("", new Conv2d(features, classes, (1, 1)));
    }

    public override Tensor Forward(Tensor pooled) => Pointwise.Rows(pooled, convolution); // (N, C) to (N, K)

    protected override void ResetParameters(Generator random)
    {
        Init.Normal(convolution.Weight, 0, deviation, random);
        Init.Constant(convolution.Bias!, 0);
    }
}
