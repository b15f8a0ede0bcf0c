using System.Runtime.Intrinsics;

namespace Kinema.Torch.Tests.Kernels;

public sealed class VectorExpTests
{
    [Fact]
    public void It_is_within_two_units_of_the_last_place_from_end_to_end()
    {
        var (worst, at) = (0.0, 0f);
        for (var i = -870_000; i <= 870_000; i++) Look(i * 1e-4f);
        for (var x = 1e-30f; x < 1; x *= 1.01f)
        {
            Look(x);
            Look(-x);
        }

        Assert.True(worst <= 2, $"exp({at:R}) is {worst:0.00} units off");

        void Look(float x)
        {
            var expected = Math.Exp(x);
            var unit = MathF.BitIncrement((float)expected) - (double)(float)expected;
            var off = Math.Abs(Exp(x) - expected) / unit;
            if (!(off > worst)) return;
            (worst, at) = (off, x);
        }
    }

    [Fact]
    public void Beyond_the_ends_it_stays_there_and_NaN_stays_NaN()
    {
        Assert.Equal(Exp(-87), Exp(-1000));
        Assert.Equal(Exp(-87), Exp(float.NegativeInfinity));
        Assert.Equal(Exp(87), Exp(float.PositiveInfinity));
        Assert.True(float.IsNaN(Exp(float.NaN)));
        Assert.True(float.IsNaN(Exp(BitConverter.UInt32BitsToSingle(0xFFFF_FFFF))));
        Assert.Equal(1, Exp(0));
        Assert.Equal(1, Exp(-0f));
    }

    [Fact]
    public void Sixteen_at_a_time_are_two_times_eight()
    {
        var x = Vector512.Create(0f, 1, -1, 20, -20, 86, -86, 90, -90, 0.5f, float.NaN, 3, float.NegativeInfinity, 1e-20f, -3, float.PositiveInfinity);
        var y = VectorExp.Of(x);
        for (var i = 0; i < 16; i++) Assert.Equal(Exp(x[i]), y[i]);
    }

    private static float Exp(float x) => VectorExp.Of(Vector256.Create(x))[3];
}
