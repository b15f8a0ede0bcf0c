namespace Kinema.Contrast.Kernels;

/// <summary>
/// One anchor's part of the loss in closed form, and its derivative in each similarity:
///   L = 1/(2P) Σ_G Σ_p softplus(lse_G - s_p/τ),   lse_G = log Σ_{q∈G} exp(s_q/τ)
///   ∂L/∂s_p = -1/(2Pτ) Σ_G σ(lse_G - s_p/τ),      ∂L/∂s_q = 1/(2Pτ) softmax_q(s_G/τ) Σ_p σ(lse_G - s_p/τ)
/// In double: a few thousand exponentials cost nothing beside the scan.
/// </summary>
internal static class AnchorLoss
{
    /// <summary>The loss of an anchor that takes part, and its derivatives.</summary>
    /// <param name="rows">What it is contrasted with.</param>
    /// <param name="temperature">τ.</param>
    internal static (double Loss, float[] Positives, float[] Hard, float[] Random) Of(AnchorRows rows, double temperature)
    {
        var positives = new double[rows.Positives.Similarity.Length];
        var (hardLoss, hard) = Group(rows.Positives.Similarity, rows.HardNegatives.Similarity, temperature, positives);
        var (randomLoss, random) = Group(rows.Positives.Similarity, rows.RandomNegatives.Similarity, temperature, positives);
        return ((hardLoss + randomLoss) / 2, Array.ConvertAll(positives, value => (float)value), hard, random);
    }

    private static (double Loss, float[] Derivatives) Group(float[] far, float[] group, double temperature, double[] farDerivatives)
    {
        double largest = group.Max(), total = 0;
        var shares = new double[group.Length];
        for (var q = 0; q < group.Length; q++) total += shares[q] = Math.Exp((group[q] - largest) / temperature);
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
            farDerivatives[p] -= scale * sigmoid;
        }

        return (loss / far.Length, Array.ConvertAll(shares, share => (float)(scale * weight * share / total)));
    }
}
