using Kinema.Torch;
using Kinema.Verification;

namespace Kinema.Tests.Verification;

public sealed class ComparisonTests : TensorTest
{
    [Fact]
    public void Differences_are_relative_to_the_largest_recorded_value()
    {
        var comparison = Comparison.Of("x", Vector(1, -4.002, 0.001), Vector(1, -4, 0));
        Assert.Equal(("x", "(3)", 4.0), (comparison.Result, comparison.Shape, comparison.Largest));
        Assert.Equal(0.002, comparison.Absolute, 1e-12);
        Assert.Equal(0.0005, comparison.Relative, 1e-12);
        Assert.True(comparison.Within(6e-4));
        Assert.False(comparison.Within(4e-4));
        Assert.Equal(0.5, Comparison.Of("x", Vector(0.5), Vector(0)).Relative); // nothing to be relative to
        Assert.True(Comparison.Of("x", Vector(0), Vector(0)).Within(0));
    }

    [Theory]
    [InlineData(double.NaN, 1)]
    [InlineData(1, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(double.PositiveInfinity, 1)]
    [InlineData(1, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity)]
    public void What_is_not_a_number_never_passes(double actual, double expected)
    {
        Assert.False(Comparison.Of("x", Vector(0, actual, 0), Vector(0, expected, 0)).Within(double.MaxValue));
        Assert.False(Comparison.Of("x", Vector(actual), Vector(expected)).Within(1e-5));
    }

    [Fact]
    public void A_result_of_another_size_never_passes_and_says_so()
    {
        var comparison = Comparison.Of("x", Tensor.Ones([2, 3]), Tensor.Ones([2, 4]));
        Assert.False(comparison.Within(double.MaxValue));
        Assert.Equal(("x is (2, 3)", "(2, 4)"), (comparison.Result, comparison.Shape));
    }

    [Fact]
    public void A_scalar_compares_with_a_vector_of_one() =>
        Assert.True(Comparison.Of("loss", Vector(2).Sum(), Vector(2)).Within(0));

    private static Tensor Vector(params double[] values) => Tensor.From(values, values.Length);
}
