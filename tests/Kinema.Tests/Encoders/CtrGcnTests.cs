using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class CtrGcnTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, false)]
    [InlineData("nw-ucla", 1, true)]
    [InlineData("ntu", 2, false)]
    [InlineData("ntu", 2, true)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, bool training)
    {
        const int clips = 2, frames = 9; // 9, 5, 3: odd lengths show where a stride begins
        using var network = Networks.CtrGcn(layout, frames: frames, persons: persons).Randomised();
        network.To(ScalarType.Float64);
        if (!training) network.Eval();
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var plain = new PlainCtrGcn(network.Numbers(), training).Forward(input.ToArray<double>(), clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits);
        AssertClose(plain.Features.Values, features.Map);
        Assert.Equal($"({clips * persons}, 64, 3, {joints})", features.Map.ShapeText());
        Assert.Equal(new FeatureMapShape(64, 3, joints, persons), network.Encoder.MapShape);
    }

    [Fact]
    public void Single_precision_agrees_with_double()
    {
        using var network = Networks.CtrGcn(frames: 13).Randomised();
        network.Eval();
        var input = Numbers(2, [2, 3, 13, 20, 1], ScalarType.Float32);
        var single = network.Forward(input).Logits;
        network.To(ScalarType.Float64);
        AssertClose(network.Forward(input.To(ScalarType.Float64)).Logits, single, 1e-5);
    }

    [Fact]
    public void Evaluation_repeats_bit_for_bit_and_does_not_depend_on_the_other_clips()
    {
        using var network = Networks.CtrGcn(frames: 13).Randomised();
        network.Eval();
        using var mode = Autograd.Inference();
        var input = Numbers(3, [4, 3, 13, 20, 1], ScalarType.Float32);
        var before = network.Numbers();
        var logits = network.Forward(input).Logits;
        Assert.Equal(logits.ToArray<float>(), network.Forward(input).Logits.ToArray<float>());
        AssertClose(logits.Narrow(0, 1, 1), network.Forward(input.Narrow(0, 1, 1)).Logits, 1e-5);
        Assert.Equal(before, network.Numbers()); // evaluation moves no running statistic
    }

    [Fact]
    public void Stages_are_the_ten_blocks_and_the_last_is_the_feature_map()
    {
        using var network = Networks.CtrGcn().Randomised();
        network.Eval();
        var input = Numbers(3, [2, 3, 8, 20, 1], ScalarType.Float32);
        var stages = network.Encoder.Stages(input).ToList();
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"l{i}"), stages.Select(stage => stage.Name));
        Assert.Equal(network.Forward(input).Features.Map.ToArray<float>(), stages[^1].Output.ToArray<float>());
        Assert.True(stages[^1].Output.ToArray<float>().Min() >= 0);
    }

    [Fact]
    public void At_the_start_only_the_graph_itself_learns_not_its_refinement()
    {
        using var network = Networks.CtrGcn().Initialised();
        var recognition = network.Forward(Numbers(1, [4, 3, 8, 20, 1], ScalarType.Float32));
        Functional.CrossEntropy(recognition.Logits, Tensor.From<long>([0, 1, 2, 3], 4)).Backward();
        foreach (var (name, parameter) in network.NamedParameters())
        {
            var largest = parameter.Value.Grad!.ToArray<double>().Max(Math.Abs);
            if (name.Contains("conv1.", StringComparison.Ordinal) || name.Contains("conv2.", StringComparison.Ordinal)
                || name.Contains("conv4.", StringComparison.Ordinal))
                Assert.Equal(0, largest);
            else if (name.EndsWith(".PA", StringComparison.Ordinal) || name.EndsWith(".alpha", StringComparison.Ordinal))
                Assert.True(largest > 0, name);
        }

        network.ZeroGrad();
    }

    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        const double step = 1e-6;
        using var network = Networks.CtrGcn(persons: 2).Randomised();
        network.To(ScalarType.Float64);
        var input = Numbers(1, [2, 3, 8, 20, 2]);
        var labels = Tensor.From<long>([1, 3], 2);
        Functional.CrossEntropy(network.Forward(input).Logits, labels).Backward();
        var parameters = network.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.Value);
        foreach (var name in (string[])[
            "data_bn.weight", "l1.gcn1.PA", "l1.gcn1.convs.0.conv1.weight", "l2.gcn1.convs.1.conv2.weight", "l3.gcn1.alpha", "l4.gcn1.convs.2.conv4.bias",
            "l5.gcn1.down.0.weight", "l5.residual.conv.weight", "l6.gcn1.bn.weight", "l7.tcn1.branches.1.3.conv.weight", "l8.tcn1.branches.2.4.weight",
            "l9.gcn1.convs.0.conv3.weight", "l10.tcn1.branches.3.0.weight", "fc.weight"])
        {
            var gradient = parameters[name].Grad!.ToArray<double>();
            var memory = parameters[name].Memory<double>();
            var at = Array.FindIndex(gradient, value => Math.Abs(value) == gradient.Max(Math.Abs));
            var original = memory[at];
            memory[at] = original + step;
            var above = Loss();
            memory[at] = original - step;
            var below = Loss();
            memory[at] = original;
            var expected = (above - below) / (2 * step);
            Assert.True(Math.Abs(gradient[at] - expected) <= 1e-5 * Math.Abs(expected), $"{name}[{at}]: {gradient[at]:R}, differences say {expected:R}");
        }

        network.ZeroGrad();

        double Loss()
        {
            using var scope = TensorScope.Begin();
            using var mode = Autograd.NoGrad();
            return Functional.CrossEntropy(network.Forward(input).Logits, labels).Item();
        }
    }

    [Theory]
    [InlineData(new long[] { 16, 3, 64, 20, 1 }, "(16, 3, 64, 20, 1)")]
    [InlineData(new long[] { 2, 3, 52, 25, 1 }, "(2, 3, 52, 25, 1)")]
    [InlineData(new long[] { 2, 3, 52, 20, 2 }, "(2, 3, 52, 20, 2)")]
    [InlineData(new long[] { 2, 2, 52, 20, 1 }, "(2, 2, 52, 20, 1)")]
    [InlineData(new long[] { 3, 52, 20, 1 }, "(3, 52, 20, 1)")]
    public void A_batch_of_another_shape_is_refused_in_legend_letters(long[] shape, string got)
    {
        using var network = Networks.CtrGcn(frames: 52);
        var error = Assert.Throws<ArgumentException>(() => network.Forward(Tensor.Zeros(shape)));
        Assert.Equal($"CTR-GCN on the layout nw-ucla takes (N, C, T, V, M) = (N, 3, 52, 20, 1); got {got}", error.Message);
    }

    [Theory, InlineData(0), InlineData(-16), InlineData(24)]
    public void A_width_that_does_not_divide_is_refused(int width)
    {
        var error = Assert.Throws<ArgumentException>(() => new CtrGcn(new EncoderInput(Layouts.Get("nw-ucla"), 3, 8, 1), new CtrGcnOptions(width)));
        Assert.Contains($"multiple of 16; got {width}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.CtrGcn().Initialised();
        var input = Numbers(1, [4, 3, 8, 20, 1], ScalarType.Float32);
        var labels = Tensor.From<long>([0, 1, 2, 3], 4);
        var (single, map) = (network.Forward(input).Logits, network.Forward(input).Features.Map);
        Tensor small;
        using (Autograd.Autocast(ScalarType.BFloat16))
        {
            var recognition = network.Forward(input);
            Assert.NotEqual(map.ToArray<float>(), recognition.Features.Map.ToArray<float>()); // the encoder's own products too
            small = recognition.Logits.To(ScalarType.Float32);
            Functional.CrossEntropy(small, labels).Backward();
        }

        Assert.All(network.NamedParameters(), entry => Assert.Equal(1, entry.Parameter.Value.Grad!.IsFinite().All().Item()));
        AssertClose(single, small, 0.1);
        Assert.NotEqual(single.ToArray<float>(), small.ToArray<float>());
        network.ZeroGrad();
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.CtrGcn(classes: 4).Initialised();
        network.AssertLearnsOneBatchByHeart();
    }
}
