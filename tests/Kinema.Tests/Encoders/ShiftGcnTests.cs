using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class ShiftGcnTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, false)]
    [InlineData("nw-ucla", 1, true)]
    [InlineData("ntu", 2, false)]
    [InlineData("ntu", 2, true)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, bool training)
    {
        const int clips = 2, frames = 9; // 9, 5, 3: odd lengths show where a stride begins
        using var network = Networks.ShiftGcn(layout, width: 8, frames: frames, persons: persons).Randomised();
        network.To(ScalarType.Float64);
        if (!training) network.Eval();
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var plain = new PlainShiftGcn(network.Numbers(), training).Forward(input.ToArray<double>(), clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits);
        AssertClose(plain.Features.Values, features.Map);
        Assert.Equal(new FeatureMapShape(32, 3, joints, persons), network.Encoder.MapShape);
        Assert.Null(network.Encoder.Graph);
    }

    [Fact]
    public void Single_precision_agrees_with_double_in_values_and_gradients()
    {
        using var network = Networks.ShiftGcn(frames: 13).Randomised();
        network.AssertSinglePrecisionAgreesWithDouble([8, 3, 13, 20, 1]);
    }

    [Theory]
    [InlineData("nw-ucla", 1, 10, 660_222)]
    [InlineData("ntu", 2, 60, 693_107)]
    public void Names_shapes_and_count_are_the_authors(string layout, int persons, int classes, long parameters)
    {
        using var network = Networks.ShiftGcn(layout, width: 64, frames: 52, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(Expected(64, Layouts.Get(layout).JointCount, persons, classes), state);
        Assert.Equal(302, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        const int classes = 60;
        using var network = Networks.ShiftGcn("ntu", width: 64, frames: 16, persons: 2, classes: classes).Initialised();
        foreach (var (name, entry) in network.State())
        {
            var (values, sizes) = (entry.Value.ToArray<double>(), entry.Value.Sizes.ToArray());
            if (name.EndsWith("gcn1.shift_in", StringComparison.Ordinal) || name.EndsWith("gcn1.shift_out", StringComparison.Ordinal))
                Assert.Equal(Enumerable.Range(0, values.Length).Select(k => (double)k), values.Order());
            else if (name.EndsWith("Linear_weight", StringComparison.Ordinal)) FirstValues.AssertNormal(name, values, 0, Math.Sqrt(1.0 / sizes[1]));
            else if (name.EndsWith("ypos", StringComparison.Ordinal)) FirstValues.AssertUniform(name, values, 1);
            else if (name.EndsWith("xpos", StringComparison.Ordinal)) FirstValues.AssertUniform(name, values, 1.00001e-8);
            else if (name == "fc.weight") FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / classes));
            else if (entry.Value.Dims == 4) FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / sizes[0]));
            else if (name is "fc.bias" || name.EndsWith("temporal_linear.bias", StringComparison.Ordinal))
                FirstValues.AssertUniform(name, values, 1.00001 / Math.Sqrt(name is "fc.bias" ? 256 : sizes[0]));
            else if (name.EndsWith("running_var", StringComparison.Ordinal) || name.EndsWith(".weight", StringComparison.Ordinal))
                Assert.All(values, value => Assert.Equal(1, value));
            else Assert.All(values, value => Assert.Equal(0, value)); // biases, masks, means, counters
        }
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.ShiftGcn(width: 16).Initialised();
        network.AssertLearnsOneBatchByHeart();
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.ShiftGcn(width: 16).Randomised();
        network.AssertBf16IsFiniteAndNear();
    }

    [Fact]
    public void A_layout_of_two_dimensions_and_three_joints_is_taken()
    {
        var arm = Layouts.Parse("{name: arm, dims: 2, center: b, joints: [a, b, c], bones: [[b, a], [c, b]]}", "arm.yaml");
        using var network = new Recogniser(new ShiftGcn(new EncoderInput(arm, 2, 7, 3), new ShiftGcnOptions(5)), 4).Initialised();
        Assert.Equal("(2, 4)", network.Forward(Numbers(1, [2, 2, 7, 3, 3], ScalarType.Float32)).Logits.ShapeText());
    }

    [Fact]
    public void The_index_vectors_of_a_checkpoint_are_followed_and_never_out_of_the_frame()
    {
        using var network = Networks.ShiftGcn().Initialised();
        network.Eval();
        var input = Numbers(1, [1, 3, 8, 20, 1], ScalarType.Float32);
        var before = network.Forward(input).Logits.ToArray<float>();
        var index = network.NamedBuffers().Single(entry => entry.Name == "l4.gcn1.shift_in").Buffer.Value.Memory<long>();
        index.Reverse();
        Assert.NotEqual(before, network.Forward(input).Logits.ToArray<float>());

        foreach (var beyond in (long[])[-1, 160, long.MinValue, long.MaxValue])
        {
            index[7] = beyond;
            Assert.Contains($"points to number {beyond} of a frame's 160", Assert.Throws<ArgumentException>(() => network.Forward(input)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Weight_decay_has_the_authors_factors()
    {
        using var network = Networks.ShiftGcn();
        var factors = network.NamedParameters().ToLookup(entry => network.Encoder.DecayFactor(entry.Name), entry => entry.Name.Split('.')[^1]);
        Assert.Equal(["Linear_weight"], factors[10].Distinct());
        Assert.Equal(["Feature_Mask"], factors[0].Distinct());
        Assert.Equal((10, 10), (factors[10].Count(), factors[0].Count()));
        Assert.Contains("ypos", factors[1]);
        Assert.Equal(3, factors.Count);
    }

    [Theory, InlineData(0), InlineData(-4)]
    public void A_width_that_makes_no_sense_is_refused(int width)
    {
        var error = Assert.Throws<ArgumentException>(() => new ShiftGcn(new EncoderInput(Layouts.NwUcla, 3, 8, 1), new ShiftGcnOptions(width)));
        Assert.Equal($"the width of Shift-GCN is positive; got {width}", error.Message);
    }

    // The table of names of the authors' state dictionary.
    private static IEnumerable<string> Expected(int width, int joints, int persons, int classes)
    {
        var table = new StateTable();
        table.Norm("data_bn", persons * joints * 3);
        int[] channels = [3, width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        for (var block = 1; block <= 10; block++)
        {
            var (from, to, name) = (channels[block - 1], channels[block], $"l{block}");
            table.Entry($"{name}.gcn1.Linear_weight", from, to);
            table.Entry($"{name}.gcn1.Linear_bias", 1, 1, to);
            table.Entry($"{name}.gcn1.Feature_Mask", 1, joints, from);
            table.Entry($"{name}.gcn1.shift_in", joints * from);
            table.Entry($"{name}.gcn1.shift_out", joints * to);
            table.Norm($"{name}.gcn1.bn", joints * to);
            table.Norm($"{name}.tcn1.bn", to);
            table.Norm($"{name}.tcn1.bn2", to);
            table.Convolution($"{name}.tcn1.temporal_linear", to, to);
            foreach (var shift in (string[])["shift_in.xpos", "shift_in.ypos", "shift_out.xpos", "shift_out.ypos"]) table.Entry($"{name}.tcn1.{shift}", to);
            if (block is 1 or 5 or 8)
            {
                table.Convolution($"{name}.gcn1.down.0", to, from);
                table.Norm($"{name}.gcn1.down.1", to);
            }

            if (block is not (5 or 8)) continue;
            table.Convolution($"{name}.residual.conv", to, from);
            table.Norm($"{name}.residual.bn", to);
        }

        table.Entry("fc.weight", classes, 4 * width);
        table.Entry("fc.bias", classes);
        return table.Lines;
    }
}
