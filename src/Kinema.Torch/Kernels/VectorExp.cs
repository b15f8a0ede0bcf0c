using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// eˣ of eight numbers, within two units of the last place, by Cephes' expf: x = n ln 2 + r, a polynomial in r, and n added to the exponent.
/// </summary>
internal static class VectorExp
{
    /// <summary>From here down the result stays e⁻⁸⁷, some 10⁻³⁸, and is not 0.</summary>
    internal const float Lowest = -87;

    /// <summary>From here up the result stays e⁸⁷.</summary>
    internal const float Highest = 87;

    private const float Shift = 12_582_912;       // 1.5 · 2²³: adding it rounds to whole numbers, which are then the lowest bits
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f;   // few digits, so that whole multiples are exact
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>eˣ. NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Of(Vector256<float> x)
    {
        var within = Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create(Lowest)), Vector256.Create(Lowest), x);
        within = Vector256.ConditionalSelect(Vector256.GreaterThan(within, Vector256.Create(Highest)), Vector256.Create(Highest), within);
        return Vector256.ConditionalSelect(Vector256.Equals(x, x), Within(within), x); // what is no number may carry bits that the exponent would take
    }

    /// <summary>The same of sixteen numbers: bit for bit what two times eight give.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<float> Of(Vector512<float> x) => Vector512.Create(Of(x.GetLower()), Of(x.GetUpper()));

    /// <summary>The same for numbers that are known to be from <see cref="Lowest"/> to <see cref="Highest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Within(Vector256<float> x)
    {
        var shifted = Vector256.MultiplyAddEstimate(x, Vector256.Create(Log2E), Vector256.Create(Shift));
        var n = shifted - Vector256.Create(Shift);
        var r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-Ln2High), x);
        r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-Ln2Low), r);
        var p = Vector256.MultiplyAddEstimate(Vector256.Create(1.9875691500e-4f), r, Vector256.Create(1.3981999507e-3f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(5.0000001201e-1f));
        p = Vector256.MultiplyAddEstimate(p * r, r, r) + Vector256<float>.One;
        return (p.AsInt32() + (shifted.AsInt32() << 23)).AsSingle();
    }
}
