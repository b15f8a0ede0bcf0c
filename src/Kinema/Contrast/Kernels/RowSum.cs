using System.Runtime.Intrinsics;

namespace Kinema.Contrast.Kernels;

/// <summary>Adds rows of a bank to an anchor's gradient, each times its score, as far down the bank as told.</summary>
/// <param name="rows">Ascending; by now the scores are derivatives.</param>
/// <param name="target">(D), the gradient in the anchor.</param>
internal sealed unsafe class RowSum(ScoredRows rows, float* target)
{
    private int next;

    /// <summary>Adds the rows before one that are not added yet.</summary>
    /// <param name="end">The row.</param>
    /// <param name="scale">Of all scores.</param>
    /// <param name="bank">(B, D).</param>
    /// <param name="dimension">D.</param>
    internal void AddBelow(int end, float scale, float* bank, int dimension)
    {
        var until = next;
        while (until < rows.Rows.Length && rows.Rows[until] < end) until++;
        for (; next + 4 <= until; next += 4) AddFour(next, scale, bank, dimension);
        for (; next < until; next++) AddOne(next, scale, bank, dimension);
    }

    private void AddOne(int i, float scale, float* bank, int dimension)
    {
        var row = bank + ((long)rows.Rows[i] * dimension);
        var weight = rows.Similarity[i] * scale;
        var (d, factor) = (0, Vector256.Create(weight));
        for (; d + Vector256<float>.Count <= dimension; d += Vector256<float>.Count)
            Vector256.MultiplyAddEstimate(factor, Vector256.Load(row + d), Vector256.Load(target + d)).Store(target + d);
        for (; d < dimension; d++) target[d] += weight * row[d];
    }

    // The sum is loaded and stored a quarter as often, in the same order of additions.
    private void AddFour(int first, float scale, float* bank, int dimension)
    {
        var row = rows.Rows.AsSpan(first, 4);
        var score = rows.Similarity.AsSpan(first, 4);
        float* r0 = bank + ((long)row[0] * dimension), r1 = bank + ((long)row[1] * dimension),
            r2 = bank + ((long)row[2] * dimension), r3 = bank + ((long)row[3] * dimension);
        float w0 = score[0] * scale, w1 = score[1] * scale, w2 = score[2] * scale, w3 = score[3] * scale;
        Vector256<float> f0 = Vector256.Create(w0), f1 = Vector256.Create(w1), f2 = Vector256.Create(w2), f3 = Vector256.Create(w3);
        var d = 0;
        for (; d + Vector256<float>.Count <= dimension; d += Vector256<float>.Count)
        {
            var sum = Vector256.MultiplyAddEstimate(f0, Vector256.Load(r0 + d), Vector256.Load(target + d));
            sum = Vector256.MultiplyAddEstimate(f1, Vector256.Load(r1 + d), sum);
            sum = Vector256.MultiplyAddEstimate(f2, Vector256.Load(r2 + d), sum);
            Vector256.MultiplyAddEstimate(f3, Vector256.Load(r3 + d), sum).Store(target + d);
        }

        for (; d < dimension; d++)
        {
            target[d] += w0 * r0[d];
            target[d] += w1 * r1[d];
            target[d] += w2 * r2[d];
            target[d] += w3 * r3[d];
        }
    }
}
