using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

public sealed class StGcnTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, false)]
    [InlineData("nw-ucla", 1, true)]
    [InlineData("ntu", 2, false)]
    [InlineData("ntu", 2, true)]
    public void The_network_agrees_with_plain_loops(string layout, int persons, bool training)
    {
        const int clips = 2, frames = 9; // 9, 5, 3: odd lengths show where a stride begins
        using var network = Networks.StGcn(layout, width: 8, frames: frames, persons: persons).Randomised();
        network.To(ScalarType.Float64);
        if (!training) network.Eval();
        var joints = network.Encoder.Input.Joints;
        var input = Numbers(2, [clips, 3, frames, joints, persons]);
        var plain = new PlainStGcn(network.Numbers(), training).Forward(input.ToArray<double>(), clips, frames, joints, persons);

        using var mode = Autograd.NoGrad();
        var (logits, features) = network.Forward(input);
        AssertClose(plain.Logits, logits);
        AssertClose(plain.Features.Values, features.Map);
        Assert.Equal(new FeatureMapShape(32, 3, joints, persons), network.Encoder.MapShape);
    }

    [Fact]
    public void Single_precision_agrees_with_double_in_values_and_gradients()
    {
        using var network = Networks.StGcn(frames: 13).Randomised();
        network.AssertSinglePrecisionAgreesWithDouble([8, 3, 13, 20, 1]);
    }

    [Theory]
    [InlineData("nw-ucla", 1, 10, 3_079_202)]
    [InlineData("ntu", 2, 60, 3_098_832)]
    public void Names_shapes_and_count_are_the_authors(string layout, int persons, int classes, long parameters)
    {
        using var network = Networks.StGcn(layout, width: 64, frames: 52, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(Expected(64, Layouts.Get(layout).JointCount, classes), state);
        Assert.Equal(172, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
        Assert.Equal("fcn", network.ClassifierName);
    }

    // As CrosSCLR and its successors have it.
    [Fact]
    public void The_last_block_may_have_a_width_of_its_own_and_then_has_a_projection()
    {
        using var network = Networks.StGcn("ntu", width: 16, frames: 50, persons: 2, classes: 60, last: 256).Initialised();
        Assert.Equal((836_800L, 179), (network.ParameterCount(), network.State().Count()));
        Assert.Equal(new FeatureMapShape(256, 13, 25, 2), network.Encoder.MapShape);
        Assert.Equal("(256, 64, 1, 1)", network.State().Single(entry => entry.Name == "st_gcn_networks.9.residual.0.weight").Value.Value.ShapeText());
        network.Eval();
        Assert.Equal("(1, 60)", network.Forward(Numbers(1, [1, 3, 50, 25, 2], ScalarType.Float32)).Logits.ShapeText());
        var error = Assert.Throws<ArgumentException>(() => new StGcn(new EncoderInput(Layouts.NwUcla, 3, 8, 1), new StGcnOptions(LastWidth: 0)));
        Assert.Equal("the last width of ST-GCN is positive; got 0", error.Message);
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        using var network = Networks.StGcn("ntu", width: 64, frames: 16, persons: 2, classes: 60).Initialised();
        double[] graph = [.. SkeletonGraph.StGcn(Layouts.Ntu).Adjacency.Cast<float>().Select(value => (double)value)];
        foreach (var (name, entry) in network.State())
        {
            var values = entry.Value.ToArray<double>();
            if (name == "A") Assert.Equal(graph, values);
            else if (name.StartsWith("edge_importance", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1, value));
            else if (entry.Value.Dims == 4) FirstValues.AssertNormal(name, values, 0, 0.02);
            else if (name.EndsWith("running_var", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1, value));
            else if (name.EndsWith(".weight", StringComparison.Ordinal)) FirstValues.AssertNormal(name, values, 1, 0.02); // of norms
            else Assert.All(values, value => Assert.Equal(0, value)); // biases, means, counters
        }
    }

    [Fact]
    public void A_narrow_network_learns_one_batch_by_heart()
    {
        using var network = Networks.StGcn(width: 16).Initialised();
        network.AssertLearnsOneBatchByHeart();
    }

    [Fact]
    public void Features_are_dropped_while_training_and_only_then()
    {
        using var random = new Generator(3);
        using var dropping = Networks.StGcn(dropout: 0.5, random: random).Initialised();
        using var whole = Networks.StGcn().Initialised();
        var input = Numbers(1, [4, 3, 8, 20, 1], ScalarType.Float32);
        dropping.Eval();
        whole.Eval();
        Assert.Equal(Logits(whole), Logits(dropping));

        dropping.Train();
        whole.Train();
        Assert.NotEqual(Logits(whole), Logits(dropping));
        Assert.NotEqual(Logits(dropping), Logits(dropping)); // drawn anew
        Assert.Equal(Block(whole, 0), Block(dropping, 0));   // not behind the first block
        Assert.NotEqual(Block(whole, 1), Block(dropping, 1));

        float[] Logits(Recogniser network) => network.Forward(input).Logits.ToArray<float>();

        float[] Block(Recogniser network, int index) => network.Encoder.Stages(input).ElementAt(index).Output.ToArray<float>();
    }

    [Fact]
    public void Features_are_dropped_before_the_shortcut_is_added()
    {
        using var random = new Generator(3);
        using var network = Networks.StGcn(dropout: 0.9, random: random).Initialised();
        var maps = network.Encoder.Stages(Numbers(1, [4, 3, 8, 20, 1], ScalarType.Float32)).Select(stage => stage.Output.ToArray<float>()).ToList();
        // Where all of the branch is dropped the shortcut alone is left, which is the map before.
        foreach (var block in (int[])[1, 2, 3, 5, 6, 8, 9])
            Assert.InRange(maps[block].Zip(maps[block - 1], (now, before) => now == before).Average(same => same ? 1.0 : 0.0), 0.85, 0.99);
    }

    [Fact]
    public void Training_with_dropout_wants_a_source_of_random_numbers()
    {
        using var network = Networks.StGcn(dropout: 0.5).Initialised();
        var input = Numbers(1, [2, 3, 8, 20, 1], ScalarType.Float32);
        var error = Assert.Throws<InvalidOperationException>(() => network.Forward(input));
        Assert.Contains("drops a share of 0.5 while it trains", error.Message, StringComparison.Ordinal);
        network.Eval();
        Assert.Equal("(2, 4)", network.Forward(input).Logits.ShapeText());
    }

    [Fact]
    public void A_step_under_bf16_is_finite_and_near_single_precision()
    {
        using var network = Networks.StGcn(width: 16).Randomised();
        network.AssertBf16IsFiniteAndNear();
    }

    [Theory]
    [InlineData(0, 0.5, "the width of ST-GCN is positive; got 0")]
    [InlineData(-4, 0.5, "the width of ST-GCN is positive; got -4")]
    [InlineData(64, 1.0, "the dropout of ST-GCN is from 0 to below 1; got 1")]
    [InlineData(64, -0.1, "the dropout of ST-GCN is from 0 to below 1; got -0.1")]
    [InlineData(64, double.NaN, "the dropout of ST-GCN is from 0 to below 1; got NaN")]
    public void Options_that_make_no_sense_are_refused(int width, double dropout, string complaint)
    {
        var error = Assert.Throws<ArgumentException>(() => new StGcn(new EncoderInput(Layouts.NwUcla, 3, 8, 1), new StGcnOptions(width, dropout)));
        Assert.Equal(complaint, error.Message);
    }

    // The table of names of the authors' state dictionary.
    private static IEnumerable<string> Expected(int width, int joints, int classes)
    {
        var table = new StateTable();
        table.Entry("A", 3, joints, joints);
        table.Norm("data_bn", joints * 3);
        int[] channels = [3, width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        for (var block = 0; block < 10; block++)
        {
            var (from, to, name) = (channels[block], channels[block + 1], $"st_gcn_networks.{block}");
            table.Entry($"edge_importance.{block}", 3, joints, joints);
            table.Convolution($"{name}.gcn.conv", 3 * to, from);
            table.Norm($"{name}.tcn.0", to);
            table.Convolution($"{name}.tcn.2", to, to, 9);
            table.Norm($"{name}.tcn.3", to);
            if (block is not (4 or 7)) continue;
            table.Convolution($"{name}.residual.0", to, from);
            table.Norm($"{name}.residual.1", to);
        }

        table.Convolution("fcn", classes, 4 * width);
        return table.Lines;
    }
}
