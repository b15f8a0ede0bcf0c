using Kinema.Contrast.Kernels;

namespace Kinema.Tests.Contrast.Kernels;

public sealed class ShortlistTests
{
    [Theory, InlineData(1, 1), InlineData(5, 3), InlineData(7, 400), InlineData(64, 5000), InlineData(200, 150), InlineData(1000, 1000)]
    public void It_keeps_what_sorting_would_put_first(int keep, int offered)
    {
        var random = new Random(keep);
        // Few different values, so that most are equal to another; both zeros among them.
        float[] values = [.. Enumerable.Range(0, offered).Select(_ => random.Next(-20, 20) * (random.Next(2) == 0 ? 0.1f : -0.1f))];
        using var list = new Shortlist(keep, offered);
        for (var row = 0; row < offered; row++) list.Add(values[row], row);
        AssertKept(values, keep, list);
    }

    [Fact]
    public void Two_lists_of_parts_make_the_list_of_the_whole()
    {
        var random = new Random(5);
        float[] values = [.. Enumerable.Range(0, 3000).Select(_ => MathF.Round(random.NextSingle(), 2))];
        using Shortlist one = new(100, values.Length), two = new(100, values.Length);
        for (var row = 0; row < values.Length; row++) (row % 3 == 0 ? one : two).Add(values[row], row);
        two.AddAll(one);
        AssertKept(values, 100, two);
    }

    [Fact]
    public void What_is_no_number_is_not_kept_but_noticed()
    {
        using var list = new Shortlist(2, 10);
        list.Add(1, 0);
        Assert.False(list.SawNaN);
        list.Add(float.NaN, 1);
        list.Add(float.NegativeInfinity, 2);
        list.Add(float.PositiveInfinity, 3);
        Assert.True(list.SawNaN);
        var kept = list.TakeSorted();
        Assert.Equal([0, 3], kept.Rows);
        Assert.Equal([1, float.PositiveInfinity], kept.Similarity);
    }

    private static void AssertKept(float[] values, int keep, Shortlist list)
    {
        int[] expected = [.. Enumerable.Range(0, values.Length).OrderByDescending(row => values[row] + 0f).ThenBy(row => row).Take(keep).Order()];
        var kept = list.TakeSorted();
        Assert.Equal(expected, kept.Rows);
        Assert.Equal(expected.Select(row => values[row]), kept.Similarity);
    }
}
