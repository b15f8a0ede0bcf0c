using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets.Ntu;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed class NtuNumberTests
{
    [Theory]
    [InlineData("0.2181153")]
    [InlineData("-1.401298E-45")]                       // the smallest float
    [InlineData("1.17549435e-38")]
    [InlineData("0.00000000000000000000000000000000000001175494")]
    [InlineData("16777217")]                            // halfway between two floats: ties to even
    [InlineData("16777219")]
    [InlineData("16777217.000000001")]                  // just above halfway, beyond what the quick way holds
    [InlineData("16777216.999999999")]
    [InlineData("1.00000017881393432617187499")]
    [InlineData("1.00000017881393432617187500")]
    [InlineData("1.00000017881393432617187501")]
    [InlineData("9007199254740993")]
    [InlineData("99999999999999999999999999")]
    [InlineData("3.4028235e38")]
    [InlineData("3.5e38")]                              // infinite
    [InlineData("+.5")]
    [InlineData("5.")]
    [InlineData("-0")]
    [InlineData("0000000000000000000000000.25")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    public void A_number_becomes_the_float_nearest_to_it(string text) => AssertAsParsed(text);

    [Fact]
    public void Random_decimals_become_the_floats_nearest_to_them()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 100_000; trial++)
        {
            var decimals = random.Next(0, 12);
            var digits = random.NextInt64((long)Math.Pow(10, random.Next(1, 17)));
            var text = new StringBuilder(digits.ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0'));
            text.Insert(text.Length - decimals, '.');
            AssertAsParsed(random.Next(2) == 0 ? $"-{text}" : $"{text}");
        }
    }

    [Fact]
    public void Numbers_between_two_floats_go_to_the_right_one()
    {
        var random = new Random(6);
        for (var trial = 0; trial < 20_000; trial++)
        {
            var low = (float)(random.NextDouble() * 8);
            var middle = (decimal)low + ((decimal)MathF.BitIncrement(low) - (decimal)low) / 2;
            foreach (var step in new[] { -1e-13m, 0, 1e-13m })
                AssertAsParsed((middle + step).ToString(CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("0x10")]
    [InlineData("1,5")]
    [InlineData("1e")]
    [InlineData("--1")]
    [InlineData("12a")]
    public void What_is_no_number_is_refused(string text)
    {
        var at = 0;

        Assert.False(NtuNumber.TryRead(Encoding.UTF8.GetBytes(text), ref at, out _));
        Assert.Equal(0, at);
    }

    private static void AssertAsParsed(string text)
    {
        foreach (var rest in new[] { "", " 7", "\r" })
        {
            var at = 0;
            Assert.True(NtuNumber.TryRead(Encoding.UTF8.GetBytes(text + rest), ref at, out var actual), text);
            var expected = float.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            if (BitConverter.SingleToUInt32Bits(expected) != BitConverter.SingleToUInt32Bits(actual))
                Assert.Fail($"{text}: {expected:R} expected; got {actual:R}");
            Assert.Equal(text.Length, at);
        }
    }
}
