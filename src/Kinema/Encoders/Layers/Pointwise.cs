using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>
/// 1×1 convolutions of channels-last maps. In that memory such a convolution is one matrix product over N·T·V rows, which runs several
/// times faster than the convolution operator; convolutions that read the same map become one product with stacked weights.
/// </summary>
internal static class Pointwise
{
    /// <summary>Applies 1×1 convolutions to one map and stacks their outputs on the channels.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="convolutions">Kernel (1, 1), with bias.</param>
    /// <returns>(N, ΣC', T, V), channels-last in memory.</returns>
    public static Tensor Apply(Tensor x, params ReadOnlySpan<Conv2d> convolutions) =>
        Rows(x.Permute(0, 2, 3, 1), convolutions).Permute(0, 3, 1, 2);

    /// <summary>The same without the biases: for what comes between the product and its bias.</summary>
    /// <param name="x">(N, C, T, V).</param>
    /// <param name="convolutions">Kernel (1, 1).</param>
    /// <returns>(N, ΣC', T, V), channels-last in memory.</returns>
    public static Tensor WithoutBias(Tensor x, params ReadOnlySpan<Conv2d> convolutions)
    {
        var weights = new Tensor[convolutions.Length];
        for (var i = 0; i < weights.Length; i++) weights[i] = convolutions[i].Weight.Value.View(-1, x.Size(1));
        return Product(x.Permute(0, 2, 3, 1), weights.Length == 1 ? weights[0] : Tensor.Cat(0, weights), null).Permute(0, 3, 1, 2);
    }

    /// <summary>What convolutions whose outputs are added leave to add in the end, (C').</summary>
    /// <param name="convolutions">To equally many channels, with bias.</param>
    public static Tensor SumOfBiases(IEnumerable<Conv2d> convolutions) =>
        Tensor.Stack(0, [.. convolutions.Select(convolution => convolution.Bias!.Value)]).Sum(0);

    /// <summary>The same over the last axis of any tensor.</summary>
    /// <param name="rows">(…, C).</param>
    /// <param name="convolutions">Kernel (1, 1), with bias.</param>
    /// <returns>(…, ΣC').</returns>
    public static Tensor Rows(Tensor rows, params ReadOnlySpan<Conv2d> convolutions)
    {
        var channels = rows.Size(-1);
        if (convolutions.Length == 1)
            return Product(rows, convolutions[0].Weight.Value.View(-1, channels), convolutions[0].Bias!.Value);
        var (weights, biases) = (new Tensor[convolutions.Length], new Tensor[convolutions.Length]);
        for (var i = 0; i < convolutions.Length; i++)
        {
            weights[i] = convolutions[i].Weight.Value.View(-1, channels);
            biases[i] = convolutions[i].Bias!.Value;
        }

        return Product(rows, Tensor.Cat(0, weights), Tensor.Cat(0, biases));
    }

    /// <summary>A linear map over the last axis of any tensor, by the same product.</summary>
    /// <param name="rows">(…, C).</param>
    /// <param name="linear">C to C'.</param>
    /// <returns>(…, C').</returns>
    public static Tensor Rows(Tensor rows, Linear linear) => Product(rows, linear.Weight.Value, linear.Bias?.Value);

    /// <summary>The product that such convolutions are, for weights and biases that are computed.</summary>
    /// <param name="rows">(…, C).</param>
    /// <param name="weight">(C', C).</param>
    /// <param name="bias">(C'), or null.</param>
    /// <returns>(…, C').</returns>
    public static Tensor Product(Tensor rows, Tensor weight, Tensor? bias) =>
        RowProduct.Takes(rows, weight) ? RowProduct.Apply(rows, weight, bias) : Functional.Linear(rows, weight, bias);
}
