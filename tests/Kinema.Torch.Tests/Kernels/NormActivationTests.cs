namespace Kinema.Torch.Tests.Kernels;

public sealed class NormActivationTests : TensorTest
{
    public static TheoryData<string, bool, bool, bool> Cases()
    {
        var cases = new TheoryData<string, bool, bool, bool>();
        foreach (var channels in new[] { "16", "5", "32,7", "8,8,8,16" })
            foreach (var residual in new[] { true, false })
                foreach (var relu in new[] { true, false })
                    foreach (var training in new[] { true, false })
                        cases.Add(channels, residual, relu, training);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_kernel_agrees_with_plain_operators_in_values_gradients_and_statistics(string channels, bool residual, bool relu, bool training)
    {
        long[] widths = [.. channels.Split(',').Select(long.Parse)];
        var kernel = Run(widths, residual, relu, training, NormActivation.Apply);
        var twin = Run(widths, residual, relu, training, NormActivation.Twin);
        Assert.Equal(twin.Count, kernel.Count);
        foreach (var (name, expected) in twin)
        {
            var actual = kernel[name];
            for (var i = 0; i < expected.Length; i++)
                Assert.True(Math.Abs(actual[i] - expected[i]) <= 2e-4 * Math.Max(1, Math.Abs(expected[i])), $"{name}[{i}] is {actual[i]}, not {expected[i]}");
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

        var joined = Run([8, 5, 3, 16], true, true, training, Joined);
        var twin = Run([8, 5, 3, 16], true, true, training, NormActivation.Twin);
        Assert.Equal(twin.Count, joined.Count);
        foreach (var (name, expected) in twin)
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], joined[name][i], 1e-4 * Math.Max(1, Math.Abs(expected[i])));
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(
        () => [.. Run([16, 5], true, true, true, NormActivation.Apply).SelectMany(result => result.Value)]);

    [Fact]
    public void A_large_mean_does_not_drown_the_variance()
    {
        using var norm = new BatchNorm(1);
        var x = Tensor.From([10_000f, 10_001, 10_002, 10_003], 1, 1, 4, 1);
        var deviation = Math.Sqrt(1.25 + 1e-5);
        AssertClose([-1.5 / deviation, -0.5 / deviation, 0.5 / deviation, 1.5 / deviation], NormActivation.Apply(x, [norm], relu: false), 1e-3);
    }

    [Fact]
    public void Channels_or_a_residual_that_do_not_fit_are_refused_before_memory_is_read()
    {
        using BatchNorm four = new(4), five = new(5);
        var x = Tensor.Zeros([2, 8, 3, 3]);
        Assert.Contains("4 + 5 channels do not fit (2, 8, 3, 3)", Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [four, five])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [four, four], Tensor.Zeros([1, 8, 3, 3])));
        Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [four, four], Tensor.Zeros([2, 8, 3, 1])));
        Assert.Throws<InvalidOperationException>(() => NormActivation.Apply(x, [four, four], Tensor.Zeros([2, 8, 3, 3], ScalarType.Float64)));
    }

    [Fact]
    public void Normalisations_in_different_modes_are_refused()
    {
        using BatchNorm training = new(4), evaluation = new(4);
        evaluation.Eval();
        var x = Tensor.Ones([2, 8, 3, 3]);
        Assert.Contains("all in training or all in evaluation", Assert.Throws<ArgumentException>(() => NormActivation.Apply(x, [training, evaluation])).Message, StringComparison.Ordinal);
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
            Assert.Contains("more than one number a channel; got (1, 3, 1, 1)", Assert.Throws<ArgumentException>(() => apply(x, [norm], null, true)).Message, StringComparison.Ordinal);
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

    private static Dictionary<string, float[]> Run(
        long[] widths, bool residual, bool relu, bool training, Func<Tensor, BatchNorm[], Tensor?, bool, Tensor> apply)
    {
        using var scope = TensorScope.Begin();
        using var random = new Generator(11);
        var norms = widths.Select(width => new BatchNorm(width)).ToArray();
        long[] shape = [3, widths.Sum(), 20, 7]; // 420 rows: more than one block
        Tensor Draw(params long[] axes) => Tensor.Randn(axes, random);
        foreach (var norm in norms)
        {
            Init.Normal(norm.Weight, 1, 0.3, random);
            Init.Normal(norm.Bias, 0, 0.3, random);
            Init.Normal(norm.RunningMean, 0, 0.3, random);
            Init.Uniform(norm.RunningVariance, 0.5, 2, random);
            if (!training) norm.Eval();
        }

        var x = Draw(shape);
        x.RequiresGrad = true;
        var added = Draw(shape);
        added.RequiresGrad = true;
        var y = apply(x, norms, residual ? added : null, relu);
        (y * Draw(shape)).Sum().Backward();

        var results = new Dictionary<string, float[]> { ["y"] = y.ToArray<float>(), ["dx"] = x.Grad!.ToArray<float>() };
        if (residual) results["dresidual"] = added.Grad!.ToArray<float>();
        for (var i = 0; i < norms.Length; i++)
        {
            foreach (var (name, value) in norms[i].State()) results[$"{i}.{name}"] = value.Value.ToArray<float>();
            foreach (var (name, value) in norms[i].NamedParameters()) results[$"{i}.d{name}"] = value.Value.Grad!.ToArray<float>();
            norms[i].Dispose();
        }

        return results;
    }
}
