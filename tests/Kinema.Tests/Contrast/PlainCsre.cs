namespace Kinema.Tests.Contrast;

/// <summary>
/// CSRE's contrast as its authors' code does it: a loop over anchors, lists of positives and negatives, two sorts, and the cross entropy of
/// rows [positive, negatives…] against column 0.
/// </summary>
/// <param name="positives">P.</param>
/// <param name="negatives">Q, of the hard group.</param>
/// <param name="randomNegatives">Q', of the random group.</param>
/// <param name="temperature">τ.</param>
internal sealed class PlainCsre(int positives, int negatives, int randomNegatives, double temperature)
{
    /// <summary>One call's result.</summary>
    public sealed record Result(double Loss, int Anchors, double[][] HardPositives, double[][] HardNegatives, double[,] Gradient);

    /// <summary>The loss of a batch against a bank that holds it already, and its gradient in the features.</summary>
    /// <param name="features">Not normalised, one row per anchor.</param>
    /// <param name="labels">Of the anchors.</param>
    /// <param name="bank">Rows of unit length.</param>
    /// <param name="bankLabels">Of the rows.</param>
    /// <param name="filled">Which rows were written.</param>
    /// <param name="draws">The bank rows that were drawn at random for each anchor.</param>
    public Result Run(double[][] features, long[] labels, double[][] bank, long[] bankLabels, bool[] filled, long[][] draws)
    {
        List<double> terms = [];
        var (used, dimension) = (0, features[0].Length);
        var hardPositives = new double[features.Length][];
        var hardNegatives = new double[features.Length][];
        var similarityGradient = new double[features.Length, bank.Length];
        List<(int Anchor, int Column, double Value)> pieces = [];
        for (var i = 0; i < features.Length; i++)
        {
            var unit = Unit(features[i]);
            var similarity = bank.Select(row => Dot(unit, row)).ToArray();
            List<int> own = [], others = [];
            for (var row = 0; row < bank.Length; row++)
                if (filled[row]) (bankLabels[row] == labels[i] ? own : others).Add(row);
            own.Sort((a, b) => similarity[a].CompareTo(similarity[b]));
            others.Sort((a, b) => similarity[b].CompareTo(similarity[a]));
            int[] far = [.. own.Take(positives)], near = [.. others.Take(negatives)];
            (hardPositives[i], hardNegatives[i]) = ([.. far.Select(row => similarity[row])], [.. near.Select(row => similarity[row])]);
            if (own.Count < positives || others.Count < Math.Max(negatives, randomNegatives)) continue;
            used++;
            foreach (var group in (int[][])[near, [.. draws[i].Select(row => (int)row)]])
            {
                foreach (var positive in far)
                {
                    int[] columns = [positive, .. group];
                    var logits = columns.Select(column => similarity[column] / temperature).ToArray();
                    var largest = logits.Max();
                    var total = logits.Sum(logit => Math.Exp(logit - largest));
                    // An anchor weighs the same however many positives it has.
                    terms.Add((Math.Log(total) + largest - logits[0]) / (2 * far.Length));
                    for (var k = 0; k < columns.Length; k++)
                        pieces.Add((i, columns[k], ((Math.Exp(logits[k] - largest) / total) - (k == 0 ? 1 : 0)) / temperature / (2 * far.Length)));
                }
            }
        }

        foreach (var (anchor, column, value) in pieces) similarityGradient[anchor, column] += value / used;
        return new Result(used == 0 ? 0 : terms.Sum() / used, used, hardPositives, hardNegatives, Gradient());

        // Through s = (f/|f|)·bank: the part across f, over |f|.
        double[,] Gradient()
        {
            var gradient = new double[features.Length, dimension];
            for (var i = 0; i < features.Length; i++)
            {
                var unit = Unit(features[i]);
                var g = new double[dimension];
                for (var row = 0; row < bank.Length; row++)
                    for (var d = 0; d < dimension; d++) g[d] += similarityGradient[i, row] * bank[row][d];
                var along = Dot(unit, g);
                for (var d = 0; d < dimension; d++) gradient[i, d] = (g[d] - (along * unit[d])) / Math.Sqrt(Dot(features[i], features[i]));
            }

            return gradient;
        }
    }

    public static double[] Unit(double[] vector)
    {
        var length = Math.Sqrt(Dot(vector, vector));
        return [.. vector.Select(value => value / length)];
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
