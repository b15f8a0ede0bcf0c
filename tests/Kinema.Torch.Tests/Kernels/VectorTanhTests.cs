using System.Runtime.Intrinsics;

namespace Kinema.Torch.Tests.Kernels;

public sealed class VectorTanhTests
{
    [Fact]
    public void It_is_within_two_units_of_the_last_place_everywhere()
    {
        var (worst, at) = (0.0, 0f);
        for (uint bits = 0; bits < 0x7F80_0000; bits += 1009) // two million numbers from the smallest denormal to the largest
            Look(BitConverter.UInt32BitsToSingle(bits));
        for (var i = 0; i <= 1_000_000; i++) Look(i * 1e-5f);
        Assert.True(worst <= 2, $"tanh({at:R}) is {worst:0.00} units off");

        void Look(float x)
        {
            var (expected, actual) = (Math.Tanh(x), Tanh(x));
            var unit = MathF.BitIncrement((float)Math.Min(expected, 1 - 1e-7)) - (double)(float)Math.Min(expected, 1 - 1e-7);
            var off = Math.Abs(actual - expected) / unit;
            if (!(off > worst)) return;
            (worst, at) = (off, x);
        }
    }

    [Fact]
    public void It_rises_is_odd_and_never_exceeds_one()
    {
        var before = 0f;                                                                 // odd at 0 too: -0 stays -0
        for (var i = 0; i <= 200_000; i++)
        {
            var x = i * 1e-4f;
            var y = Tanh(x);
            Assert.True(y <= 1 && y >= before - 1.2e-7f, $"tanh({x:R}) is {y:R}, after {before:R}");
            Assert.Equal(BitConverter.SingleToInt32Bits(-y), BitConverter.SingleToInt32Bits(Tanh(-x)));
            before = y;
        }
    }

    [Theory]
    [InlineData(0f, 0f)]
    [InlineData(float.Epsilon, float.Epsilon)]
    [InlineData(-1e-38f, -1e-38f)]
    [InlineData(50f, 1f)]
    [InlineData(-float.MaxValue, -1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.NegativeInfinity, -1f)]
    public void Its_ends_are_exact(float x, float expected) =>
        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(Tanh(x)));

    [Fact]
    public void What_is_no_number_stays_none_and_spoils_no_neighbour()
    {
        var y = VectorTanh.Of(Vector256.Create(1f, BitConverter.UInt32BitsToSingle(0x7FC00001), 2f, 0.1f, -float.NaN, 0, 9, -9));
        for (var i = 0; i < 8; i++) Assert.Equal(i is 1 or 4, float.IsNaN(y[i]));
    }

    private static float Tanh(float x) => VectorTanh.Of(Vector256.Create(x)).ToScalar();
}
