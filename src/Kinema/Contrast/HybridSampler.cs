using Kinema.Contrast.Kernels;
using Kinema.Torch;

namespace Kinema.Contrast;

/// <summary>Which bank rows each anchor is contrasted with.</summary>
/// <param name="Positives">(N, P) rows: the least similar of the anchor's class.</param>
/// <param name="HardNegatives">(N, Q) rows: the most similar of other classes.</param>
/// <param name="RandomNegatives">(N, Q') rows: of other classes, uniformly without replacement.</param>
/// <param name="Usable">(N), anchors with enough rows of each kind; the rows of the others mean nothing.</param>
public sealed record ContrastSample(Tensor Positives, Tensor HardNegatives, Tensor RandomNegatives, Tensor Usable);

/// <summary>
/// CSRE's hybrid sampling for a whole batch at once: top-k over masked similarities, and for the random negatives a uniform draw without
/// replacement, which the processor makes for every device (<see cref="RandomNegatives"/>).
/// </summary>
public static class HybridSampler
{
    private const double Beyond = 1e4; // past any cosine; finite, so that a masked row yields no NaN

    /// <summary>Chooses.</summary>
    /// <param name="similarity">(N, B), cosines of anchors and bank rows, outside of the graph.</param>
    /// <param name="labels">(N); on the processor, or it waits for them.</param>
    /// <param name="bank">After this batch was written.</param>
    /// <param name="options">How many.</param>
    /// <param name="random">The source of the random negatives.</param>
    public static ContrastSample Sample(Tensor similarity, Tensor labels, ClipBank bank, CsreOptions options, Generator random)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(bank);
        ArgumentNullException.ThrowIfNull(options);
        var (device, rows) = (similarity.Device, similarity.Size(1));
        var same = labels.Upload(device).Unsqueeze(1).Eq(bank.Labels.Value.Upload(device).Unsqueeze(0));   // (N, B)
        var filled = bank.Filled.Value.Upload(device);
        var (positive, negative) = (same & filled, ~same & filled);
        var (notPositive, notNegative) = (~positive, ~negative);

        var far = similarity.MaskedFill(notPositive, Beyond).TopK(Math.Min(options.Positives, rows), largest: false, sorted: false);
        var near = similarity.MaskedFill(notNegative, -Beyond).TopK(Math.Min(options.HardNegatives, rows), sorted: false);
        var drawn = Drawn(labels, bank, options.RandomNegatives, random).Upload(device);

        var positives = positive.Sum(1);                                                 // (N)
        var negatives = negative.Sum(1);
        var enough = positives.GreaterEqual(options.Positives) & negatives.GreaterEqual(Math.Max(options.HardNegatives, options.RandomNegatives));
        return new ContrastSample(far.Indices, near.Indices, drawn, enough);
    }

    // (N, Q'); an anchor with fewer rows than that, which sits the step out, has the first row in their place.
    private static Tensor Drawn(Tensor labels, ClipBank bank, int count, Generator random)
    {
        using var classes = new RowClasses(bank);
        var anchors = RowClasses.Of(labels);
        var (drawn, width) = (RandomNegatives.Draw(anchors, classes.Memory, count, random), Math.Min(count, classes.Count));
        var rows = new long[anchors.Length * width];
        for (var a = 0; a < anchors.Length; a++)
            for (var i = 0; i < drawn[a].Length; i++) rows[(a * width) + i] = drawn[a][i];
        return Tensor.From<long>(rows, anchors.Length, width);
    }
}
