using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class TopologyAttentionTests : TensorTest
{
    private const double Scale = 0.35;

    // Heads, frames, joints.
    public static TheoryData<int, int, int> Shapes() => new()
    {
        { 3, 40, 20 },
        { 3, 17, 25 },
        { 2, 5, 7 },    // fewer joints than a register holds, fewer frames than pieces
        { 1, 3, 16 },   // whole registers
        { 1, 1, 1 },    // one of everything
    };

    [Theory, MemberData(nameof(Shapes))]
    public void The_kernel_agrees_with_its_twin_in_values_and_gradients(int heads, int frames, int v)
    {
        var (scores, topology) = Inputs(heads, frames, v);
        var weights = Numbers(3, [heads, frames, v, v]);
        var y = TopologyAttention.Apply(scores, topology, Scale);
        (y * weights.To(ScalarType.Float32)).Sum().Backward();
        var (doubles, doubleTopology) = (DoubleLeaf(scores), DoubleLeaf(topology));
        var twin = TopologyAttention.Twin(doubles, doubleTopology, Scale);
        (twin * weights).Sum().Backward();
        AssertClose(twin, y, 1e-6);
        AssertClose(doubles.Grad!, scores.Grad!, 3e-6);
        AssertClose(doubleTopology.Grad!, topology.Grad!, 3e-6);
    }

    [Fact]
    public void Inputs_and_gradients_may_lie_in_memory_in_any_order()
    {
        Tensor scores = Numbers(1, [9, 9, 4, 2], ScalarType.Float32), topology = Numbers(2, [9, 9, 2], ScalarType.Float32);
        var plain = Run(scores.Permute(3, 2, 0, 1).Contiguous(), topology.Permute(2, 0, 1).Contiguous(), transposed: false);
        Assert.Equal(plain, Run(scores.Permute(3, 2, 0, 1), topology.Permute(2, 0, 1), transposed: true));

        static float[] Run(Tensor scores, Tensor topology, bool transposed)
        {
            (scores, topology) = (scores.Detach(), topology.Detach());
            (scores.RequiresGrad, topology.RequiresGrad) = (true, true);
            var y = TopologyAttention.Apply(scores, topology, Scale);                    // (2, 4, 9, 9)
            var weights = Numbers(3, [9, 4, 9, 2], ScalarType.Float32).Transpose(0, 3);
            (y * (transposed ? weights : weights.Contiguous())).Sum().Backward();
            return [.. y.ToArray<float>(), .. scores.Grad!.ToArray<float>(), .. topology.Grad!.ToArray<float>()];
        }
    }

    [Fact]
    public void Without_a_graph_the_numbers_are_the_same()
    {
        var (scores, topology) = Inputs(2, 6, 13);
        var recorded = TopologyAttention.Apply(scores, topology, Scale).ToArray<float>();
        using var mode = Kinema.Torch.Autograd.NoGrad();
        Assert.Equal(recorded, TopologyAttention.Apply(scores, topology, Scale).ToArray<float>());
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        var (scores, topology) = Inputs(3, 50, 20);
        var y = TopologyAttention.Apply(scores, topology, Scale);
        (y * y).Sum().Backward();
        return [.. y.ToArray<float>(), .. scores.Grad!.ToArray<float>(), .. topology.Grad!.ToArray<float>()];
    });

    [Fact]
    public void The_twin_agrees_with_finite_differences() =>
        FiniteDifferences.Agree(inputs => TopologyAttention.Apply(inputs[0], inputs[1], Scale), [Leaf(1, 2, 2, 3, 3), Leaf(2, 2, 3, 3)]);

    [Fact]
    public void Scores_of_any_size_give_shares_that_add_up_to_one()
    {
        using var mode = Kinema.Torch.Autograd.NoGrad();
        var scores = Numbers(1, [1, 4, 20, 20], ScalarType.Float32) * 1e4;
        var shares = TopologyAttention.Apply(scores, Tensor.Ones([1, 20, 20]), 1);
        foreach (var sum in shares.Sum(3).ToArray<float>()) Assert.Equal(1, sum, 5e-6);
    }

    [Fact]
    public void What_is_no_number_spreads_to_its_own_row_only()
    {
        using var mode = Kinema.Torch.Autograd.NoGrad();
        var scores = Numbers(1, [1, 2, 5, 5], ScalarType.Float32);
        scores.Memory<float>()[7] = float.NaN;                                           // frame 0, joint 1
        var y = TopologyAttention.Apply(scores, Tensor.Ones([1, 5, 5]), Scale).ToArray<float>();
        for (var i = 0; i < y.Length; i++) Assert.Equal(i is >= 5 and < 10, float.IsNaN(y[i]));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_memory_is_read()
    {
        var (scores, topology) = Inputs(3, 2, 20);
        Assert.Contains(
            "got (3, 2, 20, 19)",
            Assert.Throws<ArgumentException>(() => TopologyAttention.Apply(scores.Slice(3, 0, 19), topology, Scale)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => TopologyAttention.Apply(scores, topology.Slice(0, 0, 2), Scale));
        Assert.Throws<ArgumentException>(() => TopologyAttention.Apply(scores, topology.Slice(1, 0, 19), Scale));
        Assert.Throws<ArgumentException>(() => TopologyAttention.Apply(scores, topology, 0));
    }

    private static (Tensor Scores, Tensor Topology) Inputs(int heads, int frames, int v)
    {
        Tensor scores = Numbers(1, [heads, frames, v, v], ScalarType.Float32) * 4, topology = Numbers(2, [heads, v, v], ScalarType.Float32);
        scores = scores.Detach();
        (scores.RequiresGrad, topology.RequiresGrad) = (true, true);
        return (scores, topology);
    }
}
