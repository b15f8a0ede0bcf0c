using Kinema.Contrast.Kernels;
using Kinema.Torch;

namespace Kinema.Contrast;

/// <summary>One contrastive term and how many anchors it rests on.</summary>
/// <param name="Loss">A scalar, 0 when no anchor took part.</param>
/// <param name="Anchors">A scalar count.</param>
public sealed record ContrastTerm(Tensor Loss, Tensor Anchors);

/// <summary>
/// CSRE's contrast of a batch with a bank holding the last feature of every training clip (paper eq. 7 to 9, as the released code reads
/// them): two InfoNCE groups, one against the hard negatives and one against the random ones, averaged:
///   L = mean over anchors a, positives p, groups G of  log(1 + Σ_{q∈G} exp((s_aq - s_ap)/τ)),   s = cosine
/// which is softplus(lse_G(a) - s_ap/τ): the 513-wide rows of logits are never made. An anchor meets its own fresh row and those of its
/// batch, since the bank is written first. An anchor whose bank rows are too few sits the step out and is reported.
/// </summary>
/// <param name="bank">Written at every call.</param>
/// <param name="options">Counts and temperature.</param>
public sealed class CsreLoss(ClipBank bank, CsreOptions options)
{
    private static readonly Operator AtLeastOne = new("aten::clamp_min");

    /// <summary>Writes the batch into the bank, samples, and contrasts.</summary>
    /// <param name="features">(N, D), not normalised.</param>
    /// <param name="labels">(N); on the processor, or it waits for them.</param>
    /// <param name="rows">(N), the bank row of each clip; likewise.</param>
    /// <param name="random">The source of the random negatives.</param>
    /// <exception cref="ArgumentException">The shapes do not go together.</exception>
    public ContrastTerm Forward(Tensor features, Tensor labels, Tensor rows, Generator random)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(rows);
        // The kernel reads and writes memory by these sizes: nothing else would notice.
        var (n, d) = (features.Dims == 2 ? features.Size(0) : -1, bank.Features.Value.Size(1));
        if (n < 1 || features.Size(1) != d || !labels.Sizes.SequenceEqual([n]) || !rows.Sizes.SequenceEqual([n]))
            throw new ArgumentException(
                $"CSRE contrasts features (N, {d}) with labels (N) and rows (N); got {features.ShapeText()}, {labels.ShapeText()} and {rows.ShapeText()}");
        if (ContrastKernel.Takes(features, bank))
            return ContrastKernel.Apply(Written(features, rows), labels, bank, options, random);
        var similarity = Similarity(features, rows);
        return Contrast(similarity, HybridSampler.Sample(similarity.Detach(), labels, bank, options, random));
    }

    /// <summary>Writes the batch into the bank, at unit length, (N, D).</summary>
    internal Tensor Written(Tensor features, Tensor rows)
    {
        var unit = features / features.Norm(1, keepDim: true);
        bank.Write(rows, unit);
        return unit;
    }

    /// <summary>Writes the batch into the bank and compares it with every row, (N, B).</summary>
    internal Tensor Similarity(Tensor features, Tensor rows) =>
        Written(features, rows).MatMul(bank.Features.Value.Transpose(0, 1));             // backward must run before the next write

    /// <summary>The loss of a given choice of rows.</summary>
    internal ContrastTerm Contrast(Tensor similarity, ContrastSample sample)
    {
        var scaled = similarity / options.Temperature;
        var far = scaled.Gather(1, sample.Positives);                                    // (N, P)
        var perAnchor = (Group(scaled, far, sample.HardNegatives) + Group(scaled, far, sample.RandomNegatives)) / 2;   // (N)
        var usable = sample.Usable.To(perAnchor.Type);
        var anchors = usable.Sum();
        // Rows that sit out may hold anything finite: they are selected away, not multiplied by zero.
        var kept = Tensor.Where(sample.Usable, perAnchor, perAnchor.ZerosLike()).Sum();
        return new ContrastTerm(kept / AtLeastOne.Call(anchors, 1.0), anchors);
    }

    private static Tensor Group(Tensor scaled, Tensor far, Tensor rows)
    {
        var chosen = scaled.Gather(1, rows);                                             // (N, Q)
        return (chosen.LogSumExp(1, keepDim: true) - far).Softplus().Mean(1);            // over (N, P)
    }
}
