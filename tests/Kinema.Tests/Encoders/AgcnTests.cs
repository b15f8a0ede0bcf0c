using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class AgcnTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, false)]
    [InlineData("nw-ucla", 1, true)]
    [InlineData("ntu", 2, false)]
    [InlineData("ntu", 2, true)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, bool training)
    {
        const int clips = 2, frames = 9; // 9, 5, 3: odd lengths show where a stride begins
        using var network = Networks.Agcn(layout, width: 8, frames: frames, persons: persons).Randomised();
        network.To(ScalarType.Float64);
        if (!training) network.Eval();
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var graph = SkeletonGraph.CtrGcn(Layouts.Get(layout));
        var plain = new PlainAgcn(network.Numbers(), graph, training).Forward(input.ToArray<double>(), clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits);
        AssertClose(plain.Features.Values, features.Map);
        Assert.Equal(new FeatureMapShape(32, 3, joints, persons), network.Encoder.MapShape);
    }

    [Fact]
    public void Single_precision_agrees_with_double_in_values_and_gradients()
    {
        using var network = Networks.Agcn(frames: 13).Randomised();
        network.AssertSinglePrecisionAgreesWithDouble([8, 3, 13, 20, 1]);
    }

    [Theory]
    [InlineData("nw-ucla", 1, 10, 3_449_730)]
    [InlineData("ntu", 2, 60, 3_469_510)]
    public void Names_shapes_and_count_are_the_authors(string layout, int persons, int classes, long parameters)
    {
        using var network = Networks.Agcn(layout, width: 64, frames: 52, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(Expected(64, Layouts.Get(layout).JointCount, persons, classes), state);
        Assert.Equal(352, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        const int classes = 60;
        using var network = Networks.Agcn("ntu", width: 64, frames: 16, persons: 2, classes: classes).Initialised();
        foreach (var (name, entry) in network.State())
        {
            var values = entry.Value.ToArray<double>();
            var sizes = entry.Value.Sizes.ToArray();
            if (name.EndsWith(".PA", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1e-6f, (float)value));
            else if (name == "fc.weight") FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / classes));
            else if (name == "fc.bias") FirstValues.AssertUniform(name, values, 1.0 / 16);
            else if (name.Contains(".conv_d.", StringComparison.Ordinal) && sizes.Length == 4)
                FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / (sizes[0] * sizes[1] * 3)));
            else if (sizes.Length == 4) FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / (sizes[0] * sizes[2] * sizes[3])));
            else if (name.EndsWith("running_var", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1, value));
            else if (!name.EndsWith(".weight", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(0, value)); // biases, means, counters
            else if (name.EndsWith(".gcn1.bn.weight", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1e-6f, (float)value));
            else Assert.All(values, value => Assert.Equal(1, value)); // data_bn, down, tcn1, residual
        }
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.Agcn(classes: 4).Initialised();
        network.AssertLearnsOneBatchByHeart();
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.Agcn(width: 16).Randomised(); // the paper's start would switch the graph branch off
        network.AssertBf16IsFiniteAndNear();
    }

    [Theory, InlineData(0), InlineData(-4), InlineData(6)]
    public void A_width_that_does_not_divide_is_refused(int width)
    {
        var error = Assert.Throws<ArgumentException>(() => new Agcn(new EncoderInput(Layouts.Get("nw-ucla"), 3, 8, 1), new AgcnOptions(width)));
        Assert.Contains($"multiple of 4; got {width}", error.Message, StringComparison.Ordinal);
    }

    // The table of names of the authors' state dictionary.
    private static IEnumerable<string> Expected(int width, int joints, int persons, int classes)
    {
        var table = new StateTable();
        table.Norm("data_bn", persons * joints * 3);
        int[] channels = [3, width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        for (var block = 1; block <= 10; block++)
        {
            var (from, to, l) = (channels[block - 1], channels[block], $"l{block}");
            table.Entry($"{l}.gcn1.PA", 3, joints, joints);
            for (var k = 0; k < 3; k++)
            {
                table.Convolution($"{l}.gcn1.conv_a.{k}", to / 4, from);
                table.Convolution($"{l}.gcn1.conv_b.{k}", to / 4, from);
                table.Convolution($"{l}.gcn1.conv_d.{k}", to, from);
            }

            if (block is 1 or 5 or 8)
            {
                table.Convolution($"{l}.gcn1.down.0", to, from);
                table.Norm($"{l}.gcn1.down.1", to);
            }

            table.Norm($"{l}.gcn1.bn", to);
            table.Convolution($"{l}.tcn1.conv", to, to, 9);
            table.Norm($"{l}.tcn1.bn", to);
            if (block is not (5 or 8)) continue;
            table.Convolution($"{l}.residual.conv", to, from);
            table.Norm($"{l}.residual.bn", to);
        }

        table.Entry("fc.weight", classes, 4 * width);
        table.Entry("fc.bias", classes);
        return table.Lines;
    }
}
