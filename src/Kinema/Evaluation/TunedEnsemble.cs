using Kinema.Storage;

namespace Kinema.Evaluation;

/// <summary>
/// Weights found by trying many on the labels they are then scored on. CSRE's released script does this on the test split and
/// reports the maximum, so the search is offered for comparison; its accuracy is an upper bound on these labels, not an estimate
/// of anything, and every printout has to carry <see cref="Warning"/>.
/// </summary>
/// <param name="TunedOn">The split whose labels the weights were tuned on.</param>
/// <param name="Row">The best weights and what they score on those same labels.</param>
/// <param name="Tried">How many weightings were tried.</param>
public sealed record TunedEnsemble(string TunedOn, EnsembleRow Row, int Tried)
{
    /// <summary>The sentence that must stand beside the number.</summary>
    public string Warning =>
        $"weights tuned on the labels of split '{TunedOn}' ({Tried} tried): " +
        "an upper bound on these clips, not comparable with fixed weights";

    /// <summary>
    /// Seeded random search with every weight in [0.2, 1.2], the range of CSRE's script; the first try is equal weights, and of
    /// equally good tries the first is kept, so a seed gives the same weights on every machine.
    /// </summary>
    /// <param name="tables">One table a stream.</param>
    /// <param name="seed">The seed of the search.</param>
    /// <param name="tries">How many weightings to try, at least 1.</param>
    /// <param name="copies">Names of the clips that also occur in training.</param>
    /// <exception cref="KinemaException">The tables do not match.</exception>
    public static TunedEnsemble Search(IReadOnlyList<ScoreTable> tables, int seed = 0, int tries = 200, IReadOnlySet<string>? copies = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tries, 1);
        var aligned = Ensemble.Align(tables);
        var random = new Random(seed);
        double[] best = [.. aligned.Select(_ => 1.0)];
        var most = Hits(aligned, best);
        for (var i = 1; i < tries; i++)
        {
            double[] weights = [.. aligned.Select(_ => 0.2 + random.NextDouble())];
            var hits = Hits(aligned, weights);
            if (hits > most) { (best, most) = (weights, hits); }
        }
        var fused = Ensemble.Fuse(aligned, best);
        var row = new EnsembleRow([.. tables.Select(table => table.Stream)], best, SplitEvaluation.Of(fused, copies));
        return new TunedEnsemble(tables[0].Split, row, tries);
    }

    private static int Hits(ScoreTable[] aligned, double[] weights) =>
        EvaluationResult.Of(Ensemble.Fuse(aligned, weights)).Correct;
}
