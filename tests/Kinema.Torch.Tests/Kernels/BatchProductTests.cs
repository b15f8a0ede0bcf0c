namespace Kinema.Torch.Tests.Kernels;

public sealed class BatchProductTests : TensorTest
{
    // B, M, K, N: attention between joints, products of heads over all rows, and what fits nothing.
    public static TheoryData<int, int, int, int> Shapes() => new()
    {
        { 1, 1, 1, 1 }, { 3, 20, 24, 20 }, { 40, 25, 24, 25 }, { 7, 20, 20, 24 }, { 2, 5, 20, 33 }, { 2, 121, 17, 16 }, { 8, 3000, 16, 48 }, { 3, 2, 832, 2 },
        { 5, 13, 7, 47 },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void The_products_agree_with_the_framework_in_values_and_gradients(int batch, int m, int k, int n)
    {
        foreach (var transposed in (bool[])[true, false])
        {
            var (a, b) = (SingleLeaf(1, batch, m, k), transposed ? SingleLeaf(2, batch, n, k) : SingleLeaf(2, batch, k, n));
            var weights = Numbers(3, [batch, m, n]);
            Assert.True(BatchProduct.Takes(a, b, transposed));
            var y = BatchProduct.Apply(a, b, transposed);
            (y * weights.To(ScalarType.Float32)).Sum().Backward();
            var (a64, b64) = (DoubleLeaf(a), DoubleLeaf(b));
            var expected = a64.MatMul(transposed ? b64.Transpose(1, 2) : b64);
            (expected * weights).Sum().Backward();
            AssertClose(expected, y, 1e-5);
            AssertClose(a64.Grad!, a.Grad!, 1e-5);
            AssertClose(b64.Grad!, b.Grad!, m > 1000 ? 1e-4 : 1e-5);                     // a sum over the rows
        }
    }

    [Fact]
    public void Factors_in_any_memory_order_are_taken()
    {
        Tensor a = SingleLeaf(1, 20, 3, 24), b = SingleLeaf(2, 1, 24, 20);
        var y = Functional.Bmm(a.Transpose(0, 1), b.Expand(3, 24, 20));
        AssertClose(a.Transpose(0, 1).MatMul(b), y, 1e-5);
        (y * y).Sum().Backward();
        var (gradientA, gradientB) = (a.Grad!.ToArray<double>(), b.Grad!.ToArray<double>());
        (a.Grad, b.Grad) = (null, null);
        var z = a.Transpose(0, 1).MatMul(b);
        (z * z).Sum().Backward();
        AssertClose(gradientA, a.Grad!, 1e-5);
        AssertClose(gradientB, b.Grad!, 1e-5);
    }

    [Theory, InlineData(500, 20, 24, 20), InlineData(8, 5000, 16, 48)]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads(int batch, int m, int k, int n) => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        Tensor a = SingleLeaf(1, batch, m, k), b = SingleLeaf(2, batch, k, n);
        var y = BatchProduct.Apply(a, b, transposed: false);
        (y * y).Sum().Backward();
        return [.. y.ToArray<float>(), .. a.Grad!.ToArray<float>(), .. b.Grad!.ToArray<float>()];
    });

    [Fact]
    public void What_is_not_single_precision_in_three_axes_is_left_to_the_framework()
    {
        Tensor a = Tensor.Zeros([2, 3, 4]), b = Tensor.Zeros([2, 4, 5]);
        Assert.True(BatchProduct.Takes(a, b, transposed: false));
        Assert.False(BatchProduct.Takes(a, b, transposed: true));
        Assert.False(BatchProduct.Takes(a.To(ScalarType.Float64), b.To(ScalarType.Float64), transposed: false));
        Assert.False(BatchProduct.Takes(a, b.Narrow(0, 0, 1), transposed: false));
        Assert.False(BatchProduct.Takes(a.Select(0, 0), b.Select(0, 0), transposed: false));
        Assert.Equal("(2, 3, 5)", Functional.Bmm(a.To(ScalarType.Float64), b.To(ScalarType.Float64)).ShapeText());
        Assert.False(BatchProduct.Takes(a.To(ScalarType.BFloat16), b.To(ScalarType.BFloat16), transposed: false));
    }

    [Fact]
    public void Under_a_cast_the_products_stay_in_single_precision()
    {
        Tensor a = SingleLeaf(1, 3, 20, 24), b = SingleLeaf(2, 3, 20, 24);
        var single = Functional.Bmm(a, b, transposed: true);
        using var cast = Kinema.Torch.Autograd.Autocast(ScalarType.BFloat16);
        Assert.Equal(single.ToArray<float>(), Functional.Bmm(a, b, transposed: true).ToArray<float>());
    }
}
