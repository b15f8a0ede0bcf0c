namespace Kinema.Evaluation;

/// <summary>
/// The order of a clip's classes: larger logit first, and of equal logits the first class wins, so that the best class is the
/// first maximum and top-k never depends on how a sort treats ties.
/// </summary>
public static class Ranking
{
    /// <summary>The class with the largest logit; the first one if several are equal.</summary>
    public static int Best(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var k = 1; k < row.Length; k++)
        {
            if (row[k] > row[best]) { best = k; }
        }
        return best;
    }

    /// <summary>How many classes stand before <paramref name="label"/>: 0 means it is the prediction, below k means a top-k hit.</summary>
    public static int RankOf(ReadOnlySpan<float> row, int label)
    {
        var before = 0;
        for (var k = 0; k < row.Length; k++)
        {
            if (row[k] > row[label] || (row[k] == row[label] && k < label)) { before++; }
        }
        return before;
    }

    /// <summary>The first <paramref name="count"/> classes in order (fewer if there are fewer classes).</summary>
    public static int[] Top(ReadOnlySpan<float> row, int count)
    {
        var scores = row.ToArray();
        return [.. Enumerable.Range(0, scores.Length).OrderByDescending(k => scores[k]).ThenBy(k => k).Take(count)];
    }

    /// <summary>log Σ exp of the row, in double and shifted by the largest logit.</summary>
    public static double LogSumExp(ReadOnlySpan<float> row)
    {
        double largest = row[Best(row)], sum = 0;
        foreach (var logit in row) { sum += Math.Exp(logit - largest); }
        return largest + Math.Log(sum);
    }
}
