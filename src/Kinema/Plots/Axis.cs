using System.Globalization;

namespace Kinema.Plots;

/// <summary>A linear scale with round tick values.</summary>
internal readonly record struct Axis(double From, double To, double Step)
{
    /// <summary>The smallest range of whole steps (1, 2 or 5 times a power of ten) around the values, with about the wanted
    /// ticks.</summary>
    public static Axis Around(double least, double most, int ticks)
    {
        if (!(most > least)) { (least, most) = (least - Math.Max(1, Math.Abs(least)) * 0.5, least + Math.Max(1, Math.Abs(least)) * 0.5); }
        var rough = (most - least) / ticks;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = power * (rough / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 };
        return new Axis(Math.Floor(least / step + 1e-9) * step, Math.Ceiling(most / step - 1e-9) * step, step);
    }

    public IEnumerable<double> Ticks()
    {
        var steps = (int)Math.Round((To - From) / Step);
        for (var i = 0; i <= steps; i++) { yield return From + i * Step; }
    }

    public string Format(double tick) =>
        tick.ToString("F" + Math.Clamp((int)Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 6), CultureInfo.InvariantCulture);

    /// <summary>Where a value lies, 0 at From and 1 at To.</summary>
    public double Place(double value) => (value - From) / (To - From);
}
