using Kinema.Storage;

namespace Kinema.Torch.Tests.Optimizers;

public sealed class OptimizerTests : TensorTest
{
    private const string Recording = "golden/optim.safetensors";

    [SharedFact(Recording)]
    public void Sgd_with_Nesterov_follows_the_recorded_steps() =>
        FollowsTheRecording("sgd_nesterov_m09_wd4e-4", parameters => new Sgd(parameters, new SgdOptions(0.9, true, 4e-4)));

    [SharedFact(Recording)]
    public void Sgd_without_Nesterov_follows_the_recorded_steps() =>
        FollowsTheRecording("sgd_m09_wd1e-4", parameters => new Sgd(parameters, new SgdOptions(0.9, false, 1e-4)));

    [SharedFact(Recording)]
    public void Adam_follows_the_recorded_steps() =>
        FollowsTheRecording("adam_wd1e-4", parameters => new AdamW(parameters, new AdamWOptions(WeightDecay: 1e-4, Decoupled: false)));

    [Fact]
    public void A_step_over_lists_agrees_with_a_step_parameter_by_parameter()
    {
        Together(parameters => new Sgd(parameters, new SgdOptions(0.9, true, 4e-4)));
        Together(parameters => new Sgd(parameters, new SgdOptions(0.9, false, 0.01)));
        Together(parameters => new Sgd(parameters, new SgdOptions(0, false, 0.01)));
        Together(parameters => new Sgd(parameters, new SgdOptions(0.9, true, 0)));
        Together(parameters => new AdamW(parameters, new AdamWOptions(WeightDecay: 0.1)));
        Together(parameters => new AdamW(parameters, new AdamWOptions(WeightDecay: 0.1, Decoupled: false)));
    }

    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.Float64, 1e-13)]
    public void Gradients_are_clipped_by_their_common_norm(ScalarType type, double tolerance)
    {
        Parameter[] parameters = [Weight(1, type, 70, 90), Weight(2, type, 3), Weight(3, type, 5)];
        parameters[0].Value.Grad = Numbers(4, [70, 90], type).Transpose(0, 1).Contiguous().Transpose(0, 1); // not in order in memory
        parameters[1].Value.Grad = Numbers(5, [3], type);                             // the third has none
        double[] before = [.. parameters[0].Value.Grad!.ToArray<double>(), .. parameters[1].Value.Grad!.ToArray<double>()];
        var norm = Math.Sqrt(before.Sum(value => value * value));

        Assert.Equal(norm, Gradients.ClipNorm(parameters, 1e9), tolerance * norm);
        Assert.Equal(before[0], parameters[0].Value.Grad!.ToArray<double>()[0]);         // shorter ones stay to the bit

        Assert.Equal(norm, Gradients.ClipNorm(parameters, 0.5), tolerance * norm);
        double[] after = [.. parameters[0].Value.Grad!.ToArray<double>(), .. parameters[1].Value.Grad!.ToArray<double>()];
        var share = 0.5 / (norm + 1e-6);
        for (var i = 0; i < after.Length; i++) Assert.Equal(before[i] * share, after[i], tolerance);
        Assert.Null(parameters[2].Value.Grad);
        foreach (var parameter in parameters) parameter.Dispose();
    }

    // More parameters than an operator used to return tensors; the second half gets its first gradient two steps later.
    private static void Together(Func<IEnumerable<(string, Parameter)>, Optimizer> make)
    {
        const int count = 150;
        var (one, all) = (Parameters(), Parameters());
        using var oneByOne = make(one.Select((parameter, i) => ($"p{i}", parameter)));
        using var together = make(all.Select((parameter, i) => ($"p{i}", parameter)));
        for (var step = 0; step < 4; step++)
        {
            using var scope = TensorScope.Begin();
            for (var i = 0; i < (step < 2 ? count / 2 : count); i++)
                one[i].Value.Grad = all[i].Value.Grad = Numbers((ulong)((step * count) + i + 1), [3, 2]);
            var gradient = all[0].Value.Grad!.ToArray<double>();
            oneByOne.Step(0.05);
            together.StepTogether(0.05);
            Assert.Equal(gradient, all[0].Value.Grad!.ToArray<double>());
        }

        for (var i = 0; i < count; i++) AssertClose(one[i].Value, all[i].Value, 1e-13);
        var remembered = oneByOne.State().ToList();
        var listed = together.State().ToList();
        Assert.Equal(remembered.Select(entry => entry.Name), listed.Select(entry => entry.Name));
        for (var i = 0; i < listed.Count; i++) AssertClose(remembered[i].Value, listed[i].Value, 1e-13);
        foreach (var parameter in one.Concat(all)) parameter.Dispose();

        static Parameter[] Parameters() => [.. Enumerable.Range(0, count).Select(i => Weight((ulong)i, ScalarType.Float64, 3, 2))];
    }

    [Theory]
    [InlineData(ScalarType.Float32, 2e-6)]
    [InlineData(ScalarType.Float64, 1e-13)]
    public void AdamW_agrees_with_a_plain_loop(ScalarType type, double tolerance)
    {
        const double rate = 0.01, decay = 0.1, beta1 = 0.8, beta2 = 0.95, epsilon = 0.1; // large enough to show where it is added
        var parameter = Weight(1, type, 5, 4);
        using var optimiser = new AdamW([("w", parameter)], new AdamWOptions(beta1, beta2, epsilon, decay));
        var w = parameter.Value.ToArray<double>();
        double[] m = new double[20], v = new double[20];
        for (var step = 1; step <= 5; step++)
        {
            var gradient = Numbers((ulong)step, [5, 4], type);
            var g = gradient.ToArray<double>();
            for (var i = 0; i < 20; i++)
            {
                w[i] *= 1 - rate * decay;
                m[i] = beta1 * m[i] + (1 - beta1) * g[i];
                v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
                w[i] -= rate * (m[i] / (1 - Math.Pow(beta1, step))) / (Math.Sqrt(v[i] / (1 - Math.Pow(beta2, step))) + epsilon);
            }

            parameter.Value.Grad = gradient;
            optimiser.Step(rate);
            AssertClose(w, parameter.Value, tolerance);
        }

        parameter.Dispose();
    }

    [Theory]
    [InlineData(0.0, false, 0.0)]
    [InlineData(0.0, false, 0.1)]
    [InlineData(0.9, false, 0.01)]
    [InlineData(0.9, true, 0.01)]
    public void Sgd_agrees_with_a_plain_loop_in_both_precisions(double momentum, bool nesterov, double decay)
    {
        foreach (var (type, tolerance) in new[] { (ScalarType.Float32, 2e-6), (ScalarType.Float64, 1e-13) })
        {
            var parameter = Weight(1, type, 37); // odd, so that the vectors leave a rest
            using var optimiser = new Sgd([("w", parameter)], new SgdOptions(momentum, nesterov, decay));
            var w = parameter.Value.ToArray<double>();
            var b = new double[37];
            for (var step = 1; step <= 4; step++)
            {
                var gradient = Numbers((ulong)step, [37], type);
                var g = gradient.ToArray<double>();
                for (var i = 0; i < 37; i++)
                {
                    g[i] += decay * w[i];
                    b[i] = step == 1 ? g[i] : momentum * b[i] + g[i];
                    w[i] -= 0.1 * (nesterov ? g[i] + momentum * b[i] : momentum > 0 ? b[i] : g[i]);
                }

                parameter.Value.Grad = gradient;
                optimiser.Step(0.1);
                AssertClose(w, parameter.Value, tolerance);
            }

            parameter.Dispose();
        }
    }

    [Theory]
    [InlineData("sgd", ScalarType.Float32)]              // in one pass, through pointers
    [InlineData("sgd", ScalarType.Float64)]              // by operators
    [InlineData("adamw", ScalarType.Float32)]
    [InlineData("adamw", ScalarType.Float64)]
    public void A_graph_that_needs_the_weights_as_they_were_notices_the_step(string kind, ScalarType type)
    {
        var weight = Weight(1, type, 5);
        (string, Parameter)[] named = [("w", weight)];
        using Optimizer optimiser = kind == "sgd" ? new Sgd(named, new SgdOptions()) : new AdamW(named, new AdamWOptions());
        var loss = (weight.Value * weight.Value).Sum();
        weight.Value.Grad = Numbers(2, [5], type);

        optimiser.Step(0.1);

        Assert.Contains("modified by an inplace operation", Assert.Throws<TorchException>(() => loss.Backward()).Message, StringComparison.Ordinal);
        weight.Dispose();
    }

    [Theory]
    [InlineData("sgd", 1)]
    [InlineData("sgd", 2)]
    [InlineData("adamw", 1)]
    [InlineData("adamw", 2)]
    public void A_number_moves_by_the_same_bits_whatever_its_company_and_the_number_of_threads(string kind, int threads)
    {
        int[] lengths = [1, 7, 40_000, 3, 100_003, 8, 0, 33];                            // the large ones are cut
        var before = TorchRuntime.Threads;
        var parameters = lengths.Select((length, i) => Weight((ulong)i, ScalarType.Float32, length)).ToArray();
        var named = parameters.Select((parameter, i) => ($"p{i}", parameter));
        using Optimizer optimiser = kind == "sgd" ? new Sgd(named, new SgdOptions(WeightDecay: 0.01)) : new AdamW(named, new AdamWOptions(WeightDecay: 0.1));
        var expected = parameters.Select(parameter => parameter.Value.ToArray<float>()).ToArray();
        var first = Array.ConvertAll(lengths, length => new float[length]);
        var second = Array.ConvertAll(lengths, length => new float[length]);
        try
        {
            TorchRuntime.Threads = threads;
            for (var step = 1; step <= 3; step++)
            {
                for (var i = 0; i < lengths.Length; i++)
                {
                    var gradient = Numbers((ulong)((step * 10) + i), [lengths[i]], ScalarType.Float32);
                    parameters[i].Value.Grad = gradient;
                    var g = gradient.ToArray<float>();
                    for (var j = 0; j < g.Length; j++)
                    {
                        if (kind == "sgd") SgdStep(ref expected[i][j], g[j], ref first[i][j], step);
                        else AdamWStep(ref expected[i][j], g[j], ref first[i][j], ref second[i][j], step);
                    }
                }

                optimiser.Step(0.1);
            }
        }
        finally
        {
            TorchRuntime.Threads = before;
        }

        for (var i = 0; i < lengths.Length; i++) Assert.Equal(expected[i], parameters[i].Value.ToArray<float>());
        foreach (var parameter in parameters) parameter.Dispose();

        static void SgdStep(ref float w, float g, ref float b, int step)
        {
            g += w * 0.01f;
            b = step == 1 ? g : (b * 0.9f) + g;
            w -= (g + (b * 0.9f)) * 0.1f;
        }

        static void AdamWStep(ref float w, float g, ref float m, ref float v, int step)
        {
            m = (m * 0.9f) + (g * (1 - 0.9f));
            v = (v * 0.999f) + (g * g * (1 - 0.999f));
            var unbias = (float)(1 / Math.Sqrt(1 - Math.Pow(0.999, step)));
            w = (w * (float)(1 - (0.1 * 0.1))) - ((float)(0.1 / (1 - Math.Pow(0.9, step))) * m / ((MathF.Sqrt(v) * unbias) + 1e-8f));
        }
    }

    [Fact]
    public void Nesterov_needs_momentum() => Assert.Throws<ArgumentException>(() => new Sgd([], new SgdOptions(0, true)));

    [Fact]
    public void A_step_on_a_gradient_or_a_weight_in_another_memory_order_is_the_same_step()
    {
        var gradient = Numbers(9, [4, 3, 2, 2], ScalarType.Float32);
        var expected = Stepped(Numbers(1, [4, 3, 2, 2], ScalarType.Float32), gradient);
        Assert.Equal(expected, Stepped(Numbers(1, [4, 3, 2, 2], ScalarType.Float32), gradient.Contiguous(MemoryFormat.ChannelsLast)));
        var transposed = gradient.Transpose(0, 1).Contiguous().Transpose(0, 1);
        Assert.False(transposed.IsContiguous);
        Assert.Equal(expected, Stepped(Numbers(1, [4, 3, 2, 2], ScalarType.Float32), transposed));
        AssertClose(
            [.. expected.Select(value => (double)value)],
            Tensor.From(Stepped(Numbers(1, [4, 3, 2, 2], ScalarType.Float32).Contiguous(MemoryFormat.ChannelsLast), gradient), 48), 1e-6);

        static float[] Stepped(Tensor weight, Tensor gradient)
        {
            using var parameter = new Parameter(weight);
            using var optimiser = new Sgd([("w", parameter)], new SgdOptions(WeightDecay: 0.1));
            for (var step = 0; step < 2; step++)
            {
                parameter.Value.Grad = gradient;
                optimiser.Step(0.1);
            }

            return parameter.Value.ToArray<float>();
        }
    }

    [Fact]
    public void A_parameter_without_a_gradient_stays_as_it_is()
    {
        using Parameter moved = Weight(1, ScalarType.Float32, 3), left = Weight(2, ScalarType.Float32, 3);
        using var optimiser = new Sgd([("moved", moved), ("left", left)], new SgdOptions(WeightDecay: 0.1));
        var before = left.Value.ToArray<float>();
        moved.Value.Grad = Tensor.Ones([3]);
        optimiser.Step(0.1);
        Assert.Equal(before, left.Value.ToArray<float>());
        Assert.Equal(["moved.momentum", "moved.step"], optimiser.State().Select(entry => entry.Name));
    }

    private static void FollowsTheRecording(string name, Func<(string, Parameter)[], Optimizer> make)
    {
        using var file = SafeTensorsFile.Open(Repository.Shared(Recording));
        var rates = file.Read("lrs").ToDoubles();
        foreach (var (type, tolerance) in new[] { (ScalarType.Float32, 2e-6), (ScalarType.Float64, 3e-7) }) // the recording itself is single
        {
            using var parameter = new Parameter(file.Read("w0").ToTensor(type));
            using var optimiser = make([("w", parameter)]);
            for (var step = 0; step < 4; step++)
            {
                parameter.Value.Grad = file.Read("grads").ToTensor(type).Select(0, step);
                optimiser.Step(rates[step]);
                AssertClose(file.Read(name).ToTensor(ScalarType.Float64).Select(0, step), parameter.Value, tolerance, $"{name} step {step} {type}");
            }
        }
    }

    internal static Optimizer Make(string kind, Parameter parameter) => kind == "sgd"
        ? new Sgd([("w", parameter)], new SgdOptions(WeightDecay: 0.01))
        : new AdamW([("w", parameter)], new AdamWOptions());

    internal static void Walk(Optimizer optimiser, Parameter parameter, int from, int to)
    {
        for (var step = from; step <= to; step++)
        {
            parameter.Value.Grad = Numbers((ulong)step, parameter.Value.Sizes.ToArray(), parameter.Value.Type);
            optimiser.Step(0.1 / step);
        }
    }

    internal static Parameter Weight(ulong seed, ScalarType type, params long[] shape) => new(Numbers(seed, shape, type));
}
