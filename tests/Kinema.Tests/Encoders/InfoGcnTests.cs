using Kinema.Encoders;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class InfoGcnTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, false, 1)]
    [InlineData("nw-ucla", 1, true, 1)]
    [InlineData("nw-ucla", 1, false, 7)]
    [InlineData("ntu", 2, false, 1)]
    [InlineData("ntu", 2, true, 2)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, bool training, int hops)
    {
        const int clips = 2, frames = 9; // 9, 5, 3: odd lengths show where a stride begins
        using var network = Networks.InfoGcn(layout, frames: frames, persons: persons, hops: hops).Randomised();
        network.To(ScalarType.Float64);
        if (!training) network.Eval();
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var noise = Numbers(3, [clips, 32]);
        network.Encoder.TakeRecorded(name => name == "noise.eps" ? noise : null);
        var graph = SkeletonGraph.InfoGcn(Layouts.Get(layout), hops);
        var plain = new PlainInfoGcn(network.Numbers(), graph, training, training ? noise.ToArray<double>() : null)
            .Run(input.ToArray<double>(), clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits);
        AssertClose(plain.Latent, features.Pooled);
        AssertClose(plain.Features.Values, features.Map);
        Assert.Equal(new FeatureMapShape(32, 3, joints, persons), network.Encoder.MapShape);
    }

    [Fact]
    public void Stages_end_in_the_map()
    {
        using var network = Networks.InfoGcn().Randomised();
        network.Eval();
        var input = Numbers(2, [2, 3, 8, 20, 1], ScalarType.Float32);
        var stages = network.Encoder.Stages(input).ToList();
        Assert.Equal(["l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9"], stages.Select(stage => stage.Name));
        Assert.Equal(network.Forward(input).Features.Map.ToArray<float>(), stages[^1].Output.ToArray<float>());
    }

    [Fact]
    public void Single_precision_agrees_with_double_in_values_and_gradients()
    {
        using var network = Networks.InfoGcn(frames: 13).Randomised();
        network.AssertSinglePrecisionAgreesWithDouble([8, 3, 13, 20, 1], gradientTolerance: 5e-2);
    }

    [Theory]
    [InlineData("nw-ucla", 1, 10, 1_533_722)]
    [InlineData("ntu", 2, 60, 1_556_807)]
    [InlineData("ntu", 2, 120, 1_572_227)]
    public void Names_shapes_and_count_are_the_authors(string layout, int persons, int classes, long parameters)
    {
        using var network = Networks.InfoGcn(layout, width: 64, frames: 52, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(Expected(64, Layouts.Get(layout).JointCount, persons, classes), state);
        Assert.Equal(611, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        const int classes = 60;
        using var network = Networks.InfoGcn("ntu", width: 64, frames: 16, persons: 2, classes: classes).Initialised();
        var shapes = network.State().ToDictionary(entry => entry.Name, entry => entry.Value.Value.Sizes.ToArray());
        foreach (var (name, entry) in network.State())
        {
            var values = entry.Value.ToArray<double>();
            var sizes = shapes[name];
            var weight = name.EndsWith(".bias", StringComparison.Ordinal) ? shapes[name[..^"bias".Length] + "weight"] : sizes;
            if (name.EndsWith("shared_topology", StringComparison.Ordinal))
                Assert.All(values.Index(), value => Assert.Equal(value.Index / 25 % 25 == value.Index % 25 ? 1 : 0, value.Item));
            else if (name == "pos_embedding") FirstValues.AssertNormal(name, values, 0, 1);
            else if (name == "decoder.weight") FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / classes));
            else if (name is "fc.weight" or "fc_mu.weight" or "fc_logvar.weight") FirstValues.AssertUniform(name, values, Math.Sqrt(6.0 / 256));
            else if (name.EndsWith("to_qk.weight", StringComparison.Ordinal)) FirstValues.AssertNormal(name, values, 0, 1);
            else if (name == "to_joint_embedding.weight") FirstValues.AssertUniform(name, values, 1 / Math.Sqrt(3));
            else if (name.Contains(".conv_d.", StringComparison.Ordinal) && sizes.Length == 4)
                FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / (sizes[0] * sizes[1] * 3)));
            else if (name.Contains(".tcn.", StringComparison.Ordinal) && weight.Length == 4)
                AssertBounded(name, values, 1 / Math.Sqrt(weight[1] * weight[2] * weight[3]));
            else if (sizes.Length == 4) FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / (sizes[0] * sizes[2] * sizes[3]))); // down, residual
            else if (weight.Length == 2) AssertBounded(name, values, 1 / Math.Sqrt(weight[1]));      // biases of linear maps
            else if (name.EndsWith("running_var", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1, value));
            else if (!name.EndsWith(".weight", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(0, value)); // biases, means, counters
            else if (name.EndsWith(".agcn.bn.weight", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1e-6f, (float)value));
            else Assert.All(values, value => Assert.Equal(1, value)); // the other norms
        }

        // A bias may hold as few as 16 numbers: they need not reach the bound.
        static void AssertBounded(string name, double[] values, double bound)
        {
            Assert.True(values.Max(value => Math.Abs(value)) <= bound, $"{name}: beyond {bound:R}");
            Assert.True(values.Max(value => Math.Abs(value)) > bound / 2, $"{name}: far from {bound:R}");
        }
    }

    [Fact]
    public void Priors_are_orthogonal_of_length_three_and_no_part_of_the_state()
    {
        using var network = Networks.InfoGcn().Initialised(seed: 1);
        using var other = Networks.InfoGcn().Initialised(seed: 2);
        var priors = Priors(network);
        Assert.Equal("(4, 32)", priors.ShapeText());                                     // (K, D)
        var expected = new double[4 * 4];
        for (var i = 0; i < 4; i++) expected[(i * 4) + i] = 9;
        AssertClose(expected, priors.MatMul(priors.Transpose(0, 1)), 1e-6);
        Assert.Equal(priors.ToArray<float>(), Priors(other).ToArray<float>());
        using var more = Networks.InfoGcn(classes: 9);
        Assert.Equal(priors.ToArray<float>(), Priors(more).Narrow(0, 0, 4).ToArray<float>()); // a class's does not depend on how many there are
        Assert.DoesNotContain(network.State(), entry => entry.Name.Contains("prior", StringComparison.Ordinal));
    }

    // A narrow network on NTU RGB+D 120 has more classes than its latent vector has numbers.
    [Fact]
    public void Of_more_classes_than_the_latent_vector_has_numbers_the_columns_of_the_priors_are_orthogonal()
    {
        using var network = Networks.InfoGcn(classes: 40).Initialised();
        var priors = Priors(network);
        Assert.Equal("(40, 32)", priors.ShapeText());                                    // (K, D)
        var expected = new double[32 * 32];
        for (var i = 0; i < 32; i++) expected[(i * 32) + i] = 9;
        AssertClose(expected, priors.Transpose(0, 1).MatMul(priors), 1e-6);
        using var other = Networks.InfoGcn(classes: 40).Initialised(seed: 2);
        Assert.Equal(priors.ToArray<float>(), Priors(other).ToArray<float>());
    }

    [Fact]
    public void A_new_classifier_brings_new_priors_and_the_losses_are_of_the_last()
    {
        using var network = Networks.InfoGcn(classes: 4).Initialised();
        using var second = network.Encoder.Classifier(9).Layer;
        using var third = network.Encoder.Classifier(6).Layer;
        Assert.Equal(["(9, 32)", "(6, 32)"], ((Module[])[second, third]).Select(layer => Assert.Single(layer.NamedBuffers()).Buffer.Value.ShapeText()));

        var priors = Assert.Single(third.NamedBuffers()).Buffer.Value;
        var met = network.Encoder.AuxiliaryLosses(new EncoderFeatures(priors, priors), Tensor.From<long>([0, 1, 2, 3, 4, 5], 6));
        Assert.Equal(0, met[0].Value.Item(), 1e-12);
    }

    [Fact]
    public void The_distance_to_the_priors_agrees_with_a_loop_over_classes()
    {
        long[] labels = [2, 0, 2, 3, 0, 2]; // nobody is in class 1
        var (z, priors) = (Leaf(3, 6, 5), Numbers(4, [4, 5]));
        double[] plainZ = z.ToArray<double>(), plainPriors = priors.ToArray<double>();
        var (sum, present) = (0.0, 0);
        for (var c = 0; c < 4; c++)
        {
            var members = Enumerable.Range(0, 6).Where(clip => labels[clip] == c).ToArray();
            if (members.Length == 0) continue;
            present++;
            for (var k = 0; k < 5; k++)
            {
                var difference = members.Average(clip => plainZ[(clip * 5) + k]) - plainPriors[(c * 5) + k];
                sum += difference * difference;
            }
        }

        var classes = Tensor.From<long>(labels, 6);
        Assert.Equal(sum / (present * 5), LatentPriors.Discrepancy(z, classes, priors).Item(), 1e-12);
        FiniteDifferences.Agree(inputs => LatentPriors.Discrepancy(inputs[0], classes, priors).Reshape(1), [z]);
    }

    [Fact]
    public void The_losses_beside_the_cross_entropy_are_the_distance_to_the_priors_and_the_length_of_the_mean()
    {
        using var network = Networks.InfoGcn().Initialised();
        var z = Numbers(5, [4, 32], ScalarType.Float32);
        var features = new EncoderFeatures(z, z);
        var terms = network.Encoder.AuxiliaryLosses(features, Tensor.From<long>([0, 1, 2, 3], 4));
        Assert.Equal([("mmd", 0.1), ("l2mean", 1e-4)], terms.Select(term => (term.Name, term.Weight)));
        var values = z.ToArray<double>();
        var squares = Enumerable.Range(0, 32).Sum(k => Math.Pow(Enumerable.Range(0, 4).Average(clip => values[(clip * 32) + k]), 2));
        Assert.Equal(Math.Sqrt(squares), terms[1].Value.Item(), 1e-5);

        // Of clips that are their classes' priors nothing is left to be lost.
        var priors = Priors(network).Narrow(0, 0, 4);
        var met = network.Encoder.AuxiliaryLosses(features with { Pooled = priors }, Tensor.From<long>([0, 1, 2, 3], 4));
        Assert.Equal(0, met[0].Value.Item(), 1e-12);
    }

    [Fact]
    public void The_latent_vector_is_noisy_while_training_only_and_equal_seeds_draw_the_same()
    {
        var input = Numbers(2, [2, 3, 8, 20, 1], ScalarType.Float32);
        float[] first = Latent(seed: 5, training: true), same = Latent(seed: 5, training: true), other = Latent(seed: 6, training: true);
        Assert.Equal(first, same);
        Assert.NotEqual(first, other);
        Assert.Equal(Latent(seed: 5, training: false), Latent(seed: 6, training: false));

        float[] Latent(ulong seed, bool training)
        {
            using var random = new Generator(seed);
            using var network = Networks.InfoGcn(random: random).Randomised();
            if (!training) network.Eval();
            return network.Forward(input).Features.Pooled.ToArray<float>();
        }
    }

    [Fact]
    public void The_deviation_of_the_noise_is_bounded_and_so_is_its_gradient()
    {
        using var network = Networks.InfoGcn().Randomised();
        network.To(ScalarType.Float64);
        Init.Constant(network.NamedParameters().Single(entry => entry.Name == "fc_logvar.bias").Parameter, 1e6);
        var input = Numbers(2, [2, 3, 8, 20, 1]);
        var mean = network.Forward(input).Features.Pooled; // no source of noise, hence none
        network.Encoder.TakeRecorded(name => name == "noise.eps" ? Tensor.Ones([2, 32], ScalarType.Float64) : null);
        var noisy = network.Forward(input).Features.Pooled;
        AssertClose(mean + 100, noisy);
        noisy.Sum().Backward();
        Assert.All(
            network.NamedParameters().Where(entry => !entry.Name.StartsWith("decoder", StringComparison.Ordinal)),
            entry => Assert.Equal(1, entry.Parameter.Value.Grad!.IsFinite().All().Item()));
        network.ZeroGrad();
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.InfoGcn(width: 16, classes: 4).Initialised();
        network.AssertLearnsOneBatchByHeart(rate: 0.01, steps: 150); // three linear maps behind each other bear no more
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.InfoGcn().Initialised();
        using var random = new Generator(3);
        foreach (var (name, parameter) in network.NamedParameters())
        {
            // The paper's start would switch the graph branch off, and give all attention to one joint.
            if (name.EndsWith(".agcn.bn.weight", StringComparison.Ordinal)) Init.Constant(parameter, 1);
            if (name.EndsWith(".to_qk.weight", StringComparison.Ordinal)) Init.Normal(parameter, 0, 0.1, random);
        }

        network.AssertBf16IsFiniteAndNear();
    }

    [Theory, InlineData(0), InlineData(-8), InlineData(12)]
    public void A_width_that_does_not_divide_is_refused(int width) => Refused(new InfoGcnOptions(width), $"multiple of 8; got {width}");

    [Theory, InlineData(0), InlineData(-1)]
    public void Fewer_than_one_hop_is_refused(int hops) => Refused(new InfoGcnOptions(Hops: hops), $"k = 1 bones away or more; got {hops}");

    [Theory, InlineData(20), InlineData(60)]
    public void More_hops_than_the_joints_allow_are_refused(int hops) =>
        Refused(new InfoGcnOptions(Hops: hops), $"fewer than the V = 20 joints of nw-ucla; got k = {hops}");

    [Fact]
    public void No_head_and_no_noise_ratio_are_refused()
    {
        Refused(new InfoGcnOptions(Heads: 0), "at least one head; got 0");
        Refused(new InfoGcnOptions(NoiseRatio: 0), "is positive; got 0");
    }

    private static Tensor Priors(Recogniser of) => of.NamedBuffers().Single(entry => entry.Name == "decoder.z_prior").Buffer;

    private static void Refused(InfoGcnOptions options, string why)
    {
        var error = Assert.Throws<ArgumentException>(() => new InfoGcn(new EncoderInput(Layouts.Get("nw-ucla"), 3, 8, 1), options));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    // The table of names of the authors' state dictionary.
    private static IEnumerable<string> Expected(int width, int joints, int persons, int classes)
    {
        var table = new StateTable();
        table.Entry("pos_embedding", 1, joints, width);
        table.Norm("data_bn", persons * joints * width);
        Linear("to_joint_embedding", width, 3);
        int[] channels = [width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        for (var block = 1; block <= 9; block++)
        {
            var (from, to, quarter, l) = (channels[block - 1], channels[block], channels[block] / 4, $"l{block}");
            table.Entry($"{l}.agcn.shared_topology", 3, joints, joints);
            for (var head = 0; head < 3; head++) table.Convolution($"{l}.agcn.conv_d.{head}", to, from);
            table.Norm($"{l}.agcn.bn", to);
            Linear($"{l}.agcn.attn.to_qk", 6 * from / 8, from);
            table.Entry($"{l}.agcn.attn.ln.weight", from);
            table.Entry($"{l}.agcn.attn.ln.bias", from);
            for (var branch = 0; branch < 4; branch++)
            {
                table.Convolution($"{l}.tcn.branches.{branch}.0", quarter, to);
                table.Norm($"{l}.tcn.branches.{branch}.1", quarter);
                if (branch >= 2) continue;
                table.Convolution($"{l}.tcn.branches.{branch}.3.conv", quarter, quarter, 5);
                table.Norm($"{l}.tcn.branches.{branch}.3.bn", quarter);
            }

            table.Norm($"{l}.tcn.branches.2.4", quarter);
            if (block is not (4 or 7)) continue;
            table.Convolution($"{l}.agcn.down.0", to, from);
            table.Norm($"{l}.agcn.down.1", to);
            table.Convolution($"{l}.residual.conv", to, from);
            table.Norm($"{l}.residual.bn", to);
        }

        foreach (var name in (string[])["fc", "fc_mu", "fc_logvar"]) Linear(name, 4 * width, 4 * width);
        Linear("decoder", classes, 4 * width);
        return table.Lines;

        void Linear(string name, int to, int from)
        {
            table.Entry($"{name}.weight", to, from);
            table.Entry($"{name}.bias", to);
        }
    }
}
