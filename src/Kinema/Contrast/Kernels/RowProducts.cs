using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Kinema.Contrast.Kernels;

/// <summary>Products of one anchor and eight rows of a bank, each sum in a register.</summary>
internal static unsafe class RowProducts
{
    /// <summary>Rows at a time.</summary>
    internal const int Rows = 8;

    /// <summary>Multiplies.</summary>
    /// <param name="anchor">(D).</param>
    /// <param name="rows">(count, D).</param>
    /// <param name="dimension">D.</param>
    /// <param name="count">1 to 8; where there are fewer than 8 the last row is multiplied again.</param>
    /// <param name="products">Room for 8.</param>
    internal static void Multiply(float* anchor, float* rows, int dimension, int count, float* products)
    {
        long step = dimension, last = count - 1;
        float* r0 = rows, r1 = rows + (Math.Min(1, last) * step), r2 = rows + (Math.Min(2, last) * step), r3 = rows + (Math.Min(3, last) * step);
        float* r4 = rows + (Math.Min(4, last) * step), r5 = rows + (Math.Min(5, last) * step), r6 = rows + (Math.Min(6, last) * step),
            r7 = rows + (Math.Min(7, last) * step);
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        var d = 0;
        if (Vector512.IsHardwareAccelerated && dimension >= Vector512<float>.Count)
        {
            Vector512<float> w0 = default, w1 = default, w2 = default, w3 = default, w4 = default, w5 = default, w6 = default, w7 = default;
            for (; d + Vector512<float>.Count <= dimension; d += Vector512<float>.Count)
            {
                var x = Vector512.Load(anchor + d);
                w0 = Vector512.MultiplyAddEstimate(x, Vector512.Load(r0 + d), w0);
                w1 = Vector512.MultiplyAddEstimate(x, Vector512.Load(r1 + d), w1);
                w2 = Vector512.MultiplyAddEstimate(x, Vector512.Load(r2 + d), w2);
                w3 = Vector512.MultiplyAddEstimate(x, Vector512.Load(r3 + d), w3);
                w4 = Vector512.MultiplyAddEstimate(x, Vector512.Load(r4 + d), w4);
                w5 = Vector512.MultiplyAddEstimate(x, Vector512.Load(r5 + d), w5);
                w6 = Vector512.MultiplyAddEstimate(x, Vector512.Load(r6 + d), w6);
                w7 = Vector512.MultiplyAddEstimate(x, Vector512.Load(r7 + d), w7);
            }

            (s0, s1, s2, s3) = (Halves(w0), Halves(w1), Halves(w2), Halves(w3));
            (s4, s5, s6, s7) = (Halves(w4), Halves(w5), Halves(w6), Halves(w7));
        }

        for (; d + Vector256<float>.Count <= dimension; d += Vector256<float>.Count)
        {
            var x = Vector256.Load(anchor + d);
            s0 = Vector256.MultiplyAddEstimate(x, Vector256.Load(r0 + d), s0);
            s1 = Vector256.MultiplyAddEstimate(x, Vector256.Load(r1 + d), s1);
            s2 = Vector256.MultiplyAddEstimate(x, Vector256.Load(r2 + d), s2);
            s3 = Vector256.MultiplyAddEstimate(x, Vector256.Load(r3 + d), s3);
            s4 = Vector256.MultiplyAddEstimate(x, Vector256.Load(r4 + d), s4);
            s5 = Vector256.MultiplyAddEstimate(x, Vector256.Load(r5 + d), s5);
            s6 = Vector256.MultiplyAddEstimate(x, Vector256.Load(r6 + d), s6);
            s7 = Vector256.MultiplyAddEstimate(x, Vector256.Load(r7 + d), s7);
        }

        var sums = Sums(s0, s1, s2, s3, s4, s5, s6, s7);
        for (; d < dimension; d++)
            sums += Vector256.Create(r0[d], r1[d], r2[d], r3[d], r4[d], r5[d], r6[d], r7[d]) * anchor[d];
        sums.Store(products);
    }

    private static Vector256<float> Halves(Vector512<float> sum) => sum.GetLower() + sum.GetUpper();

    // The sum of each vector's eight numbers: with AVX neighbours of two vectors are added in one instruction.
    private static Vector256<float> Sums(
        Vector256<float> s0, Vector256<float> s1, Vector256<float> s2, Vector256<float> s3,
        Vector256<float> s4, Vector256<float> s5, Vector256<float> s6, Vector256<float> s7)
    {
        if (!Avx.IsSupported)
        {
            return Vector256.Create(
                Vector256.Sum(s0), Vector256.Sum(s1), Vector256.Sum(s2), Vector256.Sum(s3),
                Vector256.Sum(s4), Vector256.Sum(s5), Vector256.Sum(s6), Vector256.Sum(s7));
        }

        var first = Avx.HorizontalAdd(Avx.HorizontalAdd(s0, s1), Avx.HorizontalAdd(s2, s3));  // of each of four, the lower half's sum, then the upper's
        var second = Avx.HorizontalAdd(Avx.HorizontalAdd(s4, s5), Avx.HorizontalAdd(s6, s7));
        return Avx.Permute2x128(first, second, 0x20) + Avx.Permute2x128(first, second, 0x31);
    }
}
