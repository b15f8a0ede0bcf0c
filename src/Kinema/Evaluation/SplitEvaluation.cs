namespace Kinema.Evaluation;

/// <summary>
/// The metrics of a split, always with their honest twin. Some official splits hold test clips that are number-for-number copies
/// of training clips (NW-UCLA: 95 of 464); a network that merely remembers gets those for free, so both figures are kept together.
/// </summary>
/// <param name="Split">The split's name, e.g. <c>test</c>.</param>
/// <param name="All">Over every clip of the split: the figure papers report.</param>
/// <param name="Copies">How many of its clips are copies of training clips.</param>
/// <param name="WithoutCopies">Over the other clips; null if there are no copies, or nothing but copies.</param>
public sealed record SplitEvaluation(string Split, EvaluationResult All, int Copies, EvaluationResult? WithoutCopies)
{
    /// <summary>Evaluates a table, with and without the clips named in <paramref name="copies"/>.</summary>
    /// <param name="scores">The table; every clip needs a label.</param>
    /// <param name="copies">Names of the clips that also occur in training; names the table does not hold are ignored.</param>
    public static SplitEvaluation Of(ScoreTable scores, IReadOnlySet<string>? copies = null)
    {
        var all = EvaluationResult.Of(scores);
        var copied = copies is null ? 0 : scores.Clips.Count(copies.Contains);
        var without = copied == 0 || copied == scores.Count ? null : EvaluationResult.Of(scores, n => !copies!.Contains(scores.Clips[n]));
        return new SplitEvaluation(scores.Split, all, copied, without);
    }
}
