using Kinema.Encoders;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class HcnTests : TensorTest
{
    private static readonly string[] StageNames =
        ["conv1", "conv2", "conv3", "conv4", "conv1m", "conv2m", "conv3m", "conv4m", "conv5", "conv6", "fc7"];

    [Theory]
    [InlineData("nw-ucla", 1, 35)]
    [InlineData("ntu", 2, 34)]
    [InlineData("ntu", 3, 16)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, int frames)
    {
        const int clips = 2; // 35, 17, 8, 4, 2: odd lengths show what pooling leaves out
        using var network = Networks.Hcn(layout, frames: frames, persons: persons).Randomised();
        network.To(ScalarType.Float64);
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var plain = new PlainHcn(network.Numbers()).Forward(input.ToArray<double>(), clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits);
        AssertClose(plain.Features.Values, features.Map);
        AssertClose(plain.Pooled, features.Pooled);
        Assert.Equal(new FeatureMapShape(32, frames / 16, frames / 16, 1), network.Encoder.MapShape);
        Assert.Equal($"({clips}, 32, {frames / 16}, {frames / 16})", features.Map.ShapeText());
        Assert.Equal($"({clips}, 64)", features.Pooled.ShapeText());

        // Recordings of the authors' network hold what it made of the first person.
        var stages = network.Encoder.Stages(input).ToList();
        Assert.Equal(StageNames, stages.Select(stage => stage.Name));
        AssertClose(plain.Persons[0].Values, stages[^2].Output);
        AssertClose(plain.Pooled, stages[^1].Output);

        // There the convolutions of kernels 1 and 3 are kernels of our own.
        network.To(ScalarType.Float32);
        AssertClose(plain.Logits, network.Forward(input.To(ScalarType.Float32)).Logits, 1e-5);
    }

    [Fact]
    public void The_map_of_each_person_is_the_one_before_the_maximum()
    {
        const int clips = 2, frames = 33, persons = 2;
        using var network = Networks.Hcn("ntu", frames: frames, persons: persons, options: new HcnOptions(Dropout: 0, MapPerPerson: true)).Randomised();
        network.To(ScalarType.Float64);
        var input = Numbers(2, [clips, 3, frames, 25, persons]);
        var plain = new PlainHcn(network.Numbers()).Forward(input.ToArray<double>(), clips, frames, 25, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        Assert.Equal(new FeatureMapShape(32, 2, 2, persons), network.Encoder.MapShape);
        Assert.Equal("(4, 32, 2, 2)", features.Map.ShapeText());
        var rows = features.Map.Reshape(clips, persons, -1);                             // row n·M + m
        for (var p = 0; p < persons; p++) AssertClose(plain.Persons[p].Values, rows.Select(1, p));
        AssertClose(plain.Logits, logits);
    }

    [Fact]
    public void Single_precision_agrees_with_double_in_values_and_gradients()
    {
        using var network = Networks.Hcn("ntu", frames: 20, persons: 2).Randomised();
        network.AssertSinglePrecisionAgreesWithDouble([4, 3, 20, 25, 2]);
    }

    [Theory]
    [InlineData("nw-ucla", 52, 1, 10, 1_697_202)]
    [InlineData("ntu", 64, 2, 60, 2_647_868)]
    public void Names_shapes_and_count_are_the_authors(string layout, int frames, int persons, int classes, long parameters)
    {
        using var network = Networks.Hcn(layout, width: 64, frames: frames, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(Expected(Layouts.Get(layout).JointCount, frames, classes), state);
        Assert.Equal(24, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
        Assert.Equal("fc8", network.ClassifierName);
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        using var network = Networks.Hcn("ntu", width: 64, persons: 2, classes: 60).Initialised();
        foreach (var (name, entry) in network.State())
        {
            var (values, sizes) = (entry.Value.ToArray<double>(), entry.Value.Sizes.ToArray());
            if (sizes.Length == 1) Assert.All(values, value => Assert.Equal(0, value));
            else FirstValues.AssertUniform(name, values, (1 + 1e-6) * Math.Sqrt(6.0 / ((sizes[0] + sizes[1]) * sizes[2..].Aggregate(1L, (a, b) => a * b))));
        }
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.Hcn(width: 16).Initialised();
        using var optimizer = new AdamW(network.NamedParameters(), new AdamWOptions(WeightDecay: 1e-4, Decoupled: false)); // as its authors train it
        var (input, labels) = (Numbers(1, [8, 3, 16, 20, 1], ScalarType.Float32), Tensor.From<long>([0, 1, 2, 3, 0, 1, 2, 3], 8));
        var (loss, correct) = (double.NaN, 0.0);
        for (var step = 0; step < 300 && !(loss < 0.02); step++)
        {
            using var scope = TensorScope.Begin();
            var logits = network.Forward(input).Logits;
            var cost = Functional.CrossEntropy(logits, labels);
            cost.Backward();
            optimizer.Step(2e-3);
            network.ZeroGrad();
            (loss, correct) = (cost.Item(), logits.ArgMax(1).Eq(labels).Sum().Item());
        }

        Assert.True(loss < 0.05, $"the loss is still {loss}");
        Assert.Equal(8, correct);
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.Hcn(width: 16).Randomised();
        network.AssertBf16IsFiniteAndNear(frames: 16);
    }

    [Fact]
    public void Dropout_draws_only_in_training()
    {
        using var random = new Generator(3);
        using var network = Networks.Hcn(options: new HcnOptions(Random: random)).Randomised();
        var input = Numbers(2, [3, 3, 16, 20, 1], ScalarType.Float32);
        using var mode = Autograd.NoGrad();
        var before = random.Save();

        network.Eval();
        var evaluated = network.Forward(input).Logits.ToArray<float>();
        Assert.Equal(evaluated, network.Forward(input).Logits.ToArray<float>());
        Assert.Equal(before, random.Save());

        network.Train();
        var trained = network.Forward(input).Logits.ToArray<float>();
        Assert.NotEqual(evaluated, trained);
        Assert.NotEqual(before, random.Save());
        Assert.NotEqual(trained, network.Forward(input).Logits.ToArray<float>());
        random.Restore(before);
        Assert.Equal(trained, network.Forward(input).Logits.ToArray<float>());
    }

    [Fact]
    public void Channels_are_dropped_behind_conv4_conv5_and_conv6_and_features_behind_fc7()
    {
        using var random = new Generator(3);
        using var network = Networks.Hcn(width: 32, options: new HcnOptions(Random: random)).Randomised();
        var input = Numbers(2, [8, 3, 16, 20, 1], ScalarType.Float32);
        using var mode = Autograd.NoGrad();
        network.Eval();
        var before = Silent();
        network.Train();
        foreach (var (name, share) in Silent())
            if (name is "conv4" or "conv4m" or "conv5" or "conv6" or "fc7") Assert.InRange(share - before[name], 0.5 * (1 - before[name]) - 0.15, 1);
            else Assert.InRange(share, 0, before[name] + 0.1);

        // The share of channels, or of features, that are 0 throughout.
        Dictionary<string, double> Silent() => network.Encoder.Stages(input).ToDictionary(
            stage => stage.Name,
            stage => stage.Output.Reshape(stage.Output.Size(0) * stage.Output.Size(1), -1).Abs().Sum(1).Eq(0).To(ScalarType.Float64).Mean().Item());
    }

    [Fact]
    public void Dropout_without_a_source_of_random_numbers_is_refused_in_training()
    {
        using var network = Networks.Hcn(options: new HcnOptions()).Randomised();
        var input = Numbers(2, [3, 3, 16, 20, 1], ScalarType.Float32);
        Assert.Contains("wants a source of random numbers", Assert.Throws<InvalidOperationException>(() => network.Forward(input)).Message, StringComparison.Ordinal);
        network.Eval();
        Assert.Equal("(3, 4)", network.Forward(input).Logits.ShapeText());
    }

    [Theory, InlineData(1), InlineData(-0.1), InlineData(double.NaN)]
    public void A_share_that_is_none_is_refused(double dropout)
    {
        var error = Assert.Throws<ArgumentException>(
            () => new Hcn(new EncoderInput(Layouts.Get("nw-ucla"), 3, 16, 1), new HcnOptions(Dropout: dropout)));
        Assert.Contains("the dropout of HCN is from 0 to below 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dropout_takes_whole_channels_of_a_map_and_single_features()
    {
        using var random = new Generator(1);
        using var dropout = new ChannelDropout(0.25, random);

        var channels = dropout.Forward(Tensor.Ones([8, 64, 3, 2])).ToArray<float>().Chunk(6).ToList();
        Assert.All(channels, channel => Assert.All(channel, value => Assert.Equal(channel[0], value)));
        Assert.All(channels, channel => Assert.True(channel[0] == 0 || Math.Abs(channel[0] - (4f / 3)) < 1e-6f, $"{channel[0]}"));
        Assert.InRange(channels.Count(channel => channel[0] == 0), 80, 176);             // of 512 a quarter, within five standard errors

        Assert.InRange(dropout.Forward(Tensor.Ones([8, 64])).ToArray<float>().Count(value => value == 0), 80, 176);
    }

    [Theory, InlineData(0), InlineData(-4), InlineData(7)]
    public void A_width_that_does_not_divide_is_refused(int width)
    {
        var error = Assert.Throws<ArgumentException>(() => new Hcn(new EncoderInput(Layouts.Get("nw-ucla"), 3, 16, 1), new HcnOptions(width)));
        Assert.Contains($"multiple of 2; got {width}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clips_of_which_no_frame_would_be_left_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => new Hcn(new EncoderInput(Layouts.Get("ntu"), 3, 15, 2), new HcnOptions()));
        Assert.Contains("(N, 3, T, 25, 2) with T of 16 or more; got T = 15", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    // The table of names of the state dictionary.
    private static IEnumerable<string> Expected(int joints, int frames, int classes)
    {
        var table = new StateTable();
        foreach (var branch in (string[])["", "m"])
        {
            table.Convolution($"conv1{branch}.0", 64, 3);
            table.Convolution($"conv2{branch}", frames, 64, 3);
            Square($"conv3{branch}.0", 32, joints);
            Square($"conv4{branch}.0", 64, 32);
        }

        Square("conv5.0", 128, 128);
        Square("conv6.0", 256, 128);
        table.Entry("fc7.0.weight", 512, 256 * (frames / 16) * (frames / 16));
        table.Entry("fc7.0.bias", 512);
        table.Entry("fc8.weight", classes, 512);
        table.Entry("fc8.bias", classes);
        return table.Lines;

        void Square(string name, int to, int from)
        {
            table.Entry($"{name}.weight", to, from, 3, 3);
            table.Entry($"{name}.bias", to);
        }
    }
}
