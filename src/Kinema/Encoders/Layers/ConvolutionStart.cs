using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>What the convolutions of CTR-GCN and its relatives begin with. Biases are 0.</summary>
internal static class ConvolutionStart
{
    /// <summary>Weights Kaiming normal with fan-out.</summary>
    internal static void Kaiming(Generator random, params ReadOnlySpan<Conv2d> convolutions)
    {
        foreach (var convolution in convolutions)
        {
            Init.KaimingNormalFanOut(convolution.Weight, random);
            Init.Constant(convolution.Bias!, 0);
        }
    }

    /// <summary>Weights N(0, √(2/(C' C B))) of B convolutions side by side, from C to C' channels, whose outputs are added.</summary>
    internal static void Branches(Generator random, params ReadOnlySpan<Conv2d> convolutions)
    {
        foreach (var convolution in convolutions)
        {
            var (to, from) = (convolution.Weight.Value.Size(0), convolution.Weight.Value.Size(1));
            Init.Normal(convolution.Weight, 0, Math.Sqrt(2.0 / (to * from * convolutions.Length)), random);
            Init.Constant(convolution.Bias!, 0);
        }
    }
}
