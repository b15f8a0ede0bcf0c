using System.Globalization;
using System.Text;
using Kinema.Storage;

namespace Kinema.Evaluation;

/// <summary>
/// The predictions of a table as a spreadsheet can read them: one row a clip, in list order, with its truth, the place of the truth
/// in the ranking (1 = right) and the five best classes with their scores. A score is the softmax probability of the row.
/// </summary>
public static class PredictionsCsv
{
    /// <summary>Writes <c>predictions.csv</c>; an existing file is replaced as a whole or not at all.</summary>
    public static void Write(ScoreTable scores, string path) => AtomicFile.WriteAllText(path, Format(scores));

    /// <summary>The text of the file: RFC 4180, comma, line feed.</summary>
    public static string Format(ScoreTable scores)
    {
        var columns = Math.Min(5, scores.Classes.Count);
        var text = new StringBuilder("clip,truth,rank_of_truth");
        for (var k = 1; k <= columns; k++) { text.Append(CultureInfo.InvariantCulture, $",top{k},score{k}"); }
        text.Append('\n');
        for (var n = 0; n < scores.Count; n++)
        {
            var row = scores.Row(n);
            var label = scores.Labels[n];
            text.Append(CsvField.Quoted(scores.Clips[n])).Append(',');
            if (label >= 0)
            {
                text.Append(CsvField.Quoted(scores.Classes[label])).Append(',').Append(Ranking.RankOf(row, label) + 1);
            }
            else
            {
                text.Append(',');
            }
            var total = Ranking.LogSumExp(row);
            foreach (var k in Ranking.Top(row, columns))
            {
                text.Append(',').Append(CsvField.Quoted(scores.Classes[k]))
                    .Append(CultureInfo.InvariantCulture, $",{Math.Exp(row[k] - total):0.000000}");
            }
            text.Append('\n');
        }
        return text.ToString();
    }
}
