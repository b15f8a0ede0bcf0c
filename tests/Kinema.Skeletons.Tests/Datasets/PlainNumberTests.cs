using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class PlainNumberTests
{
    [Theory]
    [InlineData("0.2181153 -1", 9)]
    [InlineData("-.5,", 3)]
    [InlineData("+5.", 3)]
    [InlineData("1e3", 1)]                                  // the caller sees the e, and goes the long way
    [InlineData("9007199254740992", 16)]
    [InlineData("0.0000000000000000001", 0)]                // 20 digits
    [InlineData("9007199254740993", 0)]                     // no double
    [InlineData("-", 0)]
    [InlineData("", 0)]
    [InlineData("..5", 0)]
    [InlineData("x", 0)]
    public void Digits_are_read_as_far_as_they_go(string text, int length)
    {
        var read = PlainNumber.TryRead(Encoding.ASCII.GetBytes(text), out var value, out var used);

        Assert.Equal(length > 0, read);
        if (!read) return;
        Assert.Equal(length, used);
        Assert.Equal(double.Parse(text[..length], CultureInfo.InvariantCulture), value);
    }

    [Theory]
    [InlineData("-0", true)]
    [InlineData("+1.5e-3", true)]
    [InlineData("4.9e-324", true)]
    [InlineData("0.30000000000000004", true)]
    [InlineData("NaN", true)]
    [InlineData("++5", false)]
    [InlineData("+-5", false)]
    [InlineData("5 ", false)]
    [InlineData("1.2.3", false)]
    [InlineData("0x10", false)]
    [InlineData("1,5", false)]
    [InlineData("", false)]
    public void A_field_is_a_number_or_it_is_not(string text, bool number)
    {
        Assert.Equal(number, PlainNumber.TryParse(Encoding.ASCII.GetBytes(text), out var value));
        if (number)
            Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)), BitConverter.DoubleToInt64Bits(value));
    }

    [Fact]
    public void Random_decimals_become_the_doubles_nearest_to_them()
    {
        var random = new Random(5);
        for (var trial = 0; trial < 100_000; trial++)
        {
            var decimals = random.Next(0, 12);
            var text = (random.NextInt64((long)Math.Pow(10, random.Next(1, 17))) / (decimal)Math.Pow(10, decimals)).ToString($"F{decimals}", CultureInfo.InvariantCulture);
            Assert.True(PlainNumber.TryParse(Encoding.ASCII.GetBytes(text), out var value));
            Assert.Equal(double.Parse(text, CultureInfo.InvariantCulture), value);
        }
    }
}
