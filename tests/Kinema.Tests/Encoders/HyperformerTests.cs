using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class HyperformerTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, 3, 4, false)]
    [InlineData("nw-ucla", 1, 3, 4, true)]
    [InlineData("ntu", 2, 3, 8, false)]
    [InlineData("ntu", 2, 2, 6, true)] // a group of the last convolution lies in one head, or in parts of two
    [InlineData("nw-ucla", 1, 9, 4, true)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, int heads, int headChannels, bool training)
    {
        const int clips = 2, frames = 5; // 5, 3, 2: odd lengths show where a stride begins
        using var network = Networks.Hyperformer(layout, heads, headChannels, frames, persons).Randomised();
        network.To(ScalarType.Float64);
        if (!training) network.Eval();
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var graph = SkeletonGraph.Hyperformer(Layouts.Get(layout));
        var plain = new PlainHyperformer(network.Numbers(), graph, training).Forward(input.ToArray<double>(), clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits);
        AssertClose(plain.Features.Values, features.Map);
        Assert.Equal(new FeatureMapShape(heads * headChannels, 2, joints, persons), network.Encoder.MapShape);
    }

    [Fact]
    public void Single_precision_agrees_with_double_in_values_and_gradients()
    {
        using var network = Networks.Hyperformer(frames: 13).Randomised();
        network.AssertSinglePrecisionAgreesWithDouble([8, 3, 13, 20, 1]);
    }

    [Theory]
    [InlineData("nw-ucla", 1, 10, 11, 2_695_754)]
    [InlineData("ntu", 2, 60, 12, 2_729_194)]
    [InlineData("ntu", 2, 120, 12, 2_742_214)]
    public void Names_shapes_and_count_are_the_authors(string layout, int persons, int classes, int distances, long parameters)
    {
        using var network = Networks.Hyperformer(layout, heads: 9, headChannels: 24, frames: 52, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(Expected(Layouts.Get(layout).JointCount, distances, persons, classes), state);
        Assert.Equal(609, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        const int classes = 60;
        using var network = Networks.Hyperformer("ntu", heads: 9, headChannels: 24, frames: 16, persons: 2, classes: classes).Initialised();
        foreach (var (name, entry) in network.State())
        {
            var values = entry.Value.ToArray<double>();
            var sizes = entry.Value.Sizes.ToArray();
            if (name.EndsWith(".outer", StringComparison.Ordinal))
                Assert.Equal(Enumerable.Range(0, 9 * 25 * 25).Select(i => i / 25 % 25 == i % 25 ? 1.0 : 0), values);
            else if (name == "fc.weight") FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / classes));
            else if (name == "fc.bias") FirstValues.AssertUniform(name, values, Bound(216));
            else if (name.EndsWith(".attn.proj.bias", StringComparison.Ordinal)) FirstValues.AssertUniform(name, values, Bound(36));
            else if (sizes.Length == 4 && name.Contains(".vit1.", StringComparison.Ordinal)) FirstValues.AssertUniform(name, values, Bound(sizes[1]));
            else if (sizes.Length == 4) FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / (sizes[0] * sizes[2] * sizes[3])));
            else if (name.EndsWith("running_var", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1, value));
            else if (!name.EndsWith(".weight", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(0, value)); // rpe, w1, alpha too
            else if (name.Contains(".tcn1.", StringComparison.Ordinal)) FirstValues.AssertNormal(name, values, 1, 0.02);
            else Assert.All(values, value => Assert.Equal(1, value)); // data_bn, norm1, residual
        }

        static double Bound(long inputs) => 1.000001 / Math.Sqrt(inputs); // it is rounded to single precision
    }

    [Fact]
    public void At_first_the_attention_is_switched_off_and_only_its_factor_learns()
    {
        using var network = Networks.Hyperformer().Initialised();
        network.To(ScalarType.Float64);
        Functional.CrossEntropy(network.Forward(Numbers(3, [2, 3, 8, 20, 1])).Logits, Tensor.From<long>([0, 3], 2)).Backward();
        foreach (var (name, parameter) in network.NamedParameters())
        {
            var moves = parameter.Value.Grad!.ToArray<double>().Any(value => value != 0);
            if (name.EndsWith(".alpha", StringComparison.Ordinal)) Assert.True(moves, name);
            if (name.EndsWith(".rpe", StringComparison.Ordinal) || name.EndsWith(".w1", StringComparison.Ordinal)
                || name.EndsWith(".q.weight", StringComparison.Ordinal) || name.EndsWith(".pe_proj.weight", StringComparison.Ordinal)) Assert.False(moves, name);
        }

        network.ZeroGrad();
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.Hyperformer(classes: 4).Initialised();
        network.AssertLearnsOneBatchByHeart();
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.Hyperformer().Randomised(); // the paper's start would switch the attention off
        network.AssertBf16IsFiniteAndNear();
    }

    [Theory, InlineData(0, 24), InlineData(9, 0), InlineData(-3, -4), InlineData(9, 6)]
    public void Channels_that_do_not_divide_are_refused(int heads, int headChannels)
    {
        var error = Assert.Throws<ArgumentException>(
            () => new Hyperformer(new EncoderInput(Layouts.NwUcla, 3, 8, 1), new HyperformerOptions(heads, headChannels)));
        Assert.Contains($"multiple of 12; got {heads} heads of {headChannels} channels", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_width_of_a_recipe_scales_the_published_channels()
    {
        var input = new EncoderInput(Layouts.NwUcla, 3, 8, 1);
        using var published = EncoderRegistry.Get("hyperformer").Create(input, new EncoderSettings(64));
        using var half = EncoderRegistry.Get("hyperformer").Create(input, new EncoderSettings(32));
        Assert.Equal((216, 108), (published.MapShape.Channels, half.MapShape.Channels));
        var error = Assert.Throws<ArgumentException>(() => Hyperformer.Create(input, new EncoderSettings(48)));
        Assert.Contains("multiple of 32", error.Message, StringComparison.Ordinal);
        Assert.Contains("got 48", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layout_without_hyperedges_is_refused_in_one_line_that_says_what_to_write()
    {
        const string Arm = "name: arm\ncenter: elbow\njoints: [shoulder, elbow, wrist]\nbones: [[elbow, shoulder], [wrist, elbow]]\n";
        var error = Assert.Throws<ArgumentException>(() => Build(Arm));
        Assert.Contains("the layout arm has none: give its file the key hyperedges, a list of lists of joints", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.EndsWith(
            "or take the built-in layout of that name, which has them",
            Assert.Throws<ArgumentException>(() => Build(Arm.Replace("name: arm", "name: ntu", StringComparison.Ordinal))).Message, StringComparison.Ordinal);

        using var network = Build(Arm + "hyperedges: [[shoulder], [elbow, wrist]]\n");
        Assert.Equal((3, 3), (network.MapShape.Joints, (int)network.State().Single(entry => entry.Name == "l1.vit1.attn.rpe").Value.Value.Size(0)));

        static Hyperformer Build(string yaml) =>
            new(new EncoderInput(Layouts.Parse(yaml, "arm.yaml"), 3, 8, 1), new HyperformerOptions(Heads: 3, HeadChannels: 4));
    }

    // The table of names of the authors' state dictionary.
    private static IEnumerable<string> Expected(int joints, int distances, int persons, int classes)
    {
        const int C = 216;
        var table = new StateTable();
        table.Norm("data_bn", persons * joints * 3);
        for (var block = 1; block <= 10; block++)
        {
            var (from, l) = (block == 1 ? 3 : C, $"l{block}");
            table.Entry($"{l}.vit1.norm1.weight", from);
            table.Entry($"{l}.vit1.norm1.bias", from);
            table.Entry($"{l}.vit1.attn.rpe", distances, C);
            table.Entry($"{l}.vit1.attn.w1", 9, 24);
            table.Entry($"{l}.vit1.attn.outer", 9, joints, joints);
            table.Entry($"{l}.vit1.attn.alpha", 1);
            table.Entry($"{l}.vit1.attn.kv.weight", 2 * C, from, 1, 1);
            table.Entry($"{l}.vit1.attn.q.weight", C, from, 1, 1);
            table.Convolution($"{l}.vit1.attn.proj", C, 36);
            table.Entry($"{l}.vit1.pe_proj.weight", C, from, 1, 1);
            if (block == 1) table.Entry($"{l}.vit1.skip_proj.weight", C, from, 1, 1);
            for (var branch = 0; branch < 4; branch++)
            {
                table.Convolution($"{l}.tcn1.branches.{branch}.0", 54, C);
                table.Norm($"{l}.tcn1.branches.{branch}.1", 54);
                if (branch == 2) table.Norm($"{l}.tcn1.branches.2.4", 54);
                if (branch > 1) continue;
                table.Convolution($"{l}.tcn1.branches.{branch}.3.conv", 54, 54, 5);
                table.Norm($"{l}.tcn1.branches.{branch}.3.bn", 54);
            }

            if (block is not (1 or 5 or 8)) continue;
            table.Convolution($"{l}.residual.conv", C, from);
            table.Norm($"{l}.residual.bn", C);
        }

        table.Entry("fc.weight", classes, C);
        table.Entry("fc.bias", classes);
        return table.Lines;
    }
}
