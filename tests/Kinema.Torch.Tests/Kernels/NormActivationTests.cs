namespace Kinema.Torch.Tests.Kernels;

public sealed class NormActivationTests : TensorTest
{
    // Widths of the normalisations; clips N, frames T, joints V; training. Rows are summed sixteen at a time, in blocks of 256.
    public static TheoryData<string, int, int, int, bool> Shapes()
    {
        var shapes = new TheoryData<string, int, int, int, bool>();
        foreach (var widths in (string[])["16", "5", "32,7", "8,8,8,16"])
        {
            foreach (var (n, t, v) in ((int, int, int)[])
                [
                    (3, 40, 9),                                   // 1,080 rows: five blocks, so that the order of their sums counts
                    (1, 1, 1), (2, 1, 1), (1, 1, 5), (1, 7, 1),   // one of everything, one frame, one joint
                    (1, 3, 5), (2, 8, 1), (1, 1, 17),             // about sixteen rows
                    (5, 3, 17), (2, 16, 8), (1, 257, 1),          // 255, 256, 257
                    (1, 73, 7), (4, 8, 16), (3, 9, 19),           // 511, 512, 513
                ])
                foreach (var training in (bool[])[true, false])
                    if (!training || n * t * v > 1) shapes.Add(widths, n, t, v, training); // one row is refused in training
        }

        return shapes;
    }

    [Theory, MemberData(nameof(Shapes))]
    public void The_kernel_agrees_with_plain_operators_in_values_gradients_and_statistics(string channels, int n, int t, int v, bool training)
    {
        long[] widths = [.. channels.Split(',').Select(long.Parse)];
        foreach (var (residual, relu) in ((bool, bool)[])[(true, true), (true, false), (false, true), (false, false)])
        {
            var twin = Run(widths, (n, t, v), residual, relu, training, NormActivation.Twin, ScalarType.Float64);
            foreach (var wide in (bool[])[false, true])
            {
                var kernel = Run(widths, (n, t, v), residual, relu, training, (x, norms, added, clip) => NormActivation.Kernel(x, norms, added, clip, wide));
                Assert.Equal(twin.Keys, kernel.Keys);
                foreach (var (name, expected) in twin)
                {
                    var (actual, tolerance) = (kernel[name], 5e-5 * Math.Max(1, expected.Max(Math.Abs)));
                    Assert.Equal(expected.Length, actual.Length);
                    for (var i = 0; i < expected.Length; i++)
                    {
                        Assert.True(
                            Math.Abs(actual[i] - expected[i]) <= tolerance,
                            $"residual {residual}, ReLU {relu}, wide {wide}: {name}[{i}] is {actual[i]}, not {expected[i]}");
                    }
                }
            }
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Norms_side_by_side_are_one_norm_of_all_channels(bool training)
    {
        static Tensor Joined(Tensor x, BatchNorm[] norms, Tensor? residual, bool relu)
        {
            var y = SideBySideNorms.Apply(x, norms);
            if (residual is not null) y += residual;
            return relu ? y.Relu() : y;
        }

        var joined = Run([8, 5, 3, 16], (3, 40, 9), true, true, training, Joined);
        var twin = Run([8, 5, 3, 16], (3, 40, 9), true, true, training, NormActivation.Twin);
        Assert.Equal(twin.Count, joined.Count);
        foreach (var (name, expected) in twin)
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], joined[name][i], 1e-4 * Math.Max(1, Math.Abs(expected[i])));
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(
        () => [.. Run([16, 5], (3, 40, 9), true, true, true, NormActivation.Apply).SelectMany(result => result.Value).Select(value => (float)value)]);

    [Theory, InlineData(1, 4, false), InlineData(1, 4, true), InlineData(24, 40, false), InlineData(24, 40, true)]
    public void A_large_mean_does_not_drown_the_variance(int channels, int rows, bool wide)
    {
        using var norm = new BatchNorm(channels);
        var x = Tensor.From(Enumerable.Range(0, channels * rows).Select(i => 10_000f + (i % rows % 4)).ToArray(), 1, channels, rows, 1);
        var deviation = Math.Sqrt(1.25 + 1e-5);
        var expected = Enumerable.Range(0, channels * rows).Select(i => ((i % rows % 4) - 1.5) / deviation).ToArray();
        AssertClose(expected, NormActivation.Kernel(x, [norm], null, relu: false, wide), 1e-3);
    }

    [Fact]
    public void What_is_no_number_passes_the_ReLU_and_its_gradient_as_in_the_framework()
    {
        foreach (var wide in (bool[])[false, true])
        {
            foreach (var withResidual in (bool[])[false, true])
            {
                var (actual, expected) = (Run(kernel: true), Run(kernel: false));
                Assert.Equal(expected.Y, actual.Y);
                Assert.Equal(expected.Residual, actual.Residual);
                Assert.Contains(float.NaN, actual.Y);

                (float[] Y, float[] Residual) Run(bool kernel)
                {
                    using var norm = new BatchNorm(21); // a whole register, and channels behind it
                    norm.Eval();
                    var numbers = Enumerable.Range(0, 63).Select(i => i is 2 or 62 ? float.NaN : (i % 5) - 2f).ToArray();
                    Tensor x = Tensor.From(numbers, 1, 3, 1, 21).Permute(0, 3, 1, 2), residual = Tensor.Zeros([1, 21, 3, 1]);
                    residual.RequiresGrad = withResidual;
                    var added = withResidual ? residual : null;
                    x.RequiresGrad = true;
                    var y = kernel ? NormActivation.Kernel(x, [norm], added, relu: true, wide) : NormActivation.Twin(x, [norm], added, relu: true);
                    y.Sum().Backward();
                    // Only signs and NaN count here: 1/σ is rounded in another way.
                    float[] Signs(Tensor tensor) => [.. tensor.ToArray<float>().Select(value => float.IsNaN(value) ? value : Math.Sign(value))];
                    return (Signs(y), withResidual ? Signs(residual.Grad!) : []);
                }
            }
        }
    }

    [Fact]
    public void Channels_or_a_residual_that_do_not_fit_are_refused_before_memory_is_read()
    {
        using BatchNorm four = new(4), five = new(5);
        var x = Tensor.Zeros([2, 8, 3, 3]);
        Assert.Contains(
            "4 + 5 channels do not fit (2, 8, 3, 3)", Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [four, five])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [four, four], Tensor.Zeros([1, 8, 3, 3])));
        Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [four, four], Tensor.Zeros([2, 8, 3, 1])));
        Assert.Equal([0], four.State().Single(entry => entry.Name == "num_batches_tracked").Value.Value.ToArray<long>());
    }

    [Fact]
    public void A_residual_in_double_precision_goes_with_the_plain_operators()
    {
        using BatchNorm one = new(8), other = new(8);
        Tensor x = Numbers(1, [2, 8, 3, 3], ScalarType.Float32), residual = Numbers(2, [2, 8, 3, 3]);
        var y = NormActivation.Apply(x, [one], residual);
        Assert.Equal(ScalarType.Float64, y.Type);
        AssertClose(NormActivation.Twin(x, [other], residual, relu: true), y);
    }

    [Fact]
    public void Normalisations_in_different_modes_are_refused()
    {
        using BatchNorm training = new(4), evaluation = new(4);
        evaluation.Eval();
        var x = Tensor.Ones([2, 8, 3, 3]);
        Assert.Contains(
            "all in training or all in evaluation", Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [training, evaluation])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [evaluation, training]));
        Assert.Equal([0], evaluation.State().Single(entry => entry.Name == "num_batches_tracked").Value.Value.ToArray<long>());
    }

    [Theory, InlineData(ScalarType.Float32), InlineData(ScalarType.Float64)]
    public void One_row_is_refused_in_training_by_the_kernel_and_by_its_twin_alike(ScalarType type)
    {
        using var norm = new BatchNorm(3);
        norm.To(type);
        var x = Tensor.From([1f, 2, 3], 1, 3, 1, 1).To(type);
        foreach (var apply in (Func<Tensor, BatchNorm[], Tensor?, bool, Tensor>[])[NormActivation.Apply, NormActivation.Twin])
            Assert.Contains(
                "more than one number a channel; got (1, 3, 1, 1)", Assert.Throws<ArgumentException>(() => apply(x, [norm], null, true)).Message,
                StringComparison.Ordinal);
        Assert.Equal([1, 1, 1], norm.RunningVariance.Value.ToArray<double>());
        norm.Eval();
        AssertClose(NormActivation.Twin(x, [norm], null, true), NormActivation.Apply(x, [norm]), 1e-6);
    }

    [Fact]
    public void Double_precision_takes_the_plain_operators_and_agrees_with_finite_differences()
    {
        using var norm = new BatchNorm(3);
        norm.To(ScalarType.Float64);
        FiniteDifferences.Agree(x => NormActivation.Apply(x[0], [norm], x[1]), [Leaf(1, 2, 3, 2, 2), Leaf(2, 2, 3, 2, 2)], 1e-5);
    }

    // The same single-precision numbers in either type.
    private static Dictionary<string, double[]> Run(
        long[] widths, (int N, int T, int V) size, bool residual, bool relu, bool training, Func<Tensor, BatchNorm[], Tensor?, bool, Tensor> apply,
        ScalarType type = ScalarType.Float32)
    {
        using var scope = TensorScope.Begin();
        using var random = new Generator(11);
        var norms = widths.Select(width => new BatchNorm(width)).ToArray();
        long[] shape = [size.N, widths.Sum(), size.T, size.V];
        foreach (var norm in norms)
        {
            Init.Normal(norm.Weight, 1, 0.3, random);
            Init.Normal(norm.Bias, 0, 0.3, random);
            Init.Normal(norm.RunningMean, 0, 0.3, random);
            Init.Uniform(norm.RunningVariance, 0.5, 2, random);
            norm.To(type);
            if (!training) norm.Eval();
        }

        var (x, added) = (Draw(), Draw());
        x.RequiresGrad = added.RequiresGrad = true;
        var y = apply(x, norms, residual ? added : null, relu);
        (y * Draw()).Sum().Backward();

        var results = new Dictionary<string, double[]> { ["y"] = y.ToArray<double>(), ["dx"] = x.Grad!.ToArray<double>() };
        if (residual) results["dresidual"] = added.Grad!.ToArray<double>();
        for (var i = 0; i < norms.Length; i++)
        {
            foreach (var (name, value) in norms[i].State()) results[$"{i}.{name}"] = value.Value.ToArray<double>();
            foreach (var (name, value) in norms[i].NamedParameters()) results[$"{i}.d{name}"] = value.Value.Grad!.ToArray<double>();
            norms[i].Dispose();
        }

        return results;

        Tensor Draw() => Tensor.Randn(shape, random).To(type).Detach();
    }
}
