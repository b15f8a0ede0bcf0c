using System.Globalization;
using Kinema.Torch;

namespace Kinema.Tests.Shared.Tensors;

/// <summary>Gradients by central differences in double precision, to check those of backward against.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-6;

    /// <summary>Compares the gradient of Σ w·f(inputs), w fixed random weights, with central differences of it, element by element.</summary>
    public static void Agree(Func<Tensor[], Tensor> function, Tensor[] inputs, double tolerance = 1e-7)
    {
        var weights = Weights(function(inputs));
        var gradients = Autograd.Grad([(function(inputs) * weights).Sum()], inputs);
        for (var i = 0; i < inputs.Length; i++)
        {
            var gradient = gradients[i]?.ToArray<double>() ?? new double[inputs[i].Elements];
            var memory = inputs[i].Memory<double>();
            for (var k = 0; k < memory.Length; k++)
            {
                var value = memory[k];
                memory[k] = value + Step;
                var above = Value(function, inputs, weights);
                memory[k] = value - Step;
                var below = Value(function, inputs, weights);
                memory[k] = value;
                var expected = (above - below) / (2 * Step);
                Assert.True(
                    Math.Abs(gradient[k] - expected) <= tolerance * Math.Max(1, Math.Abs(expected)),
                    string.Create(CultureInfo.InvariantCulture, $"input {i}, element {k}: the gradient is {gradient[k]:R}, differences say {expected:R}"));
            }
        }
    }

    private static double Value(Func<Tensor[], Tensor> function, Tensor[] inputs, Tensor weights)
    {
        using var scope = TensorScope.Begin();
        using var mode = Autograd.NoGrad();
        return (function(inputs) * weights).Sum().Item();
    }

    private static Tensor Weights(Tensor like)
    {
        using var random = new Generator(99);
        return Tensor.Randn(like.Sizes.ToArray(), random, ScalarType.Float64);
    }
}
