using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kinema.Torch;

/// <summary>
/// tanh of eight numbers, within two units of the last place. Near 0 it is the odd polynomial of Cephes' tanhf, elsewhere
/// 1 - 2 / (e²ˣ + 1); both are computed for |x|, and the sign is put back, so that tanh(-x) = -tanh(x) and -0 stays -0. NaN stays NaN.
/// </summary>
internal static class VectorTanh
{
    private const float Border = 0.625f;
    private const float Largest = 10;             // from 9.02 on the nearest number is 1
    private const float Shift = 12_582_912;       // 1.5 · 2²³: adding it rounds to whole numbers, which are then the lowest bits
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f;   // few digits, so that whole multiples are exact
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>tanh x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Of(Vector256<float> x)
    {
        var sign = x & Vector256.Create(-0f);
        var size = x ^ sign;
        var z = size * size;
        var small = Vector256.MultiplyAddEstimate(Vector256.Create(-5.70498872745e-3f), z, Vector256.Create(2.06390887954e-2f));
        small = Vector256.MultiplyAddEstimate(small, z, Vector256.Create(-5.37397155531e-2f));
        small = Vector256.MultiplyAddEstimate(small, z, Vector256.Create(1.33314422036e-1f));
        small = Vector256.MultiplyAddEstimate(small, z, Vector256.Create(-3.33332819422e-1f));
        small = Vector256.MultiplyAddEstimate(small * z, size, size);
        var capped = Vector256.ConditionalSelect(Vector256.GreaterThan(size, Vector256.Create(Largest)), Vector256.Create(Largest), size);
        var large = Vector256<float>.One - (Vector256.Create(2f) / (Exp(capped + capped) + Vector256<float>.One));
        var result = Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(Border)), small, large) | sign;
        return Vector256.ConditionalSelect(Vector256.Equals(x, x), result, x); // what is no number may carry bits that the exponent would take
    }

    // eˣ for 0 ≤ x ≤ 20, by Cephes' expf: x = n ln 2 + r, a polynomial in r, and n added to the exponent.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exp(Vector256<float> x)
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
