using Kinema.Storage;

namespace Kinema.Evaluation;

/// <summary>How one class fared.</summary>
/// <param name="Index">The label, 0-based.</param>
/// <param name="Name">The class name.</param>
/// <param name="Support">How many evaluated clips have this label.</param>
/// <param name="Correct">How many of them were predicted right.</param>
public sealed record ClassResult(int Index, string Name, int Support, int Correct)
{
    /// <summary>Correct / Support in 0..1, or null for a class no evaluated clip has.</summary>
    public double? Accuracy => Support == 0 ? null : (double)Correct / Support;
}

/// <summary>Clips of one class that were taken for another.</summary>
/// <param name="Truth">The label, 0-based.</param>
/// <param name="Predicted">The class predicted instead.</param>
/// <param name="Count">How many clips.</param>
/// <param name="Support">How many clips have the label <paramref name="Truth"/>.</param>
public sealed record ConfusedPair(int Truth, int Predicted, int Count, int Support)
{
    /// <summary>Count / Support in 0..1.</summary>
    public double Share => (double)Count / Support;
}

/// <summary>
/// The metrics of a score table, or of those of its clips a mask lets through. Fractions are in 0..1.
///   top-k = share of clips whose label is among the k largest logits (first maximum wins);
///   class accuracy = diagonal of the confusion matrix over its row sum; balanced accuracy = its mean over the classes that occur;
///   cross-entropy = mean over clips of log Σ_k exp(x_k) − x_label, in nats.
/// </summary>
public sealed class EvaluationResult
{
    private readonly int[,] confusion;                  // (K, K): truth, predicted

    private EvaluationResult(IReadOnlyList<string> classes, int[,] confusion, int count, int correct, int correctTop5, double crossEntropy)
    {
        (ClassNames, this.confusion, Count, Correct, CorrectTop5, CrossEntropy) =
            (classes, confusion, count, correct, correctTop5, crossEntropy);
        Classes = [.. classes.Select((name, k) => new ClassResult(k, name, RowSum(confusion, k), confusion[k, k]))];
        BalancedAccuracy = Classes.Where(c => c.Support > 0).Average(c => c.Accuracy!.Value);
    }

    /// <summary>K class names.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>N, how many clips were evaluated.</summary>
    public int Count { get; }

    /// <summary>How many clips were predicted right.</summary>
    public int Correct { get; }

    /// <summary>How many clips have their label among the five largest logits.</summary>
    public int CorrectTop5 { get; }

    /// <summary>Correct / N, 0..1.</summary>
    public double Top1 => (double)Correct / Count;

    /// <summary>CorrectTop5 / N, 0..1; always 1 with five classes or fewer.</summary>
    public double Top5 => (double)CorrectTop5 / Count;

    /// <summary>Mean accuracy over the classes that occur, 0..1: every class counts the same, however many clips it has.</summary>
    public double BalancedAccuracy { get; }

    /// <summary>Mean cross-entropy in nats.</summary>
    public double CrossEntropy { get; }

    /// <summary>K results in label order.</summary>
    public IReadOnlyList<ClassResult> Classes { get; }

    /// <summary>How many clips of class <paramref name="truth"/> were predicted as <paramref name="predicted"/>.</summary>
    public int Confusion(int truth, int predicted) => confusion[truth, predicted];

    /// <summary>The pairs of classes confused most: by count, then by share, then by label, at most <paramref name="count"/>.</summary>
    public IReadOnlyList<ConfusedPair> MostConfused(int count)
    {
        var pairs = from truth in Enumerable.Range(0, ClassNames.Count)
                    from predicted in Enumerable.Range(0, ClassNames.Count)
                    where truth != predicted && confusion[truth, predicted] > 0
                    select new ConfusedPair(truth, predicted, confusion[truth, predicted], Classes[truth].Support);
        return [.. pairs.OrderByDescending(p => p.Count).ThenByDescending(p => p.Share).ThenBy(p => p.Truth).ThenBy(p => p.Predicted)
            .Take(count)];
    }

    /// <summary>Evaluates the clips of <paramref name="scores"/> for which <paramref name="include"/> holds; all of them if it is
    /// null.</summary>
    /// <param name="scores">The table; every evaluated clip needs a label.</param>
    /// <param name="include">Given a clip's index in the table, whether it counts.</param>
    /// <exception cref="KinemaException">No clip is left to evaluate, or one has no label.</exception>
    public static EvaluationResult Of(ScoreTable scores, Func<int, bool>? include = null)
    {
        var classes = scores.Classes.Count;
        var confusion = new int[classes, classes];
        int count = 0, correct = 0, correctTop5 = 0;
        var crossEntropy = 0.0;
        for (var n = 0; n < scores.Count; n++)
        {
            if (include is not null && !include(n)) { continue; }
            var label = scores.Labels[n];
            if (label < 0)
            {
                throw new KinemaException(ExitCode.Data,
                    $"clip {scores.Clips[n]} of split '{scores.Split}' has no label, " +
                    "so there is nothing to compare with; use 'kinema predict'");
            }
            var row = scores.Row(n);
            var rank = Ranking.RankOf(row, label);
            confusion[label, Ranking.Best(row)]++;
            count++;
            correct += rank == 0 ? 1 : 0;
            correctTop5 += rank < 5 ? 1 : 0;
            crossEntropy += Ranking.LogSumExp(row) - row[label];
        }
        if (count == 0)
        {
            throw new KinemaException(ExitCode.Data, $"no clip of split '{scores.Split}' is left to evaluate; choose another split");
        }
        return new EvaluationResult(scores.Classes, confusion, count, correct, correctTop5, crossEntropy / count);
    }

    private static int RowSum(int[,] confusion, int row)
    {
        var sum = 0;
        for (var k = 0; k < confusion.GetLength(1); k++) { sum += confusion[row, k]; }
        return sum;
    }
}
