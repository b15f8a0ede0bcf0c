using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class TemporalBranchesTests : TensorTest
{
    // Clips N, channels of a branch C, frames T, joints V, stride, training.
    public static TheoryData<int, int, int, int, int, bool> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int, int, bool>();
        foreach (var (n, c, t, v) in ((int, int, int, int)[])[(2, 16, 52, 20), (1, 32, 13, 25), (3, 4, 9, 5), (2, 21, 6, 3), (2, 8, 1, 4), (5, 24, 2, 1)])
            foreach (var stride in (int[])[1, 2])
                foreach (var training in (bool[])[true, false])
                    shapes.Add(n, c, t, v, stride, training);
        return shapes;
    }

    [Theory, MemberData(nameof(Shapes))]
    public void The_kernel_agrees_with_its_twin_in_values_gradients_and_statistics(int n, int c, int t, int v, int stride, bool training)
    {
        var kernel = Run(ScalarType.Float32, TemporalBranches.Apply);
        var twin = Run(ScalarType.Float64, TemporalBranches.Twin);
        foreach (var (name, expected) in twin)
        {
            var actual = kernel[name];
            var largest = expected.Max(Math.Abs);
            for (var i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(actual[i] - expected[i]) <= 5e-5 * Math.Max(1, largest), $"{name}[{i}] is {actual[i]}, not {expected[i]}");
        }

        Dictionary<string, double[]> Run(ScalarType type, Func<Tensor, Tensor?, BatchNorm[], Conv2d[], int, Tensor> apply)
        {
            using var parts = new BranchParts(c, stride, training, type);
            var entries = Leaf(1, type, n, (stride == 1 ? 4 : 3) * c, t, v);
            var direct = stride == 1 ? null : Leaf(2, type, n, c, (t + 1) / 2, v);
            var y = apply(entries, direct, parts.Norms, parts.Convolutions, stride);
            (y * Numbers(3, y.Sizes.ToArray()).To(type)).Sum().Backward();
            var results = new Dictionary<string, double[]> { ["y"] = y.ToArray<double>(), ["entries"] = entries.Grad!.ToArray<double>() };
            if (direct is not null) results["direct"] = direct.Grad!.ToArray<double>();
            foreach (var (name, value) in parts.State()) results[name] = value.Value.ToArray<double>();
            foreach (var (name, parameter) in parts.NamedParameters()) results["d " + name] = parameter.Value.Grad!.ToArray<double>();
            return results;
        }
    }

    [Fact]
    public void Of_equal_frames_the_first_gets_the_gradient_as_in_the_framework()
    {
        using var parts = new BranchParts(8, 1, false, ScalarType.Float32);
        var entries = Tensor.Ones([1, 32, 6, 2]);
        entries.RequiresGrad = true;
        TemporalBranches.Apply(entries, null, parts.Norms, parts.Convolutions, 1).Narrow(1, 16, 8).Sum().Backward();
        var kernel = entries.Grad!.ToArray<float>();
        entries.Grad = null;
        TemporalBranches.Twin(entries, null, parts.Norms, parts.Convolutions, 1).Narrow(1, 16, 8).Sum().Backward();
        Assert.Equal(entries.Grad!.ToArray<float>(), kernel);
    }

    [Theory, InlineData(1, 0), InlineData(2, 0), InlineData(1, 1), InlineData(2, 1)]
    public void A_convolution_over_time_is_one_product_of_its_taps_side_by_side(int stride, int branch)
    {
        using var parts = new BranchParts(6, stride, false, ScalarType.Float64);
        var x = Numbers(1, [2, 6, 9, 4]);
        var convolution = parts.Convolutions[branch];
        AssertClose(convolution.Forward(x), TemporalConvolution.AsProduct(x, convolution), 1e-12);
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        using var parts = new BranchParts(20, 2, true, ScalarType.Float32);
        Tensor entries = Leaf(1, ScalarType.Float32, 5, 60, 13, 7), direct = Leaf(2, ScalarType.Float32, 5, 20, 7, 7);
        var y = TemporalBranches.Apply(entries, direct, parts.Norms, parts.Convolutions, 2);
        (y * y).Sum().Backward();
        return [.. y.ToArray<float>(), .. entries.Grad!.ToArray<float>(), .. parts.NamedParameters().SelectMany(p => p.Parameter.Value.Grad!.ToArray<float>())];
    });

    [Fact]
    public void Entries_that_do_not_fit_are_refused_before_memory_is_read()
    {
        using var parts = new BranchParts(8, 1, true, ScalarType.Float32);
        Assert.Contains(
            "entries (N, 4·8, T, V); got (1, 24, 6, 2) and none",
            Assert.Throws<ArgumentException>(() => TemporalBranches.Apply(Tensor.Zeros([1, 24, 6, 2]), null, parts.Norms, parts.Convolutions, 1)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            () => TemporalBranches.Apply(Tensor.Zeros([1, 24, 6, 2]), Tensor.Zeros([1, 8, 6, 2]), parts.Norms, parts.Convolutions, 2));
        Assert.Throws<ArgumentException>(() => TemporalBranches.Apply(Tensor.Zeros([1, 24, 6, 2]), null, parts.Norms, parts.Convolutions, 2));

        var entries = Tensor.Zeros([1, 32, 6, 2]);
        Refused("three normalisations; got 2", parts.Norms[..2], parts.Convolutions);
        using var other = new BranchParts(6, 1, true, ScalarType.Float32);
        Refused("three normalisations of 8 channels", [.. parts.Norms[..2], other.Norms[2]], parts.Convolutions);
        Refused("two convolutions (8, 8, 5, 1) with bias", parts.Norms, parts.Convolutions[..1]);
        Refused("two convolutions (8, 8, 5, 1) with bias", parts.Norms, other.Convolutions);
        Refused(
            "branch 0 has stride 1, dilation 1 and padding 2; got 1, 2 and 4", parts.Norms, [parts.Convolutions[1], parts.Convolutions[0]]);
        using var bare = new Conv2d(8, 8, (5, 1), padding: (0, 0), dilation: (2, 1));
        Refused("branch 1 has stride 1, dilation 2 and padding 4; got 1, 2 and 0", parts.Norms, [parts.Convolutions[0], bare]);

        void Refused(string message, BatchNorm[] norms, Conv2d[] convolutions) => Assert.Contains(
            message, Assert.Throws<ArgumentException>(() => TemporalBranches.Apply(entries, null, norms, convolutions, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convolutions_of_another_type_do_not_reach_the_kernel()
    {
        using BranchParts single = new(8, 1, true, ScalarType.Float32), twice = new(8, 1, true, ScalarType.Float64);
        var entries = Tensor.Zeros([1, 32, 6, 2]);
        Assert.Throws<TorchException>(() => TemporalBranches.Apply(entries, null, single.Norms, twice.Convolutions, 1));   // of libtorch, which names both
    }

    private static Tensor Leaf(ulong seed, ScalarType type, params long[] shape)
    {
        var tensor = Numbers(seed, shape).To(ScalarType.Float32).To(type); // the same numbers in both types
        tensor.RequiresGrad = true;
        return tensor;
    }
}
