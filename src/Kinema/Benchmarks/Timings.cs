namespace Kinema.Benchmarks;

/// <summary>The times of equal rounds.</summary>
/// <param name="Milliseconds">In the order in which they were taken.</param>
public sealed record Timings(IReadOnlyList<double> Milliseconds)
{
    /// <summary>Half of the rounds took less.</summary>
    public double Median => Percentile(0.5);

    /// <summary>One round in twenty took more.</summary>
    public double P95 => Percentile(0.95);

    /// <summary>The least disturbed round.</summary>
    public double Least => Milliseconds.Min();

    /// <summary>The time that a share of the rounds did not exceed, between neighbours by proportion.</summary>
    /// <param name="share">0 to 1.</param>
    public double Percentile(double share)
    {
        var sorted = Milliseconds.Order().ToArray();
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((at - below) * (sorted[above] - sorted[below]));
    }
}
