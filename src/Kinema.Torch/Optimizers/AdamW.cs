using System.Numerics;
using System.Runtime.InteropServices;

namespace Kinema.Torch;

/// <summary>Options of <see cref="AdamW"/>.</summary>
/// <param name="Beta1">Memory of the first moment.</param>
/// <param name="Beta2">Memory of the second moment.</param>
/// <param name="Epsilon">Keeps the division finite.</param>
/// <param name="WeightDecay">λ.</param>
/// <param name="Decoupled">True: AdamW, w shrinks by η λ w. False: Adam, λ w is added to the gradient.</param>
/// <param name="DecayFactor">What λ is multiplied by for the parameter of a name; null for 1.</param>
public sealed record AdamWOptions(
    double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0.01, bool Decoupled = true,
    Func<string, double>? DecayFactor = null);

/// <summary>
/// Adam (Kingma and Ba, 2015) with decoupled weight decay (Loshchilov and Hutter, 2019), as PyTorch does it:
/// m ← β₁ m + (1-β₁) g; v ← β₂ v + (1-β₂) g²; w ← w - η m/(1-β₁ᵗ) / (√(v/(1-β₂ᵗ)) + ε).
/// </summary>
public sealed class AdamW : Optimizer
{
    private static readonly string[] Moments = ["first_moment", "second_moment"];

    private readonly AdamWOptions options;

    /// <summary>Makes an optimiser for named parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="options">Moments and decay.</param>
    public AdamW(IEnumerable<(string Name, Parameter Parameter)> parameters, AdamWOptions options)
        : base(parameters, (options ?? throw new ArgumentNullException(nameof(options))).WeightDecay, options.DecayFactor) => this.options = options;

    private protected override string[] Slots => Moments;

    private protected override void Update(Tensor weight, Tensor gradient, Tensor[] slots, long step, double decay, double rate)
    {
        if (options.Decoupled) weight.MulInPlace(1 - (rate * decay));
        else if (decay != 0) gradient += weight * decay;
        var (first, second) = (slots[0], slots[1]);
        first.MulInPlace(options.Beta1).AddInPlace(gradient, 1 - options.Beta1);
        second.MulInPlace(options.Beta2).AddInPlace(gradient * gradient, 1 - options.Beta2);
        var scale = rate / (1 - Math.Pow(options.Beta1, step));
        var denominator = ((second / (1 - Math.Pow(options.Beta2, step))).Sqrt()) + options.Epsilon;
        weight.AddInPlace(first / denominator, -scale);
    }

    private protected override void UpdateAll(Tensor[] weights, Tensor[] gradients, Tensor[][] slots, long step, double decay, double rate)
    {
        if (options.Decoupled) Aten.ForeachMulInPlace.Run(weights, 1 - (rate * decay));
        else if (decay != 0) gradients = Aten.ForeachAdd.CallMany(gradients, weights, decay)!;
        var (first, second) = (slots[0], slots[1]);
        Aten.ForeachMulInPlace.Run(first, options.Beta1);
        Aten.ForeachAddInPlace.Run(first, gradients, 1 - options.Beta1);
        Aten.ForeachMulInPlace.Run(second, options.Beta2);
        Aten.ForeachAddProductInPlace.Run(second, gradients, gradients, 1 - options.Beta2);
        Tensor[] denominators = Aten.ForeachSqrt.CallMany(second)!;
        Aten.ForeachMulInPlace.Run(denominators, 1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step)));
        Aten.ForeachAddScalarInPlace.Run(denominators, options.Epsilon);
        Aten.ForeachAddQuotientInPlace.Run(weights, first, denominators, -rate / (1 - Math.Pow(options.Beta1, step)));
    }

    // Multiplications and additions are rounded each: a number comes out the same in a vector and in the rest behind the last one.
    private protected override void Update(
        Span<float> weight, ReadOnlySpan<float> gradient, Span<float> first, Span<float> second, long step, double decay, double rate)
    {
        float beta1 = (float)options.Beta1, beta2 = (float)options.Beta2, epsilon = (float)options.Epsilon;
        var shrink = options.Decoupled ? (float)(1 - (rate * decay)) : 1;
        var added = options.Decoupled ? 0 : (float)decay;
        var scale = (float)(rate / (1 - Math.Pow(options.Beta1, step)));
        var unbias = (float)(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step)));
        var weights = MemoryMarshal.Cast<float, Vector<float>>(weight);
        var gradients = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        var means = MemoryMarshal.Cast<float, Vector<float>>(first);
        var squares = MemoryMarshal.Cast<float, Vector<float>>(second);
        for (var i = 0; i < weights.Length; i++)
        {
            var w = weights[i] * shrink;
            var g = gradients[i] + (w * added);
            var mean = (means[i] * beta1) + (g * (1 - beta1));
            var square = (squares[i] * beta2) + (g * g * (1 - beta2));
            (means[i], squares[i]) = (mean, square);
            weights[i] = w - (mean * scale / ((Vector.SquareRoot(square) * unbias) + new Vector<float>(epsilon)));
        }

        for (var i = weights.Length * Vector<float>.Count; i < weight.Length; i++)
        {
            var w = weight[i] * shrink;
            var g = gradient[i] + (w * added);
            first[i] = (first[i] * beta1) + (g * (1 - beta1));
            second[i] = (second[i] * beta2) + (g * g * (1 - beta2));
            weight[i] = w - (scale * first[i] / ((MathF.Sqrt(second[i]) * unbias) + epsilon));
        }
    }
}
