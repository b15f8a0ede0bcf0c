using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>A linear classifier whose weights begin as normal numbers.</summary>
internal sealed class LinearClassifier : Module<Tensor, Tensor>
{
    private readonly Linear linear;
    private readonly double deviation;
    private readonly bool zeroBias;

    /// <summary>Makes a classifier.</summary>
    /// <param name="features">C.</param>
    /// <param name="classes">K.</param>
    /// <param name="deviation">Standard deviation of the first weights.</param>
    /// <param name="zeroBias">Whether the bias begins at zero, instead of uniform within ±1/√C.</param>
    internal LinearClassifier(long features, int classes, double deviation, bool zeroBias = false)
    {
        (this.deviation, this.zeroBias) = (deviation, zeroBias);
        linear = Add("", new Linear(features, classes));
    }

    public override Tensor Forward(Tensor pooled) => linear.Forward(pooled);              // (N, C) to (N, K)

    protected override void ResetParameters(Generator random)
    {
        Init.Normal(linear.Weight, 0, deviation, random);
        if (zeroBias) Init.Constant(linear.Bias!, 0);
    }
}
