using Kinema.Storage;

namespace Kinema.Evaluation;

/// <summary>
/// What a network said about every clip of one split: N clips, K classes, one row of raw logits each. It is the only thing the
/// metrics, the ensemble and the report need, so a run is re-evaluated without its network.
/// </summary>
public sealed class ScoreTable
{
    private readonly float[] logits;                    // (N, K), C order

    /// <summary>Takes the rows as they are; nothing is copied, so the caller gives the arrays away.</summary>
    /// <param name="clips">N clip names, in list order.</param>
    /// <param name="labels">N labels, 0-based; −1 where the truth is unknown.</param>
    /// <param name="logits">(N, K) raw logits in C order, before any softmax.</param>
    /// <param name="classes">K class names.</param>
    /// <param name="split">The split the clips belong to, e.g. <c>test</c>.</param>
    /// <param name="stream">The stream the network saw, e.g. <c>joint</c>; a fused table joins its streams by <c>+</c>.</param>
    /// <param name="protocol">The protocol the split is of, e.g. <c>xsub</c>; null where it is not known.</param>
    /// <exception cref="KinemaException">Sizes do not agree, a label is out of range, or a logit is not finite (the clip is
    /// named).</exception>
    public ScoreTable(
        IReadOnlyList<string> clips, IReadOnlyList<int> labels, float[] logits, IReadOnlyList<string> classes, string split, string stream,
        string? protocol = null)
    {
        if (labels.Count != clips.Count || logits.LongLength != (long)clips.Count * classes.Count)
        {
            throw Wrong($"scores of split '{split}', stream '{stream}': N names, N labels and (N, K) logits must agree; " +
                $"got {clips.Count} names, {labels.Count} labels and {logits.LongLength} logits for {classes.Count} classes; " +
                "write the scores again with 'kinema eval'");
        }
        for (var n = 0; n < clips.Count; n++)
        {
            if (labels[n] < -1 || labels[n] >= classes.Count)
            {
                throw Wrong($"clip {clips[n]}: label {labels[n]} is outside 0..{classes.Count - 1} of its {classes.Count} classes; " +
                    "check that the class list belongs to this data set");
            }
            for (var k = 0; k < classes.Count; k++)
            {
                if (!float.IsFinite(logits[n * classes.Count + k]))
                {
                    throw Wrong($"clip {clips[n]}: the logit of class {k} ({classes[k]}) is not finite; " +
                        "the weights have diverged or the clip holds absurd coordinates: run 'kinema data inspect'");
                }
            }
        }
        (Clips, Labels, this.logits, Classes, Split, Stream, Protocol) = (clips, labels, logits, classes, split, stream, protocol);
    }

    /// <summary>N clip names, in list order.</summary>
    public IReadOnlyList<string> Clips { get; }

    /// <summary>N labels, 0-based; −1 where the truth is unknown.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>K class names.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The split the clips belong to, e.g. <c>test</c>.</summary>
    public string Split { get; }

    /// <summary>The stream the network saw; a fused table joins its streams by <c>+</c>.</summary>
    public string Stream { get; }

    /// <summary>The protocol the split is of, e.g. <c>xsub</c>; null where it is not known, as in score files before it was written.</summary>
    public string? Protocol { get; }

    /// <summary>N, the number of clips.</summary>
    public int Count => Clips.Count;

    /// <summary>All logits, (N, K) in C order.</summary>
    public ReadOnlySpan<float> Logits => logits;

    /// <summary>The K logits of clip <paramref name="clip"/>.</summary>
    public ReadOnlySpan<float> Row(int clip) => logits.AsSpan(clip * Classes.Count, Classes.Count);

    private static KinemaException Wrong(string message) => new(ExitCode.Data, message);
}
