using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class GraphAggregationTests : TensorTest
{
    // Relations R, clips N, channels C, frames T, joints V.
    public static TheoryData<int, int, int, int, int> Shapes() => new()
    {
        { 3, 2, 16, 52, 20 }, // the network's own shapes, narrow
        { 3, 1, 64, 16, 25 },
        { 3, 2, 32, 13, 20 },
        { 3, 2, 32, 26, 25 },
        { 1, 1, 16, 1, 1 },   // one of everything
        { 3, 1, 16, 1, 20 },  // one frame
        { 3, 2, 16, 8, 1 },   // one joint
        { 2, 3, 16, 5, 6 },   // no multiple of a tile
        { 2, 1, 16, 2, 3 },   // less than a tile
        { 3, 2, 5, 4, 7 },    // less than a vector of channels
        { 3, 2, 21, 9, 10 },  // vectors and a rest
        { 2, 2, 40, 13, 20 },
        { 3, 3, 47, 3, 25 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void The_kernel_agrees_with_its_twin_in_values_and_gradients(int r, int n, int c, int t, int v)
    {
        var (graph, x) = Inputs(r, n, c, t, v);
        var weights = Numbers(3, [n, c, t, v], ScalarType.Float32);
        Agree(graph, x, y => (y * weights.To(y.Type)).Sum());
    }

    [Theory, MemberData(nameof(Shapes))]
    public void A_graph_of_all_clips_or_of_all_channels_agrees_with_its_twin(int r, int n, int c, int t, int v)
    {
        var weights = Numbers(3, [n, c, t, v], ScalarType.Float32);
        foreach (var graph in (long[][])[[r, v, v], [r, n, v, v], [r, 1, v, v, c]])
            Agree(SingleLeaf(1, graph), SingleLeaf(2, n, r * c, t, v), y => (y * weights.To(y.Type)).Sum());
    }

    [Fact]
    public void Inputs_and_gradients_with_any_strides_are_taken()
    {
        var (r, n, c, t, v) = (3, 2, 20, 6, 7);
        // x lies as (T, N, V, channels), the graph as (V, N, V, C, R), and the sum's gradient has strides of 0.
        var x = SingleLeaf(1, t, n, v, r * c);
        var graph = SingleLeaf(2, v, n, v, c, r);
        Agree(graph, x, y => y.Sum(), g => g.Permute(4, 1, 2, 0, 3), m => m.Permute(1, 3, 0, 2));
    }

    [Fact]
    public void Both_memory_orders_of_a_map_give_the_same_numbers()
    {
        var (graph, x) = Inputs(3, 2, 16, 5, 20);
        var dense = GraphAggregation.Apply(graph, x.Contiguous());
        var last = GraphAggregation.Apply(graph, x.Contiguous(MemoryFormat.ChannelsLast));
        Assert.Equal(dense.ToArray<float>(), last.ToArray<float>());
    }

    [Theory, InlineData(new long[] { 3, 2, 20, 20, 21 }), InlineData(new long[] { 3, 20, 20 })]
    public void Without_a_graph_of_backward_the_numbers_are_the_same(long[] shape)
    {
        Tensor graph = SingleLeaf(1, shape), x = SingleLeaf(2, 2, 3 * 21, 7, 20), bias = SingleLeaf(3, 21);
        var recorded = GraphAggregation.Apply(graph, x, bias).ToArray<float>();
        using var mode = Kinema.Torch.Autograd.NoGrad();
        Assert.Equal(recorded, GraphAggregation.Apply(graph, x, bias).ToArray<float>());
    }

    // Graphs that clips share, and the bias, get the sum of the clips' gradients, whose order might depend on who is ready first.
    [Theory]
    [InlineData(new long[] { 3, 4, 20, 20, 37 }), InlineData(new long[] { 3, 1, 20, 20, 37 })]
    [InlineData(new long[] { 3, 4, 20, 20 }), InlineData(new long[] { 3, 20, 20 })]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads(long[] shape) => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        Tensor graph = SingleLeaf(1, shape), x = SingleLeaf(2, 4, 3 * 37, 13, 20), bias = SingleLeaf(3, 37);
        var y = GraphAggregation.Apply(graph, x, bias);
        (y * y).Sum().Backward();
        return [.. y.ToArray<float>(), .. graph.Grad!.ToArray<float>(), .. x.Grad!.ToArray<float>(), .. bias.Grad!.ToArray<float>()];
    });

    [Fact]
    public void The_twin_is_the_sum_over_relations_and_joints_of_the_formula()
    {
        var (r, n, c, t, v) = (2, 2, 3, 4, 5);
        var graph = Numbers(1, [r, n, v, v, c]);
        var x = Numbers(2, [n, r * c, t, v]);
        double[] g = graph.ToArray<double>(), m = x.ToArray<double>();
        var expected = new double[n * c * t * v];
        for (var i = 0; i < n; i++)
            for (var k = 0; k < c; k++)
                for (var f = 0; f < t; f++)
                    for (var u = 0; u < v; u++)
                        for (var s = 0; s < r; s++)
                            for (var w = 0; w < v; w++)
                                expected[((((i * c) + k) * t) + f) * v + u] +=
                                    g[(((((s * n) + i) * v) + u) * v + w) * c + k] * m[((((i * r * c) + (s * c) + k) * t) + f) * v + w];
        AssertClose(expected, GraphAggregation.Apply(graph, x), 1e-13);
    }

    [Fact]
    public void The_twin_agrees_with_finite_differences() =>
        FiniteDifferences.Agree(inputs => GraphAggregation.Apply(inputs[0], inputs[1]), [Leaf(1, 2, 1, 3, 3, 2), Leaf(2, 1, 4, 2, 3)]);

    [Theory]
    [InlineData(37, new long[] { 3, 7, 7 }), InlineData(37, new long[] { 3, 2, 7, 7 }), InlineData(16, new long[] { 3, 2, 7, 7 })]
    [InlineData(37, new long[] { 3, 1, 7, 7, 37 }), InlineData(16, new long[] { 3, 2, 7, 7, 16 })]
    public void A_bias_is_added_and_gets_its_gradient(int c, long[] graphs)
    {
        Tensor graph = SingleLeaf(1, graphs), x = SingleLeaf(2, 2, 3 * c, 13, 7), bias = SingleLeaf(3, c);
        var weights = Numbers(4, [2, c, 13, 7]);
        var y = GraphAggregation.Apply(graph, x, bias);
        (y * weights.To(ScalarType.Float32)).Sum().Backward();
        Tensor[] doubles = [DoubleLeaf(graph), DoubleLeaf(x), DoubleLeaf(bias)];
        var twin = GraphAggregation.Twin(doubles[0], doubles[1], doubles[2]);
        (twin * weights).Sum().Backward();
        AssertClose(twin, y, 1e-5);
        AssertClose(doubles[0].Grad!, graph.Grad!, 1e-5);
        AssertClose(doubles[1].Grad!, x.Grad!, 1e-5);
        AssertClose(doubles[2].Grad!, bias.Grad!, 1e-5);
        AssertClose(GraphAggregation.Twin(doubles[0], doubles[1]) + doubles[2].Reshape(1, c, 1, 1), twin, 1e-12);

        Assert.Contains(
            $"C = {c} numbers", Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(graph, x, Tensor.Zeros([c + 1]))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_does_not_fit_is_refused_before_memory_is_read()
    {
        var x = Tensor.Zeros([2, 48, 4, 20]);
        Assert.Contains(
            "or (R, N, V, V, C); got (3, 2, 20, 20, 17) and (2, 48, 4, 20)",
            Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([3, 2, 20, 20, 17]), x)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([3, 3, 20, 20, 16]), x));
        Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([3, 1, 20, 20]), x));
        Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([5, 20, 20]), x));
        Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([3, 2, 20, 19, 16]), x));
        Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([3, 2, 19, 20, 16]), x));
    }

    [Fact]
    public void A_graph_of_another_type_or_number_of_axes_is_refused_before_memory_is_read()
    {
        var x = Tensor.Zeros([2, 48, 4, 20]);
        Assert.Contains(
            "got Float64 on cpu and Float32 on cpu",
            Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([3, 2, 20, 20, 16], ScalarType.Float64), x)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "got (20, 20) and (2, 48, 4, 20)",
            Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([20, 20]), x)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "and (2, 48, 80)",
            Assert.Throws<ArgumentException>(() => GraphAggregation.Apply(Tensor.Zeros([3, 2, 20, 20, 16]), Tensor.Zeros([2, 48, 80]))).Message,
            StringComparison.Ordinal);
    }

    private static void Agree(Tensor graph, Tensor x, Func<Tensor, Tensor> loss, Func<Tensor, Tensor>? viewGraph = null, Func<Tensor, Tensor>? viewX = null)
    {
        var y = GraphAggregation.Apply(viewGraph?.Invoke(graph) ?? graph, viewX?.Invoke(x) ?? x);
        loss(y).Backward();
        var (graph64, x64) = (DoubleLeaf(graph), DoubleLeaf(x));
        var twin = GraphAggregation.Twin(viewGraph?.Invoke(graph64) ?? graph64, viewX?.Invoke(x64) ?? x64);
        loss(twin).Backward();
        AssertClose(twin, y, 1e-5);
        AssertClose(graph64.Grad!, graph.Grad!, 1e-5);
        AssertClose(x64.Grad!, x.Grad!, 1e-5);
    }

    private static (Tensor Graph, Tensor X) Inputs(int r, int n, int c, int t, int v) => (SingleLeaf(1, r, n, v, v, c), SingleLeaf(2, n, r * c, t, v));
}
