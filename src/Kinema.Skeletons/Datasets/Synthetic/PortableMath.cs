namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>
/// Sine and cosine from + − × and rounding only. The library functions of two platforms may differ in the last bit, and a data set
/// made from a seed must be the same everywhere; sums and products of doubles are (IEEE 754, and .NET never fuses them by itself).
/// </summary>
internal static class PortableMath
{
    private const double TwoOverPi = 0.63661977236758134308;
    private const double HalfPiHigh = 1.5707963267948966;         // π/2 rounded to a double,
    private const double HalfPiLow = 6.123233995736766e-17;       // and what the rounding left over

    /// <summary>Sine and cosine of an angle in radians; the error stays below 1e-14 for angles up to some thousand radians.</summary>
    public static (double Sin, double Cos) SinCos(double angle)
    {
        var quarter = Math.Round(angle * TwoOverPi);
        var r = angle - quarter * HalfPiHigh - quarter * HalfPiLow;    // |r| ≤ π/4
        var q = r * r;

        // Taylor polynomials in Horner form; at π/4 the first term left out is below 1e-17.
        var sin = r * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110 * (1 - q / 156 * (1 - q / 210)))))));
        var cos = 1 - q / 2 * (1 - q / 12 * (1 - q / 30 * (1 - q / 56 * (1 - q / 90 * (1 - q / 132 * (1 - q / 182 * (1 - q / 240)))))));
        return ((long)quarter & 3) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
    }

    /// <summary>Sine of an angle in radians.</summary>
    public static double Sin(double angle) => SinCos(angle).Sin;

    /// <summary>The minimum-jerk step of a reaching hand: 0 before <paramref name="start"/>, 1 after <paramref name="end"/>.</summary>
    public static double Ramp(double u, double start, double end)
    {
        var x = Math.Clamp((u - start) / (end - start), 0, 1);
        return x * x * x * (10 + x * (6 * x - 15));
    }

    /// <summary>Up between the first two moments, down between the last two.</summary>
    public static double Bump(double u, double rise, double top, double fall, double end) => Ramp(u, rise, top) - Ramp(u, fall, end);

    /// <summary>Sine of 2π times the number of turns.</summary>
    public static double Wave(double turns) => Sin(2 * Math.PI * turns);
}
