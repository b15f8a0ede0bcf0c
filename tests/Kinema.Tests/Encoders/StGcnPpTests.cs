using Kinema.Encoders;
using Kinema.Encoders.Kernels;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class StGcnPpTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, 8, false)]
    [InlineData("nw-ucla", 1, 6, true)]
    [InlineData("ntu", 2, 8, false)]
    [InlineData("ntu", 2, 9, true)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, int width, bool training)
    {
        const int clips = 2, frames = 9; // 9, 5, 3: odd lengths show where a stride begins
        using var network = Networks.StGcnPp(layout, width, frames, persons).Randomised();
        network.To(ScalarType.Float64);
        if (!training) network.Eval();
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var plain = new PlainStGcnPp(network.Numbers(), training).Forward(input.ToArray<double>(), clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits);
        AssertClose(plain.Features.Values, features.Map);
        Assert.Equal(new FeatureMapShape(4 * width, 3, joints, persons), network.Encoder.MapShape);
    }

    [Fact]
    public void Single_precision_agrees_with_double_in_values_and_gradients()
    {
        using var network = Networks.StGcnPp(width: 16, frames: 13).Randomised();
        network.AssertSinglePrecisionAgreesWithDouble([8, 3, 13, 20, 1]);
    }

    [Theory]
    [InlineData("nw-ucla", 1, 10, 1_383_514)]
    [InlineData("ntu", 2, 60, 1_403_144)]
    public void Names_shapes_and_count_are_the_authors(string layout, int persons, int classes, long parameters)
    {
        using var network = Networks.StGcnPp(layout, width: 64, frames: 52, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(Expected(64, Layouts.Get(layout).JointCount, classes), state);
        Assert.Equal(692, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
        Assert.Equal("cls_head.fc_cls", network.ClassifierName);
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        using var network = Networks.StGcnPp("ntu", width: 64, frames: 16, persons: 2, classes: 60).Initialised();
        double[] graph = [.. SkeletonGraph.StGcnPp(Layouts.Ntu).Adjacency.Cast<float>().Select(value => (double)value)];
        var state = network.State().ToDictionary(entry => entry.Name, entry => entry.Value.Value);
        foreach (var (name, tensor) in state)
        {
            var values = tensor.ToArray<double>();
            var weight = name.EndsWith(".bias", StringComparison.Ordinal) ? state[$"{name[..^".bias".Length]}.weight"] : tensor;
            if (name.EndsWith(".A", StringComparison.Ordinal)) Assert.Equal(graph, values);
            else if (name == "cls_head.fc_cls.weight") FirstValues.AssertNormal(name, values, 0, 0.01);
            else if (weight.Dims == 4) AssertFramework(name, values, 1 / Math.Sqrt(weight.Size(1) * weight.Size(2)));
            else if (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith(".weight", StringComparison.Ordinal))
                Assert.All(values, value => Assert.Equal(1, value));
            else Assert.All(values, value => Assert.Equal(0, value)); // biases of norms and classifier, means, counters
        }
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.StGcnPp(width: 16).Initialised();
        network.AssertLearnsOneBatchByHeart();
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.StGcnPp(width: 16).Randomised();
        network.AssertBf16IsFiniteAndNear();
    }

    [Theory, InlineData(0), InlineData(-4), InlineData(5)]
    public void A_width_without_a_channel_for_each_branch_is_refused(int width)
    {
        var error = Assert.Throws<ArgumentException>(() => new StGcnPp(new EncoderInput(Layouts.NwUcla, 3, 8, 1), new StGcnPpOptions(width)));
        Assert.Equal($"the width of ST-GCN++ is at least 6; got {width}", error.Message);
    }

    // Uniform within the bound; few numbers need not come near it. The bound itself was rounded to single precision.
    private static void AssertFramework(string name, double[] values, double bound)
    {
        bound *= 1 + 1e-6;
        if (values.Length >= 200) FirstValues.AssertUniform(name, values, bound);
        else Assert.All(values, value => Assert.InRange(value, -bound, bound));
    }

    // The table of names of the authors' state dictionary.
    private static IEnumerable<string> Expected(int width, int joints, int classes)
    {
        var table = new StateTable();
        table.Norm("backbone.data_bn", joints * 3);
        int[] channels = [3, width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        for (var block = 0; block < 10; block++)
        {
            var (from, to, name) = (channels[block], channels[block + 1], $"backbone.gcn.{block}");
            table.Entry($"{name}.gcn.A", 3, joints, joints);
            table.Convolution($"{name}.gcn.conv", 3 * to, from);
            table.Norm($"{name}.gcn.bn", to);
            if (block is 0 or 4 or 7)
            {
                table.Convolution($"{name}.gcn.down.0", to, from);
                table.Norm($"{name}.gcn.down.1", to);
            }

            for (var branch = 0; branch < 5; branch++)
            {
                var c = branch == 0 ? to - (5 * (to / 6)) : to / 6;
                table.Convolution($"{name}.tcn.branches.{branch}.0", c, to);
                table.Norm($"{name}.tcn.branches.{branch}.1", c);
                if (branch < 4) table.Convolution($"{name}.tcn.branches.{branch}.3.conv", c, c, 3);
            }

            table.Convolution($"{name}.tcn.branches.5", to / 6, to);
            table.Norm($"{name}.tcn.transform.0", to);
            table.Convolution($"{name}.tcn.transform.2", to, to);
            table.Norm($"{name}.tcn.bn", to);
            if (block is not (4 or 7)) continue;
            table.Convolution($"{name}.residual.conv", to, from);
            table.Norm($"{name}.residual.bn", to);
        }

        table.Entry("cls_head.fc_cls.weight", classes, 4 * width);
        table.Entry("cls_head.fc_cls.bias", classes);
        return table.Lines;
    }
}
