using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class RelationPairsTests : TensorTest
{
    // Relations R, numbers K of each, clips N, joints V.
    public static TheoryData<int, int, int, int> Shapes() => new()
    {
        { 3, 8, 2, 20 },
        { 3, 16, 3, 25 },
        { 3, 2, 2, 20 },   // a narrow network
        { 1, 1, 1, 1 },    // one of everything
        { 3, 8, 4, 1 },    // one joint
        { 2, 21, 3, 7 },   // no multiple of anything
    };

    [Theory, MemberData(nameof(Shapes))]
    public void The_kernel_agrees_with_its_twin_in_values_and_gradients(int r, int k, int n, int v)
    {
        var (both, graph) = Inputs(r, k, n, v);
        var weights = Numbers(3, [r, (long)n * v * v, k + 1]);
        var q = RelationPairs.Apply(both, graph);
        (q * weights.To(ScalarType.Float32)).Sum().Backward();
        var (doubles, doubleGraph) = (DoubleLeaf(both), DoubleLeaf(graph));
        var twin = RelationPairs.Twin(doubles, doubleGraph);
        (twin * weights).Sum().Backward();
        AssertClose(twin, q, 3e-7);
        AssertClose(doubles.Grad!, both.Grad!, 2e-6);
        AssertClose(doubleGraph.Grad!, graph.Grad!, 2e-6);
    }

    [Fact]
    public void Inputs_and_gradients_may_lie_in_memory_in_any_order()
    {
        Tensor both = Numbers(1, [5, 48, 2], ScalarType.Float32), graph = Numbers(2, [5, 5, 3], ScalarType.Float32);
        var plain = Run(both.Permute(2, 0, 1).Contiguous(), graph.Permute(2, 0, 1).Contiguous(), transposed: false);
        Assert.Equal(plain, Run(both.Permute(2, 0, 1), graph.Permute(2, 0, 1), transposed: true));

        static float[] Run(Tensor both, Tensor graph, bool transposed)
        {
            (both, graph) = (both.Detach(), graph.Detach());
            (both.RequiresGrad, graph.RequiresGrad) = (true, true);
            var q = RelationPairs.Apply(both, graph);                                    // (3, 50, 9)
            var weights = Numbers(3, [9, 50, 3], ScalarType.Float32).Transpose(0, 2);
            (q * (transposed ? weights : weights.Contiguous())).Sum().Backward();
            return [.. q.ToArray<float>(), .. both.Grad!.ToArray<float>(), .. graph.Grad!.ToArray<float>()];
        }
    }

    [Fact]
    public void Without_a_graph_the_numbers_are_the_same()
    {
        var (both, graph) = Inputs(3, 10, 2, 20);
        var recorded = RelationPairs.Apply(both, graph).ToArray<float>();
        using var mode = Kinema.Torch.Autograd.NoGrad();
        Assert.Equal(recorded, RelationPairs.Apply(both, graph).ToArray<float>());
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        var (both, graph) = Inputs(3, 9, 7, 20);
        var q = RelationPairs.Apply(both, graph);
        (q * q).Sum().Backward();
        return [.. q.ToArray<float>(), .. both.Grad!.ToArray<float>(), .. graph.Grad!.ToArray<float>()];
    });

    [Fact]
    public void The_twin_agrees_with_finite_differences() =>
        FiniteDifferences.Agree(inputs => RelationPairs.Apply(inputs[0], inputs[1]), [Leaf(1, 2, 3, 8), Leaf(2, 2, 3, 3)]);

    [Fact]
    public void What_is_no_number_spreads_to_its_own_pairs_only()
    {
        var (both, graph) = Inputs(1, 8, 1, 3);
        both.Detach().Memory<float>()[0] = float.NaN;                                    // the first query's first number
        var q = RelationPairs.Apply(both, graph).ToArray<float>();
        for (var i = 0; i < q.Length; i++) Assert.Equal(i is 0 or 9 or 18, float.IsNaN(q[i]));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_memory_is_read()
    {
        var (both, graph) = Inputs(3, 8, 2, 20);
        Assert.Contains(
            "got (2, 20, 47)", Assert.Throws<ArgumentException>(() => RelationPairs.Apply(both.Slice(2, 0, 47), graph)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RelationPairs.Apply(both, graph.Slice(1, 0, 19)));
        Assert.Throws<ArgumentException>(() => RelationPairs.Apply(both, graph.Slice(2, 0, 19)));
        Assert.Throws<ArgumentException>(() => RelationPairs.Apply(both.Select(0, 0), graph));
    }

    private static (Tensor Both, Tensor Graph) Inputs(int r, int k, int n, int v)
    {
        Tensor both = Numbers(1, [n, v, 2 * r * k], ScalarType.Float32), graph = Numbers(2, [r, v, v], ScalarType.Float32);
        (both.RequiresGrad, graph.RequiresGrad) = (true, true);
        return (both, graph);
    }
}
