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
        var large = Vector256<float>.One - (Vector256.Create(2f) / (VectorExp.Within(capped + capped) + Vector256<float>.One));
        var result = Vector256.ConditionalSelect(Vector256.LessThan(size, Vector256.Create(Border)), small, large) | sign;
        return Vector256.ConditionalSelect(Vector256.Equals(x, x), result, x); // what is no number may carry bits that the exponent would take
    }
}
