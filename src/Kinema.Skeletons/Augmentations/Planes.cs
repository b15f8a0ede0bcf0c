using System.Runtime.Intrinsics;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// Arithmetic on one coordinate of many points at a time, four doubles to a vector. Every number goes through the same operations in the
/// same order as in a plain loop, so that the results are the same to the last bit on every machine.
/// </summary>
internal static class Planes
{
    /// <summary>x ← x·a + y·b + z·c, term by term from the left.</summary>
    internal static void Combine(ReadOnlySpan<double> x, double a, ReadOnlySpan<double> y, double b, ReadOnlySpan<double> z, double c, Span<double> to)
    {
        var i = 0;
        for (; i + Vector256<double>.Count <= to.Length; i += Vector256<double>.Count)
            ((Load(x, i) * a) + (Load(y, i) * b) + (Load(z, i) * c)).CopyTo(to[i..]);
        for (; i < to.Length; i++) to[i] = (x[i] * a) + (y[i] * b) + (z[i] * c);
    }

    /// <summary>x ← x·a + z·c.</summary>
    internal static void Combine(ReadOnlySpan<double> x, double a, ReadOnlySpan<double> z, double c, Span<double> to)
    {
        var i = 0;
        for (; i + Vector256<double>.Count <= to.Length; i += Vector256<double>.Count)
            ((Load(x, i) * a) + (Load(z, i) * c)).CopyTo(to[i..]);
        for (; i < to.Length; i++) to[i] = (x[i] * a) + (z[i] * c);
    }

    /// <summary>x ← (x - min)/(max - min)·2 - 1; 0 where all are equal.</summary>
    internal static void Normalize(Span<double> x)
    {
        var (low, high) = Extent(x);
        if (!(high > low))
        {
            x.Clear();
            return;
        }

        var (i, width) = (0, high - low);
        for (; i + Vector256<double>.Count <= x.Length; i += Vector256<double>.Count)
            (((Load(x, i) - Vector256.Create(low)) / width * 2) - Vector256<double>.One).CopyTo(x[i..]);
        for (; i < x.Length; i++) x[i] = ((x[i] - low) / width * 2) - 1;
    }

    /// <summary>to ← x - y, rounded to single precision.</summary>
    internal static void Difference(ReadOnlySpan<double> x, ReadOnlySpan<double> y, Span<float> to)
    {
        var i = 0;
        for (; i + Vector256<float>.Count <= to.Length; i += Vector256<float>.Count)
            Vector256.Narrow(Load(x, i) - Load(y, i), Load(x, i + 4) - Load(y, i + 4)).CopyTo(to[i..]);
        for (; i < to.Length; i++) to[i] = (float)(x[i] - y[i]);
    }

    /// <summary>to ← x, rounded to single precision.</summary>
    internal static void Round(ReadOnlySpan<double> x, Span<float> to)
    {
        var i = 0;
        for (; i + Vector256<float>.Count <= to.Length; i += Vector256<float>.Count)
            Vector256.Narrow(Load(x, i), Load(x, i + 4)).CopyTo(to[i..]);
        for (; i < to.Length; i++) to[i] = (float)x[i];
    }

    private static (double Low, double High) Extent(ReadOnlySpan<double> x)
    {
        var (low, high, i) = (double.PositiveInfinity, double.NegativeInfinity, 0);
        if (x.Length >= Vector256<double>.Count)
        {
            Vector256<double> least = Load(x, 0), most = least;
            for (; i + Vector256<double>.Count <= x.Length; i += Vector256<double>.Count)
            {
                least = Vector256.Min(least, Load(x, i));
                most = Vector256.Max(most, Load(x, i));
            }

            for (var lane = 0; lane < Vector256<double>.Count; lane++)
                (low, high) = (Math.Min(low, least[lane]), Math.Max(high, most[lane]));
        }

        for (; i < x.Length; i++) (low, high) = (Math.Min(low, x[i]), Math.Max(high, x[i]));
        return (low, high);
    }

    private static Vector256<double> Load(ReadOnlySpan<double> x, int at) => Vector256.Create(x.Slice(at, Vector256<double>.Count));
}
