using System.Numerics;
using System.Runtime.InteropServices;

namespace Kinema.Torch;

/// <summary>Options of <see cref="Sgd"/>.</summary>
/// <param name="Momentum">μ in [0, 1).</param>
/// <param name="Nesterov">Looks one step ahead.</param>
/// <param name="WeightDecay">λ, added to the gradient as λ w, for every parameter.</param>
/// <param name="DecayFactor">What λ is multiplied by for the parameter of a name; null for 1.</param>
public sealed record SgdOptions(double Momentum = 0.9, bool Nesterov = true, double WeightDecay = 0, Func<string, double>? DecayFactor = null);

/// <summary>
/// Stochastic gradient descent as PyTorch does it: g ← g + λ w; b ← μ b + g (b = g at the first step); w ← w - η (g + μ b with Nesterov,
/// b without).
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly SgdOptions options;
    private readonly string[] slots;

    /// <summary>Makes an optimiser for named parameters.</summary>
    /// <param name="parameters">What is trained.</param>
    /// <param name="options">Momentum and decay.</param>
    /// <exception cref="ArgumentException">Nesterov without momentum.</exception>
    public Sgd(IEnumerable<(string Name, Parameter Parameter)> parameters, SgdOptions options)
        : base(parameters, (options ?? throw new ArgumentNullException(nameof(options))).WeightDecay, options.DecayFactor)
    {
        this.options = options;
        slots = options.Momentum > 0 ? ["momentum"] : [];
        if (options.Nesterov && options.Momentum <= 0) throw new ArgumentException("Nesterov needs a momentum above 0");
    }

    private protected override string[] Slots => slots;

    private protected override void Update(Tensor weight, Tensor gradient, Tensor[] slots, long step, double decay, double rate)
    {
        if (decay != 0) gradient += weight * decay;
        if (options.Momentum > 0)
        {
            var buffer = slots[0];
            if (step == 1) buffer.CopyInPlace(gradient);
            else buffer.MulInPlace(options.Momentum).AddInPlace(gradient);
            gradient = options.Nesterov ? gradient + (buffer * options.Momentum) : buffer;
        }

        weight.AddInPlace(gradient, -rate);
    }

    // b starts at 0, so that b ← μ b + g + λ w holds for the first step too; then w ← (1 - η λ) w - η g - η μ b, or w ← w - η b.
    private protected override void UpdateAll(Tensor[] weights, Tensor[] gradients, Tensor[][] slots, long step, double decay, double rate)
    {
        if (options.Momentum > 0)
        {
            Aten.ForeachMulInPlace.Run(slots[0], options.Momentum);
            Aten.ForeachAddInPlace.Run(slots[0], gradients);
            if (decay != 0) Aten.ForeachAddInPlace.Run(slots[0], weights, decay);
        }

        if (options.Momentum <= 0 || options.Nesterov)
        {
            if (decay != 0) Aten.ForeachMulInPlace.Run(weights, 1 - (rate * decay));
            Aten.ForeachAddInPlace.Run(weights, gradients, -rate);
        }

        if (options.Momentum > 0) Aten.ForeachAddInPlace.Run(weights, slots[0], options.Nesterov ? -rate * options.Momentum : -rate);
    }

    // Multiplications and additions are rounded each: a number comes out the same in a vector and in the rest behind the last one.
    private protected override void Update(
        Span<float> weight, ReadOnlySpan<float> gradient, Span<float> buffer, Span<float> second, long step, double decay, double rate)
    {
        float shrink = (float)decay, momentum = (float)options.Momentum, eta = (float)rate;
        var first = step == 1;
        var w = MemoryMarshal.Cast<float, Vector<float>>(weight);
        var g = MemoryMarshal.Cast<float, Vector<float>>(gradient);
        var b = MemoryMarshal.Cast<float, Vector<float>>(buffer);
        for (var i = 0; i < w.Length; i++)
        {
            var direction = g[i] + (w[i] * shrink);
            if (buffer.Length > 0)
            {
                b[i] = first ? direction : (b[i] * momentum) + direction;
                direction = options.Nesterov ? direction + (b[i] * momentum) : b[i];
            }

            w[i] -= direction * eta;
        }

        for (var done = w.Length * Vector<float>.Count; done < weight.Length; done++)
        {
            var direction = gradient[done] + (weight[done] * shrink);
            if (buffer.Length > 0)
            {
                buffer[done] = first ? direction : (buffer[done] * momentum) + direction;
                direction = options.Nesterov ? direction + (buffer[done] * momentum) : buffer[done];
            }

            weight[done] -= direction * eta;
        }
    }
}
