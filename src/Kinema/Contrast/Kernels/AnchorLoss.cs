using System.Runtime.Intrinsics;

namespace Kinema.Contrast.Kernels;

/// <summary>
/// One anchor's part of the loss in closed form, and its derivative in each similarity:
///   L = 1/(2P) Σ_G Σ_p softplus(lse_G - s_p/τ),   lse_G = log Σ_{q∈G} exp(s_q/τ)
///   ∂L/∂s_p = -1/(2Pτ) Σ_G σ(lse_G - s_p/τ),      ∂L/∂s_q = 1/(2Pτ) softmax_q(s_G/τ) Σ_p σ(lse_G - s_p/τ)
/// In double: a few thousand exponentials cost nothing beside the scan.
/// </summary>
internal static class AnchorLoss
{
    private const int OnStack = 1024;

    /// <summary>The loss of an anchor that takes part. Its derivative in each similarity takes the place of the similarity.</summary>
    /// <param name="rows">What it is contrasted with.</param>
    /// <param name="temperature">τ.</param>
    internal static double Of(AnchorRows rows, double temperature)
    {
        Span<float> far = rows.Positives.Similarity;
        var slopes = far.Length <= OnStack ? stackalloc double[OnStack] : new double[far.Length];
        slopes = slopes[..far.Length];
        slopes.Clear();
        var loss = Group(far, rows.HardNegatives.Similarity, temperature, slopes) + Group(far, rows.RandomNegatives.Similarity, temperature, slopes);
        for (var p = 0; p < far.Length; p++) far[p] = (float)slopes[p];
        return loss / 2;
    }

    private static double Group(ReadOnlySpan<float> far, Span<float> group, double temperature, Span<double> slopes)
    {
        double largest = double.NegativeInfinity;
        foreach (var similarity in group) largest = Math.Max(largest, similarity);
        var total = Shares(group, largest, temperature);
        var logSumExp = Math.Log(total) + (largest / temperature);
        double loss = 0, weight = 0;
        var scale = 1 / (2 * far.Length * temperature);
        for (var p = 0; p < far.Length; p++)
        {
            var margin = logSumExp - (far[p] / temperature);
            var small = Math.Exp(-Math.Abs(margin)); // of both signs, so that nothing overflows
            loss += Math.Max(margin, 0) + Math.Log(1 + small);
            var sigmoid = margin >= 0 ? 1 / (1 + small) : small / (1 + small);
            weight += sigmoid;
            slopes[p] -= scale * sigmoid;
        }

        var factor = scale * weight / total;
        for (var q = 0; q < group.Length; q++) group[q] = (float)(factor * group[q]);
        return loss / far.Length;
    }

    // exp((s_q - largest)/τ) in place of each s_q, and their sum.
    private static double Shares(Span<float> group, double largest, double temperature)
    {
        var (q, sum) = (0, Vector256<double>.Zero);
        for (; q + Vector128<float>.Count <= group.Length; q += Vector128<float>.Count)
        {
            var four = group.Slice(q, Vector128<float>.Count);
            var (low, high) = Vector128.Widen(Vector128.Create<float>(four));
            var share = Vector256.Exp((Vector256.Create(low, high) - Vector256.Create(largest)) / temperature);
            sum += share;
            Vector128.Narrow(share.GetLower(), share.GetUpper()).CopyTo(four);
        }

        var total = Vector256.Sum(sum);
        for (; q < group.Length; q++)
        {
            var share = Math.Exp((group[q] - largest) / temperature);
            total += share;
            group[q] = (float)share;
        }

        return total;
    }
}
