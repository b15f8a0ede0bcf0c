using System.Globalization;
using Kinema.Evaluation;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>
/// The confusion matrix: a row for each true class, a column for each predicted one. Rows are numbered and named, columns carry
/// the numbers. Depth of colour is the share of the row; what is right lies on the blue diagonal, mistakes are orange.
/// </summary>
public static class ConfusionHeatMap
{
    /// <summary>Draws the matrix. Counts are written into the cells up to 30 classes; tooltips hold them always.</summary>
    public static Figure Draw(string title, EvaluationResult result)
    {
        var k = result.ClassNames.Count;
        var cell = k switch { <= 12 => 30, <= 20 => 28, <= 30 => 22, <= 60 => 12, _ => 9 };
        var small = k > 30;
        var letters = Math.Min(26, result.ClassNames.Max(name => name.Length));
        // Room for the names and, of short ones, for the words above them.
        var left = Math.Ceiling(Math.Max(34 + letters * (small ? 4.6 : 6.4), 80));
        const double Top = 40;
        var (width, height) = (Math.Max(left + k * cell + 14, left + k * cell / 2.0 + 54), Top + k * cell + 12);
        var body = new SvgBody();
        body.Text(left + k * cell / 2.0, 13, "predicted class", "k-muted", "middle")
            .Text(left - 12, Top - 8, "true class", "k-muted", "end");
        if (small) { Ground(body, k, left, Top, cell); }
        var label = small ? "k-tiny" : "k-small";
        for (var i = 0; i < k; i++)
        {
            var number = i.ToString(CultureInfo.InvariantCulture);           // as labels are, and as eval numbers them
            var y = Top + i * cell;
            body.Text(left - 12, y + cell / 2.0 + 4, $"{Markup.Shorten(result.ClassNames[i], 26)}  {number}", $"k-ink {label}", "end",
                result.ClassNames[i]);
            if (!small || i % 5 == 0)
            {
                body.Text(left + (i + 0.5) * cell, Top - 8, number, $"k-ink {label}", "middle", result.ClassNames[i]);
            }
            for (var j = 0; j < k; j++) { Cell(body, result, i, j, left + j * cell, y, cell, !small); }
        }
        return new Figure(title, Describe(result), width, height, body.ToString());
    }

    private static void Cell(SvgBody body, EvaluationResult result, int truth, int predicted, double x, double y, int size, bool counts)
    {
        var count = result.Confusion(truth, predicted);
        if (counts) { body.Rect(x + 0.5, y + 0.5, size - 1, size - 1, "k-track", radius: 3); }
        if (count == 0) { return; }
        var share = (double)count / result.Classes[truth].Support;
        var tip = truth == predicted
            ? $"{result.ClassNames[truth]}: {count} of {result.Classes[truth].Support} right ({Markup.Percent(share)})"
            : $"{result.ClassNames[truth]} taken for {result.ClassNames[predicted]}: {count} of {result.Classes[truth].Support} " +
              $"({Markup.Percent(share)})";
        // A single mistake among fifty clips must still be seen, hence the floor and the root.
        var depth = Math.Min(1, 0.16 + 0.84 * Math.Sqrt(share));
        body.Rect(x + 0.5, y + 0.5, size - 1, size - 1, truth == predicted ? "k-f0" : "k-f1", tip, depth, counts ? 3 : 1);
        if (counts)
        {
            body.Text(x + size / 2.0, y + size / 2.0 + 4, count.ToString(CultureInfo.InvariantCulture),
                (depth > 0.62 ? "k-on" : "k-ink") + " k-small k-bold", "middle", tip);
        }
    }

    /// <summary>One ground with a line every fifth class: thousands of empty cells of their own would only make the file large.</summary>
    private static void Ground(SvgBody body, int k, double left, double top, int cell)
    {
        body.Rect(left, top, k * cell, k * cell, "k-track");
        for (var i = 5; i < k; i += 5)
        {
            body.Line(left, top + i * cell, left + k * cell, top + i * cell, "k-grid")
                .Line(left + i * cell, top, left + i * cell, top + k * cell, "k-grid");
        }
    }

    private static string Describe(EvaluationResult result)
    {
        var worst = result.MostConfused(5).Select(p =>
            $"{result.ClassNames[p.Truth]} taken for {result.ClassNames[p.Predicted]} {p.Count} of {p.Support} times");
        return $"{result.Correct} of {result.Count} clips are on the diagonal. " +
            (result.Correct == result.Count ? "Nothing is confused." : $"Most confused: {string.Join("; ", worst)}.");
    }
}
