using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

/// <summary>What kernels tell a profile of their products: each is counted in the type it is made in, also where a kernel has some of both.</summary>
public sealed class ProfiledProductsTests : TensorTest
{
    // Under a cast a product over sixteen numbers or more is made in bf16: of a convolution all taps together, of its weights' gradient one tap.
    [Theory]
    [InlineData(4, 20, 9, 1, 1)]  // 36 numbers forward, 180 for dx, 4 for dW
    [InlineData(16, 20, 9, 1, 2)]
    [InlineData(3, 5, 5, 0, 1)]   // 15, 25, 3
    [InlineData(1, 1, 9, 0, 0)]
    public void A_convolution_over_time_counts_its_taps_together_and_those_of_the_gradient_of_weights_one_by_one(
        int c, int output, int taps, int forwardHalves, int backwardHalves)
    {
        const int n = 2, t = 6, v = 5;
        using var convolution = new Conv2d(c, output, (taps, 1), padding: ((taps - 1) / 2, 0));
        var x = SingleLeaf(1, n, c, t, v);
        var rows = Profile(() => TemporalConvolution.Apply(x, convolution));

        long once = (long)n * t * v * taps * c * output;
        Is(rows["TemporalConvolution"], once, forwardHalves * once);
        Is(rows["TemporalConvolution backward"], 2 * once, backwardHalves * once);
    }

    [Theory, InlineData(4, 1, 1), InlineData(16, 1, 2), InlineData(3, 0, 0)]
    public void The_branches_count_their_taps_together_likewise(int c, int forwardHalves, int backwardHalves)
    {
        using var parts = new BranchParts(c, 1, training: true, ScalarType.Float32);
        var rows = Profile(() => TemporalBranches.Apply(SingleLeaf(1, 2, 4 * c, 6, 5), null, parts.Norms, parts.Convolutions, 1));

        long once = 2 * 2L * 6 * 5 * TemporalBranches.Taps * c * c;
        Is(rows["TemporalBranches"], once, forwardHalves * once);
        Is(rows["TemporalBranches backward"], 2 * once, backwardHalves * once);
    }

    [Theory]
    [InlineData(3, 9)]   // the first block: values of few channels are made anew in backward, and all that sums over panels of sixteen is bf16
    [InlineData(16, 9)]  // the graphs stay in single precision
    [InlineData(16, 17)]
    public void The_aggregation_counts_graphs_values_and_sums_in_types_of_their_own(int c, int k)
    {
        const int r = 3, n = 2, output = 16, t = 6, v = 5;
        long[][] shapes = [[n, c, t, v], [r, n * v * v, k], [r, output, k], [r, output], [r * output, c], [r * output]];
        Tensor[] x = [.. shapes.Select((shape, i) => SingleLeaf((ulong)i + 1, shape))];
        var rows = Profile(() => RefinedAggregation.Apply(x[0], x[1], x[2], x[3], x[4], x[5]));

        long graphs = (long)r * n * v * v * k * output, values = (long)r * n * t * v * c * output, sums = (long)r * n * t * v * v * output;
        var (ofGraphs, ofValues) = (k < 16 ? 0 : graphs, c < 16 ? 0 : values);
        Is(rows["RefinedAggregation"], graphs + values + sums, ofGraphs + ofValues);
        // Graphs anew, dQ, dW₄; dx, dW₃; both sums' gradients.
        Is(
            rows["RefinedAggregation backward"], (3 * graphs) + ((c < 16 ? 3 : 2) * values) + (2 * sums),
            (2 * ofGraphs) + graphs + values + ofValues);
    }

    [Theory, InlineData(3, 64, 0, 1), InlineData(32, 4, 1, 1), InlineData(16, 16, 1, 2)]
    public void A_product_of_rows_counts_both_gradients_by_their_own_sums(int from, int to, int forwardHalves, int backwardHalves)
    {
        var (x, weight) = (SingleLeaf(1, 40, from), SingleLeaf(2, to, from));
        var rows = Profile(() => RowProduct.Apply(x, weight, null));

        long once = 40L * from * to;
        Is(rows["RowProduct"], once, forwardHalves * once);
        Is(rows["RowProduct backward"], 2 * once, backwardHalves * once);
    }

    [Fact]
    public void What_stays_in_single_precision_says_so_and_what_multiplies_no_matrices_has_no_type()
    {
        using var norm = new BatchNorm(16);
        var rows = Profile(() =>
        {
            var x = SingleLeaf(1, 2, 16, 6, 5);
            x = GraphAggregation.Apply(SingleLeaf(2, 1, 5, 5), x); // of all channels
            x = GraphAggregation.Apply(SingleLeaf(10, 1, 1, 5, 5, 16), x);
            x = NormActivation.Apply(x, [norm]);
            x = FanOut.Ways(x, 2).Aggregate((a, b) => a + b);
            x = JointShift.Apply(x, Tensor.From<long>([.. Enumerable.Range(0, 80).Select(i => (long)i)], 80), SingleLeaf(3, 80));
            x = TemporalShift.Apply(x, SingleLeaf(4, 16), SingleLeaf(5, 16), 1);
            var relations = RelationPairs.Apply(SingleLeaf(6, 2, 5, 2 * 2 * 3), SingleLeaf(7, 2, 5, 5));
            return x.Sum() + relations.Sum() + BatchProduct.Apply(SingleLeaf(8, 2, 3, 4), SingleLeaf(9, 2, 4, 5), false).Sum();
        });

        foreach (var name in (string[])["GraphAggregation", "BatchProduct"])
        {
            Assert.Equal((ScalarType.Float32, 0), (rows[name].Type, rows[name].HalfMultiplyAdds));
            Assert.Equal((ScalarType.Float32, 0), (rows[name + " backward"].Type, rows[name + " backward"].HalfMultiplyAdds));
        }

        foreach (var name in (string[])["NormActivation", "JointShift", "TemporalShift", "RelationPairs"])
            Assert.Equal((null, null), (rows[name].Type, rows[name + " backward"].Type));
        Assert.Null(rows["FanOut backward"].Type);
    }

    private static void Is(OperatorTime row, long multiplyAdds, long half) => Assert.Equal(
        (multiplyAdds, half, half > 0 ? ScalarType.BFloat16 : ScalarType.Float32), (row.MultiplyAdds, row.HalfMultiplyAdds, row.Type));

    // Forward under a cast, backward behind it, as a training step has it.
    private static Dictionary<string, OperatorTime> Profile(Func<Tensor> forward)
    {
        using var profile = OperatorProfile.Begin();
        Tensor y;
        using (Kinema.Torch.Autograd.Autocast(ScalarType.BFloat16)) y = forward();
        y.Sum().Backward();
        // A node of backward is called as its class, which may be as the kernel is: it multiplies nothing itself.
        return profile.End().GroupBy(row => row.Name).ToDictionary(rows => rows.Key, rows => rows.MaxBy(row => row.MultiplyAdds)!);
    }
}
