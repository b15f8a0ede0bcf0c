using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class RefinedAggregationTests : TensorTest
{
    // Relations R, numbers K of each, clips N, channels C and C', frames T, joints V.
    public static TheoryData<int, int, int, int, int, int, int> Shapes() => new()
    {
        { 3, 9, 2, 16, 16, 52, 20 },
        { 3, 9, 2, 3, 64, 16, 20 },   // coordinates in
        { 3, 5, 1, 32, 48, 13, 25 },
        { 1, 1, 1, 1, 1, 1, 1 },      // one of everything
        { 3, 4, 1, 16, 16, 1, 20 },   // one frame
        { 3, 4, 2, 16, 16, 8, 1 },    // one joint
        { 2, 17, 3, 5, 21, 3, 7 },    // no multiple of anything
        { 2, 3, 2, 40, 37, 61, 4 },   // more rows than a block
    };

    [Theory, MemberData(nameof(Shapes))]
    public void The_kernel_agrees_with_its_twin_in_values_and_gradients(int r, int k, int n, int c, int output, int t, int v)
    {
        var inputs = Inputs(r, k, n, c, output, t, v);
        var weights = Numbers(9, [n, output, t, v]);
        var y = Apply(inputs, RefinedAggregation.Apply);
        (y * weights.To(ScalarType.Float32)).Sum().Backward();
        Tensor[] doubles = [.. inputs.Select(DoubleLeaf)];
        var twin = Apply(doubles, RefinedAggregation.Twin);
        (twin * weights).Sum().Backward();
        AssertClose(twin, y, 2e-5);
        for (var i = 0; i < inputs.Length; i++) AssertClose(doubles[i].Grad!, inputs[i].Grad!, 5e-5);
    }

    [Fact]
    public void Without_a_graph_the_numbers_are_the_same()
    {
        var inputs = Inputs(3, 5, 2, 16, 24, 7, 20);
        var recorded = Apply(inputs, RefinedAggregation.Apply).ToArray<float>();
        using var mode = Kinema.Torch.Autograd.NoGrad();
        Assert.Equal(recorded, Apply(inputs, RefinedAggregation.Apply).ToArray<float>());
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        var inputs = Inputs(3, 5, 5, 20, 37, 7, 20);
        var y = Apply(inputs, RefinedAggregation.Apply);
        (y * y).Sum().Backward();
        return [.. y.ToArray<float>(), .. inputs.SelectMany(input => input.Grad!.ToArray<float>())];
    });

    [Theory, InlineData(4), InlineData(12)] // values that are made anew in backward, and that are kept
    public void A_gradient_of_weights_over_many_rows_keeps_its_digits(int channels)
    {
        var inputs = Inputs(1, 1, 64, channels, 4, 64, 25);
        inputs[0] = Numbers(1, [64, channels, 64, 25], ScalarType.Float32) + 1; // 102,400 rows of numbers that do not cancel
        inputs[2] = Tensor.Zeros([1, 4, 1]);
        inputs[3] = Tensor.Ones([1, 4]);                                        // the graph is 1 everywhere
        Apply(inputs, RefinedAggregation.Apply).Sum().Backward();
        Tensor[] doubles = [.. inputs.Select(DoubleLeaf)];
        Apply(doubles, RefinedAggregation.Twin).Sum().Backward();
        AssertClose(doubles[4].Grad!, inputs[4].Grad!, 1e-6);
        AssertClose(doubles[5].Grad!, inputs[5].Grad!, 1e-6);
    }

    [Theory, InlineData(16), InlineData(3)]
    public void A_graph_that_is_kept_gives_the_same_gradients_again(int channels)
    {
        var inputs = Inputs(3, 5, 2, channels, 24, 7, 20);
        var loss = Apply(inputs, RefinedAggregation.Apply).Sum();
        var first = Kinema.Torch.Autograd.Grad([loss], inputs, retainGraph: true);
        var second = Kinema.Torch.Autograd.Grad([loss], inputs);
        for (var i = 0; i < inputs.Length; i++) Assert.Equal(first[i]!.ToArray<float>(), second[i]!.ToArray<float>());
    }

    [Fact]
    public void The_twin_agrees_with_finite_differences() =>
        FiniteDifferences.Agree(
            inputs => RefinedAggregation.Apply(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]),
            [Leaf(1, 2, 3, 2, 3), Leaf(2, 2, 18, 2), Leaf(3, 2, 4, 2), Leaf(4, 2, 4), Leaf(5, 8, 3), Leaf(6, 8)]);

    [Fact]
    public void Weights_that_do_not_fit_are_refused_before_memory_is_read()
    {
        var inputs = Inputs(3, 5, 2, 16, 24, 7, 20);
        (int Input, long[] Shape)[] misfits = [(0, [2, 15, 7, 20]), (1, [3, 799, 5]), (2, [3, 24, 6]), (3, [3, 23]), (4, [71, 16]), (5, [71])];
        foreach (var (input, shape) in misfits)
        {
            Tensor[] wrong = [.. inputs];
            wrong[input] = Tensor.Zeros(shape);
            Assert.Contains("the ", Assert.Throws<ArgumentException>(() => Apply(wrong, RefinedAggregation.Apply)).Message, StringComparison.Ordinal);
        }
    }

    private static Tensor Apply(Tensor[] inputs, Func<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor, Tensor> apply) =>
        apply(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]);

    private static Tensor[] Inputs(int r, int k, int n, int c, int output, int t, int v) =>
    [
        SingleLeaf(1, n, c, t, v), SingleLeaf(2, r, n * v * v, k), SingleLeaf(3, r, output, k), SingleLeaf(4, r, output),
        SingleLeaf(5, r * output, c), SingleLeaf(6, r * output),
    ];
}
