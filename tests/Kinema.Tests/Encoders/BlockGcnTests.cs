using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Topology;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class BlockGcnTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, false, false)]
    [InlineData("nw-ucla", 1, true, false)]
    [InlineData("ntu", 2, false, false)]
    [InlineData("ntu", 2, true, false)]
    [InlineData("ntu", 2, true, true)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, bool training, bool ownTopology)
    {
        // Of two clips the norm of their topologies would know the signs only. 9, 5, 3 frames: odd lengths show where a stride begins.
        const int clips = 3, frames = 9;
        using var network = Networks.BlockGcn(layout, width: 8, frames: frames, persons: persons, ownTopology: ownTopology).Randomised();
        network.To(ScalarType.Float64);
        if (!training) network.Eval();
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var values = input.ToArray<double>();
        var reference = new PlainBlockGcn(network.Numbers(), SkeletonGraph.BlockGcn(Layouts.Get(layout)), training, ownTopology);
        var plain = reference.Recognise(values, values, clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits, 1e-9);
        AssertClose(plain.Features.Values, features.Map, 1e-9);
        Assert.Equal(new FeatureMapShape(16, 3, joints, persons), network.Encoder.MapShape);
    }

    [Fact]
    public void Joints_that_are_given_apart_are_what_topology_is_of()
    {
        const int clips = 3, frames = 4, joints = 20;
        using var network = Networks.BlockGcn(width: 8, frames: frames).Randomised();
        network.To(ScalarType.Float64);
        network.Eval();
        Tensor input = Numbers(2, [clips, 3, frames, joints, 1]), apart = Numbers(3, [clips, 3, frames, joints, 1]);
        var reference = new PlainBlockGcn(network.Numbers(), SkeletonGraph.BlockGcn(Layouts.NwUcla), training: false);
        var plain = reference.Recognise(input.ToArray<double>(), apart.ToArray<double>(), clips, frames, joints, 1);

        using var mode = Autograd.NoGrad();
        var topology = Tensor.From<double>(JointTopology.OfClips(apart.ToArray<double>(), 3, frames, joints, 1), clips, joints);
        AssertClose(plain.Logits, network.Forward(input, topology).Logits, 1e-9);
        Assert.NotEqual(plain.Logits, network.Forward(input).Logits.ToArray<double>());
        network.Encoder.TakeRecorded(_ => apart);
        AssertClose(plain.Topology, network.Encoder.Stages(input).First().Output);

        var error = Assert.Throws<ArgumentException>(() => network.Forward(input, topology.Narrow(0, 0, 2)));
        Assert.Contains("takes topologies (N, V) = (3, 20); got (2, 20)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clusters_that_die_at_birth_are_left_out_and_filled_up_with_ones()
    {
        const int clips = 3, frames = 4, joints = 20;
        using var network = Networks.BlockGcn(width: 8, frames: frames).Randomised();
        network.To(ScalarType.Float64);
        network.Eval();
        var input = Numbers(2, [clips, 3, frames, joints, 1]);
        var values = input.ToArray<double>();
        for (var row = 0; row < 3 * frames; row++)
        {
            // The second clip has two pairs of joints in one place, the third has all its joints there.
            var second = (3 * frames * joints) + (row * joints);
            (values[second], values[second + 5]) = (values[second + 1], values[second + 6]);
            Array.Clear(values, (2 * 3 * frames * joints) + (row * joints), joints);
        }

        var reference = new PlainBlockGcn(network.Numbers(), SkeletonGraph.BlockGcn(Layouts.NwUcla), training: false);
        var plain = reference.Recognise(values, values, clips, frames, joints, 1).Topology;

        using var mode = Autograd.NoGrad();
        AssertClose(plain, network.Encoder.Stages(Tensor.From<double>(values, clips, 3, frames, joints, 1)).First().Output);
        Assert.Equal(joints - 1, plain[128], 12);
    }

    [Fact]
    public void Stages_are_the_topology_and_the_ten_blocks_and_the_last_is_the_feature_map()
    {
        using var network = Networks.BlockGcn().Randomised();
        network.Eval();
        var input = Numbers(3, [2, 3, 8, 20, 1], ScalarType.Float32);
        var stages = network.Encoder.Stages(input).ToList();
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"l{i}").Prepend("topo"), stages.Select(stage => stage.Name));
        Assert.Equal("(2, 64)", stages[0].Output.ShapeText());
        Assert.Equal(network.Forward(input).Features.Map.ToArray<float>(), stages[^1].Output.ToArray<float>());
    }

    [Fact]
    public void Single_precision_agrees_with_double_in_values_and_gradients()
    {
        using var network = Networks.BlockGcn(frames: 13).Randomised();
        network.AssertSinglePrecisionAgreesWithDouble([8, 3, 13, 20, 1], tolerance: 1e-3);
    }

    [Fact]
    public void At_the_start_every_parameter_has_a_finite_gradient()
    {
        // The length of a graph of zeros has none that is sensible; there is one anyway.
        using var network = Networks.BlockGcn().Initialised();
        var recognition = network.Forward(Numbers(1, [4, 3, 8, 20, 1], ScalarType.Float32));
        Functional.CrossEntropy(recognition.Logits, Tensor.From<long>([0, 1, 2, 3], 4)).Backward();
        Assert.All(network.NamedParameters(), entry => Assert.Equal(1, entry.Parameter.Value.Grad!.IsFinite().All().Item()));
        Assert.Contains(
            network.NamedParameters(), entry => entry.Name == "l3.gcn1.rpe" && entry.Parameter.Value.Grad!.ToArray<float>().Any(value => value != 0));
        network.ZeroGrad();
    }

    [Theory]
    [InlineData("nw-ucla", 1, 10, 1_297_370)]
    [InlineData("ntu", 2, 60, 1_372_780)]
    [InlineData("ntu", 2, 120, 1_388_200)]
    public void Names_shapes_and_count_are_the_authors(string layout, int persons, int classes, long parameters)
    {
        using var network = Networks.BlockGcn(layout, width: 128, frames: 52, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(Expected(128, layout == "ntu" ? 12 : 11, Layouts.Get(layout).JointCount, persons, classes), state);
        Assert.Equal(703, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        const int classes = 60;
        using var network = Networks.BlockGcn("ntu", width: 128, frames: 16, persons: 2, classes: classes).Initialised();
        foreach (var (name, entry) in network.State())
        {
            var values = entry.Value.ToArray<double>();
            var sizes = entry.Value.Sizes.ToArray();
            var temporal = name.Contains(".tcn1.", StringComparison.Ordinal);
            if (name.EndsWith("gcn1.fc1", StringComparison.Ordinal))
                Assert.Equal(Enumerable.Range(0, values.Length).Select(i => i % 625 % 26 == 0 ? 1.0 : 0.0), values);
            else if (name.EndsWith("gcn1.rpe", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(0, value));
            else if (name == "pos_embedding") FirstValues.AssertNormal(name, values, 0, 1);
            else if (name == "topo.pl.sharpness") Assert.All(values, value => Assert.Equal(3, value));
            else if (name == "topo.pl.centres") FirstValues.AssertUniform(name, [.. values.Select(value => (2 * value) - 1)], 1);
            else if (name.StartsWith("to_joint_embedding", StringComparison.Ordinal)) FirstValues.AssertUniform(name, values, 1 / Math.Sqrt(3));
            else if (name.Contains(".mlp.", StringComparison.Ordinal)) FirstValues.AssertUniform(name, values, 1.0 / 8);
            else if (name == "fc.weight") FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / classes));
            else if (name == "fc.bias") FirstValues.AssertUniform(name, values, 1.0 / 16);
            else if (sizes.Length == 4) FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / (sizes[0] * sizes[2] * sizes[3])));
            else if (name.EndsWith("running_var", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1, value));
            else if (!name.EndsWith(".weight", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(0, value)); // biases, means, counters
            else if (temporal) FirstValues.AssertNormal(name, values, 1, 0.02);
            else Assert.All(values, value => Assert.Equal(1, value)); // data_bn, gcn1.bn, down, residual, tK.bn
        }
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.BlockGcn(classes: 4).Initialised();
        network.AssertLearnsOneBatchByHeart();
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.BlockGcn().Randomised();
        network.AssertBf16IsFiniteAndNear();
    }

    [Theory, InlineData(0), InlineData(-8), InlineData(12)]
    public void A_width_that_does_not_divide_is_refused(int width)
    {
        var error = Assert.Throws<ArgumentException>(() => new BlockGcn(new EncoderInput(Layouts.Get("nw-ucla"), 3, 8, 1), new BlockGcnOptions(width)));
        Assert.Contains($"multiple of 8; got {width}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_of_another_shape_are_refused()
    {
        using var network = Networks.BlockGcn();
        var error = Assert.Throws<ArgumentException>(() => network.Forward(Numbers(1, [2, 3, 8, 25, 1], ScalarType.Float32)));
        Assert.Contains("BlockGCN on the layout nw-ucla takes", error.Message, StringComparison.Ordinal);
    }

    // The table of names of the authors' state dictionary.
    private static IEnumerable<string> Expected(int width, int distances, int joints, int persons, int classes)
    {
        var table = new StateTable();
        table.Entry("pos_embedding", 1, joints, width);
        table.Entry("to_joint_embedding.weight", width, 3);
        table.Entry("to_joint_embedding.bias", width);
        table.Norm("data_bn", persons * joints * width);
        table.Entry("topo.pl.centres", 64, 2);
        table.Entry("topo.pl.sharpness", 64, 2);
        for (var block = 1; block <= 10; block++)
        {
            var (from, to, l) = (block <= 5 ? width : 2 * width, block <= 4 ? width : 2 * width, $"l{block}");
            table.Entry($"t{block - 1}.mlp.weight", from, 64);
            table.Entry($"t{block - 1}.mlp.bias", from);
            table.Norm($"t{block - 1}.bn", from);
            table.Entry($"{l}.gcn1.fc1", 3, 8, joints, joints);
            table.Entry($"{l}.gcn1.rpe", 3, 8, distances);
            for (var i = 0; i < 3; i++) table.Convolution($"{l}.gcn1.fc2.{i}", to, from / 8);
            table.Norm($"{l}.gcn1.bn", to);
            if (block == 5)
            {
                table.Convolution($"{l}.gcn1.down.0", to, from);
                table.Norm($"{l}.gcn1.down.1", to);
            }

            var c = to / 4;
            for (var branch = 0; branch < 4; branch++)
            {
                var name = $"{l}.tcn1.branches.{branch}";
                table.Convolution($"{name}.0", c, to);
                table.Norm($"{name}.1", c);
                if (branch < 2)
                {
                    table.Convolution($"{name}.3.conv", c, c, 5);
                    table.Norm($"{name}.3.bn", c);
                }

                if (branch == 2) table.Norm($"{name}.4", c);
            }

            if (block is not (5 or 8)) continue;
            table.Convolution($"{l}.residual.conv", to, from);
            table.Norm($"{l}.residual.bn", to);
        }

        table.Entry("fc.weight", classes, 2 * width);
        table.Entry("fc.bias", classes);
        return table.Lines;
    }
}
