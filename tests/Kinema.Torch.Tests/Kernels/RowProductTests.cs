namespace Kinema.Torch.Tests.Kernels;

public sealed class RowProductTests : TensorTest
{
    // Rows, C, C'.
    public static TheoryData<int, int, int> Shapes() => new()
    {
        { 1, 1, 1 }, { 1, 64, 192 }, { 5, 3, 64 }, { 6, 16, 16 }, { 7, 17, 33 }, { 12, 12, 15 }, { 13, 5, 21 }, { 121, 40, 48 }, { 500, 64, 7 },
        { 4001, 6, 96 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void The_product_agrees_with_the_framework_in_values_and_gradients(int rows, int from, int to)
    {
        foreach (var bias in (bool[])[true, false])
        {
            Tensor[] inputs = [SingleLeaf(1, rows, from), SingleLeaf(2, to, from), SingleLeaf(3, to)];
            var weights = Numbers(4, [rows, to]);
            var y = RowProduct.Apply(inputs[0], inputs[1], bias ? inputs[2] : null);
            (y * weights.To(ScalarType.Float32)).Sum().Backward();
            Tensor[] doubles = [.. inputs.Select(DoubleLeaf)];
            var expected = Functional.Linear(doubles[0], doubles[1], bias ? doubles[2] : null);
            (expected * weights).Sum().Backward();
            AssertClose(expected, y, 1e-5);
            for (var i = 0; i < (bias ? 3 : 2); i++) AssertClose(doubles[i].Grad!, inputs[i].Grad!, rows > 1000 ? 3e-4 : 5e-5); // a weight sums over the rows
        }
    }

    [Fact]
    public void Rows_in_any_memory_order_are_taken()
    {
        var x = SingleLeaf(1, 16, 4, 9);
        var weight = SingleLeaf(2, 5, 16);
        var y = RowProduct.Apply(x.Permute(1, 2, 0), weight, null);
        AssertClose(Functional.Linear(x.Permute(1, 2, 0), weight), y, 1e-5);
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        Tensor x = SingleLeaf(1, 1000, 33), weight = SingleLeaf(2, 40, 33), bias = SingleLeaf(3, 40);
        var y = RowProduct.Apply(x, weight, bias);
        (y * y).Sum().Backward();
        return [.. y.ToArray<float>(), .. x.Grad!.ToArray<float>(), .. weight.Grad!.ToArray<float>(), .. bias.Grad!.ToArray<float>()];
    });

    [Fact]
    public void A_gradient_of_weights_over_many_rows_keeps_its_digits()
    {
        var x = Numbers(1, [25_600, 4], ScalarType.Float32) + 1; // numbers that do not cancel
        Tensor weight = SingleLeaf(2, 512, 4), bias = SingleLeaf(3, 512); // so many columns that all rows are one group
        RowProduct.Apply(x, weight, bias).Sum().Backward();
        Tensor exactWeight = DoubleLeaf(weight), exactBias = DoubleLeaf(bias);
        Functional.Linear(x.To(ScalarType.Float64), exactWeight, exactBias).Sum().Backward();
        AssertClose(exactWeight.Grad!, weight.Grad!, 1e-6);
        AssertClose(exactBias.Grad!, bias.Grad!, 1e-6);
    }

    [Fact]
    public void A_product_with_more_numbers_than_an_index_counts_is_left_to_the_framework()
    {
        Tensor x = Tensor.Empty([12_000_000, 3]), narrow = Tensor.Empty([2, 3]), wide = Tensor.Empty([192, 3]), none = Tensor.Empty([0, 3]);
        Assert.True(RowProduct.Takes(x, narrow));
        Assert.False(RowProduct.Takes(x, wide));
        Assert.False(RowProduct.Takes(x, none));
        Assert.False(RowProduct.Takes(x, narrow.To(ScalarType.Float64)));
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused_before_memory_is_read()
    {
        var x = Tensor.Zeros([4, 8]);
        Assert.Contains(
            "got (4, 8), (3, 7), none", Assert.Throws<ArgumentException>(() => RowProduct.Apply(x, Tensor.Zeros([3, 7]), null)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => RowProduct.Apply(x, Tensor.Zeros([3, 8]), Tensor.Zeros([4])));
    }
}
