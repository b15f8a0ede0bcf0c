namespace Kinema.Tests.Encoders;

/// <summary>What the numbers of a new network are drawn from.</summary>
internal static class FirstValues
{
    /// <summary>Within five standard errors of mean and deviation, and not bounded as a uniform draw would be.</summary>
    public static void AssertNormal(string name, double[] values, double mean, double deviation)
    {
        var (average, count) = (values.Average(), values.Length);
        var spread = Math.Sqrt(values.Average(value => (value - average) * (value - average)));
        Assert.True(Math.Abs(average - mean) < 5 * deviation / Math.Sqrt(count), $"{name}: mean {average:R}, not {mean:R}");
        Assert.True(Math.Abs(spread - deviation) < 5 * deviation / Math.Sqrt(2 * count), $"{name}: deviation {spread:R}, not {deviation:R}");
        if (count > 1000) Assert.True(values.Max(value => Math.Abs(value - mean)) > 2.5 * deviation, $"{name}: is not normal");
    }

    /// <summary>Within bounds, and nearly up to them.</summary>
    public static void AssertUniform(string name, double[] values, double bound)
    {
        Assert.True(values.Max(Math.Abs) <= bound, $"{name}: beyond {bound:R}");
        Assert.True(values.Max() > 0.8 * bound && values.Min() < -0.8 * bound, $"{name}: does not fill ±{bound:R}");
    }
}
