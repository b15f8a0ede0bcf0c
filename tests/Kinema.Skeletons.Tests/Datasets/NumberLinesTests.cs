using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class NumberLinesTests
{
    [Fact]
    public void Every_number_is_the_nearest_double_to_its_text()
    {
        var random = new Random(3);
        List<string> texts =
        [
            "0", "-0", "0.0", ".5", "5.", "+1.5", "1e-3", "-1.25E+2", "0.1", "123456789012345", "1234567890123456789", "0.000000000000001", "4.9e-324",
        ];
        for (var i = 0; i < 5000; i++)
        {
            var format = i % 2 == 0 ? "R" : $"F{random.Next(12)}";
            texts.Add((random.NextDouble() * Math.Pow(10, random.Next(-6, 7))).ToString(format, CultureInfo.InvariantCulture));
        }
        var lines = new NumberLines(Encoding.UTF8.GetBytes(string.Join(' ', texts)), "f.txt");

        Assert.True(lines.NextLine());
        foreach (var text in texts)
            Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)), BitConverter.DoubleToInt64Bits(lines.Next()));
        lines.EndLine();
        Assert.False(lines.NextLine());
    }

    [Fact]
    public void Lines_end_with_or_without_a_return_and_blank_ones_are_counted_but_passed_over()
    {
        var lines = new NumberLines("\uFEFF1,2 ,\t3\r\n\n  \r\n4"u8, "f.txt");

        Assert.True(lines.NextLine());
        Assert.Equal((1.0, 2.0, 3.0, 1), (lines.Next(), lines.Next(), lines.Next(), lines.Line));
        lines.EndLine();
        Assert.True(lines.NextLine());
        Assert.Equal((4, 4), (lines.NextInteger("it"), lines.Line));
        Assert.False(lines.NextLine());
    }

    [Theory]
    [InlineData("1 x", "f.txt: line 1: 'x' is not a number")]
    [InlineData("1 2x", "f.txt: line 1: '2x' is not a number")]
    [InlineData("1 1.2.3", "f.txt: line 1: '1.2.3' is not a number")]
    [InlineData("1 -", "f.txt: line 1: '-' is not a number")]
    [InlineData("1 1e", "f.txt: line 1: '1e' is not a number")]
    [InlineData("1 é\0", "f.txt: line 1: 'é?' is not a number")]
    [InlineData("1", "f.txt: line 1: the line ends before all its numbers are there")]
    [InlineData("1 2 3", "f.txt: line 1: has more on it than expected: '3'")]
    [InlineData("1 NaN", "f.txt: line 1: a coordinate is NaN; it must be finite and at most ±100 (the limit of layout nw-ucla)")]
    [InlineData("1 Infinity", "f.txt: line 1: a coordinate is Infinity;")]
    [InlineData("1 -1e999", "f.txt: line 1: a coordinate is -Infinity;")]
    [InlineData("1 100.5", "f.txt: line 1: a coordinate is 100.5;")]
    [InlineData("1.5 1", "f.txt: line 1: it is 1.5; it must be a whole number")]
    [InlineData("3000000000 1", "f.txt: line 1: it is 3000000000; it must be a whole number")]
    public void What_is_wrong_is_said_with_its_line(string text, string message) => Assert.StartsWith(message, Hostile.Refusal(() =>
    {
        var lines = new NumberLines(Encoding.UTF8.GetBytes(text), "f.txt");
        lines.NextLine();
        lines.NextInteger("it");
        lines.NextCoordinate(Layouts.NwUcla);
        lines.EndLine();
    }), StringComparison.Ordinal);

    [Fact]
    public void A_number_of_a_million_digits_is_read_and_a_long_word_is_shown_in_part()
    {
        var lines = new NumberLines(Encoding.ASCII.GetBytes("0." + new string('3', 1_000_000)), "f.txt");
        lines.NextLine();
        Assert.Equal(1 / 3.0, lines.Next());

        Assert.Equal($"f.txt: line 1: '{new string('a', 60)}…' is not a number", Hostile.Refusal(() =>
        {
            var word = new NumberLines(Encoding.ASCII.GetBytes(new string('a', 1_000_000)), "f.txt");
            word.NextLine();
            word.Next();
        }));
    }
}
