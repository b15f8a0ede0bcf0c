using Kinema.Contrast.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Contrast.Kernels;

public sealed class RandomNegativesTests
{
    // Class 0 has nine rows of ten, every seventh row was never written: some nine of ten numbers are thrown away.
    // 60 of some 257 rows are drawn until they have come, 200 are shuffled.
    [Theory, InlineData(60), InlineData(200)]
    public void Of_an_uneven_bank_every_row_of_other_classes_comes_equally_often(int count)
    {
        const int rows = 3000, anchors = 1500;
        int[] classes = [.. Enumerable.Range(0, rows).Select(row => row % 7 == 0 ? -1 : row % 10 == 0 ? 1 + (row / 10 % 3) : 0)];
        int[] others = [.. Enumerable.Range(0, rows).Where(row => classes[row] > 0)];
        using var random = new Generator(5);
        var drawn = RandomNegatives.Draw(new int[anchors], classes, count, random);

        Assert.All(drawn, draw =>
        {
            Assert.Equal(count, draw.Distinct().Count());
            Assert.Equal(draw.Order(), draw);
            Assert.All(draw, row => Assert.True(classes[row] > 0));
        });
        var share = (double)count / others.Length;
        var (mean, deviation) = (anchors * share, Math.Sqrt(anchors * share * (1 - share)));
        var times = drawn.SelectMany(draw => draw).CountBy(row => row).ToDictionary();
        Assert.All(others, row => Assert.InRange(times.GetValueOrDefault(row), mean - (5 * deviation), mean + (5 * deviation)));
        var statistic = others.Sum(row => Math.Pow((times.GetValueOrDefault(row) - mean) / deviation, 2)) * (others.Length - 1) / others.Length;
        Assert.InRange(statistic, others.Length - 1 - (5 * Math.Sqrt(2 * others.Length)), others.Length - 1 + (5 * Math.Sqrt(2 * others.Length)));
    }

    [Fact]
    public void Where_there_are_too_few_all_of_them_come()
    {
        using var random = new Generator(1);
        Assert.Equal([[1, 3], [0, 4]], RandomNegatives.Draw([0, 2], new[] { 0, 2, -1, 2, 0 }, 5, random));
        Assert.Equal([[]], RandomNegatives.Draw([0], new[] { -1, -1 }, 3, random));
        Assert.Equal([[0, 1]], RandomNegatives.Draw([7], new[] { 3, 3 }, 2, random)); // of a class that the bank does not have
    }
}
