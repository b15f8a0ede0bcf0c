using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

/// <summary>Names, shapes and first values of CTR-GCN, from the rules of the authors' code and not from a dump of ours.</summary>
public sealed class CtrGcnStateTests : TensorTest
{
    [Theory]
    [InlineData("nw-ucla", 1, 10, 1_426_892)]
    [InlineData("ntu", 2, 60, 1_446_672)]
    public void Names_shapes_and_count_are_the_authors(string layout, int persons, int classes, long parameters)
    {
        using var network = Networks.CtrGcn(layout, width: 64, frames: 52, persons: persons, classes: classes);
        var state = network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal).ToArray();
        var expected = Expected(64, Layouts.Get(layout).JointCount, persons, classes).ToArray();
        Assert.Equal(expected, state);
        Assert.Equal(822, state.Length);
        Assert.Equal(parameters, network.ParameterCount());
        Assert.Equal(
            state.Where(line => !line.Contains(".running_", StringComparison.Ordinal) && !line.Contains(".num_batches_tracked", StringComparison.Ordinal)),
            network.NamedParameters().Select(entry => $"{entry.Name} {entry.Parameter.Value.ShapeText()}").Order(StringComparer.Ordinal));
    }

    [Theory, InlineData(16), InlineData(32)]
    public void A_narrower_network_has_the_same_names(int width)
    {
        using var network = Networks.CtrGcn(width: width);
        Assert.Equal(
            Expected(width, 20, 1, 4),
            network.State().Select(entry => $"{entry.Name} {entry.Value.Value.ShapeText()}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_first_values_are_the_authors()
    {
        const int classes = 60;
        using var network = Networks.CtrGcn("ntu", width: 64, frames: 16, persons: 2, classes: classes).Initialised();
        var graph = SkeletonGraph.CtrGcn(Layouts.Get("ntu")).Adjacency.Cast<float>().Select(value => (double)value).ToArray();
        List<double> temporalNorms = [];
        foreach (var (name, entry) in network.State())
        {
            var values = entry.Value.ToArray<double>();
            var sizes = entry.Value.Sizes.ToArray();
            if (name.EndsWith(".PA", StringComparison.Ordinal)) Assert.Equal(graph, values);
            else if (name == "fc.weight") FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / classes));
            else if (name == "fc.bias") FirstValues.AssertUniform(name, values, 1.0 / 16);
            else if (sizes.Length == 4) FirstValues.AssertNormal(name, values, 0, Math.Sqrt(2.0 / (sizes[0] * sizes[2] * sizes[3])));
            else if (name.EndsWith("running_var", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1, value));
            else if (!name.EndsWith(".weight", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(0, value)); // biases, α, means, counters
            else if (name.Contains(".tcn1.", StringComparison.Ordinal)) temporalNorms.AddRange(values);
            else if (name.EndsWith(".gcn1.bn.weight", StringComparison.Ordinal)) Assert.All(values, value => Assert.Equal(1e-6f, (float)value));
            else Assert.All(values, value => Assert.Equal(1, value)); // data_bn, down, residual
        }

        FirstValues.AssertNormal("norms of tcn1", [.. temporalNorms], 1, 0.02);
    }

    [Fact]
    public void Equal_seeds_give_equal_networks_and_other_seeds_others()
    {
        using var one = Networks.CtrGcn().Initialised(5);
        using var same = Networks.CtrGcn().Initialised(5);
        using var other = Networks.CtrGcn().Initialised(6);
        Assert.Equal(one.Numbers(), same.Numbers());
        Assert.NotEqual(one.Numbers()["l3.tcn1.branches.0.0.weight"], other.Numbers()["l3.tcn1.branches.0.0.weight"]);
    }

    // The table of names of the authors' state dictionary.
    private static IEnumerable<string> Expected(int width, int joints, int persons, int classes)
    {
        var table = new StateTable();
        table.Norm("data_bn", persons * joints * 3);
        int[] channels = [3, width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        for (var block = 1; block <= 10; block++)
        {
            var (from, to) = (channels[block - 1], channels[block]);
            var (reduced, quarter) = (from == 3 ? 8 : from / 8, to / 4);
            var l = $"l{block}";
            table.Entry($"{l}.gcn1.PA", 3, joints, joints);
            table.Entry($"{l}.gcn1.alpha", 1);
            for (var k = 0; k < 3; k++)
            {
                table.Convolution($"{l}.gcn1.convs.{k}.conv1", reduced, from);
                table.Convolution($"{l}.gcn1.convs.{k}.conv2", reduced, from);
                table.Convolution($"{l}.gcn1.convs.{k}.conv3", to, from);
                table.Convolution($"{l}.gcn1.convs.{k}.conv4", to, reduced);
            }

            if (block is 1 or 5 or 8)
            {
                table.Convolution($"{l}.gcn1.down.0", to, from);
                table.Norm($"{l}.gcn1.down.1", to);
            }

            table.Norm($"{l}.gcn1.bn", to);
            for (var branch = 0; branch < 4; branch++)
            {
                table.Convolution($"{l}.tcn1.branches.{branch}.0", quarter, to);
                table.Norm($"{l}.tcn1.branches.{branch}.1", quarter);
                if (branch >= 2) continue;
                table.Convolution($"{l}.tcn1.branches.{branch}.3.conv", quarter, quarter, 5);
                table.Norm($"{l}.tcn1.branches.{branch}.3.bn", quarter);
            }

            table.Norm($"{l}.tcn1.branches.2.4", quarter);
            if (block is 5 or 8)
            {
                table.Convolution($"{l}.residual.conv", to, from);
                table.Norm($"{l}.residual.bn", to);
            }
        }

        table.Entry("fc.weight", classes, 4 * width);
        table.Entry("fc.bias", classes);
        return table.Lines;
    }
}
