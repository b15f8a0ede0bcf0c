using System.Runtime.CompilerServices;
using Kinema.Torch;

namespace Kinema.Tests.Shared.Tensors;

/// <summary>The count of living tensors belongs to the process: tests that compare it run alone.</summary>
[CollectionDefinition("Tensors", DisableParallelization = true)]
public sealed class TensorCollection;

/// <summary>
/// A test whose tensors belong to a scope of its own. When it ends as many native tensors must be alive as when it began: every test is a
/// leak test.
/// </summary>
[Collection("Tensors")]
public abstract class TensorTest : IDisposable
{
    private readonly long before = TensorScope.LiveTensors;
    private readonly TensorScope scope = TensorScope.Begin();

    /// <summary>One thread: the tensors here are tiny, and threads that wait for each other cost far more than they save on a busy machine.</summary>
    protected TensorTest() => TorchRuntime.Threads = 1;

    public virtual void Dispose()
    {
        scope.Dispose();
        Assert.Equal(before, TensorScope.LiveTensors);
        GC.SuppressFinalize(this);
    }

    /// <summary>Normal numbers drawn from a seed.</summary>
    protected static Tensor Numbers(ulong seed, long[] shape, ScalarType type = ScalarType.Float64)
    {
        using var random = new Generator(seed);
        return Tensor.Randn(shape, random, type);
    }

    /// <summary>Normal numbers in double precision, of which gradients are asked for.</summary>
    protected static Tensor Leaf(ulong seed, params long[] shape)
    {
        var tensor = Numbers(seed, shape);
        tensor.RequiresGrad = true;
        return tensor;
    }

    /// <summary>The same numbers in single precision.</summary>
    protected static Tensor SingleLeaf(ulong seed, params long[] shape)
    {
        var tensor = Numbers(seed, shape, ScalarType.Float32);
        tensor.RequiresGrad = true;
        return tensor;
    }

    /// <summary>A copy in double precision with a gradient of its own: what a twin is run on.</summary>
    protected static Tensor DoubleLeaf(Tensor tensor)
    {
        var copy = tensor.Detach().To(ScalarType.Float64);
        copy.RequiresGrad = true;
        return copy;
    }

    /// <summary>A kernel gives the same bits, values and gradients, with one thread and with two.</summary>
    protected static void AssertSameBitsOnAnyNumberOfThreads(Func<float[]> run)
    {
        var threads = TorchRuntime.Threads;
        try
        {
            TorchRuntime.Threads = 1;
            var alone = run();
            TorchRuntime.Threads = 2;
            Assert.NotEmpty(alone);
            Assert.Equal(alone, run());
        }
        finally
        {
            TorchRuntime.Threads = threads;
        }
    }

    /// <summary>Compares with a tolerance relative to the largest expected number.</summary>
    protected static void AssertClose(
        ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance = 1e-10,
        [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        Assert.Equal(expected.Length, actual.Length);
        var largest = 0.0;
        foreach (var value in expected) largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0) largest = 1;
        for (var i = 0; i < actual.Length; i++)
            Assert.True(Math.Abs(actual[i] - expected[i]) <= tolerance * largest, $"{what}[{i}] is {actual[i]:R}, not {expected[i]:R}");
    }

    protected static void AssertClose(
        ReadOnlySpan<double> expected, Tensor actual, double tolerance = 1e-10, [CallerArgumentExpression(nameof(actual))] string what = "") =>
        AssertClose(expected, actual.ToArray<double>(), tolerance, what);

    protected static void AssertClose(
        Tensor expected, Tensor actual, double tolerance = 1e-10, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        Assert.Equal(expected.ShapeText(), actual.ShapeText());
        AssertClose(expected.ToArray<double>(), actual.ToArray<double>(), tolerance, what);
    }
}
