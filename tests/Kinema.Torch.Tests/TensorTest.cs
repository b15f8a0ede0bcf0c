using System.Runtime.CompilerServices;

namespace Kinema.Torch.Tests;

/// <summary>
/// A test whose tensors belong to a scope of its own. When it ends as many native tensors must be alive as when it began: every test is a leak test.
/// </summary>
public abstract class TensorTest : IDisposable
{
    private readonly long before = TensorScope.LiveTensors;
    private readonly TensorScope scope = TensorScope.Begin();

    public void Dispose()
    {
        scope.Dispose();
        Assert.Equal(before, TensorScope.LiveTensors);
        GC.SuppressFinalize(this);
    }

    /// <summary>Numbers drawn from a seed, in double precision unless said otherwise.</summary>
    protected static Tensor Numbers(ulong seed, long[] shape, ScalarType type = ScalarType.Float64)
    {
        using var random = new Generator(seed);
        return Tensor.Randn(shape, random, type);
    }

    /// <summary>Numbers drawn from a seed, of which gradients are asked for.</summary>
    protected static Tensor Leaf(ulong seed, params long[] shape)
    {
        var tensor = Numbers(seed, shape);
        tensor.RequiresGrad = true;
        return tensor;
    }

    protected static void AssertClose(ReadOnlySpan<double> expected, Tensor actual, double tolerance = 1e-10, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        var values = actual.ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(
                Math.Abs(values[i] - expected[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i])),
                $"{what}[{i}] is {values[i]:R}, not {expected[i]:R}");
        }
    }

    protected static void AssertClose(Tensor expected, Tensor actual, double tolerance = 1e-10, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        Assert.Equal(expected.ShapeText(), actual.ShapeText());
        AssertClose(expected.ToArray<double>(), actual, tolerance, what);
    }
}
