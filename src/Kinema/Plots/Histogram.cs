using System.Globalization;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>How often whole numbers occur, in bins of equal width.</summary>
internal static class Histogram
{
    private const double Width = 470, Height = 230, Left = 46, Right = 12, Top = 24, Bottom = 40;

    /// <summary>Draws the bins.</summary>
    /// <param name="title">What is counted.</param>
    /// <param name="values">The numbers, at least one, none negative.</param>
    /// <param name="unit">What they count, below the axis.</param>
    public static Figure Draw(string title, IReadOnlyList<int> values, string unit)
    {
        var x = Axis.Around(0, Math.Max(1, values.Max()), 6);
        // A bin is a fifth of a step, a whole number wide, so that ticks fall on edges.
        var width = Math.Max(1, (int)Math.Round(x.Step / 5));
        var bins = new int[(int)(x.To / width) + 1];
        foreach (var value in values) bins[Math.Min(value / width, bins.Length - 1)]++;
        var y = Axis.Around(0, bins.Max(), 4);
        var (body, floor) = (new SvgBody(), Height - Bottom);
        double X(double value) => Left + (Width - Left - Right) * value / (bins.Length * width);
        double Y(double count) => floor - (floor - Top) * y.Place(count);
        foreach (var tick in y.Ticks())
        {
            body.Line(Left, Y(tick), Width - Right, Y(tick), "k-grid").Text(Left - 7, Y(tick) + 4, y.Format(tick), "k-muted", "end");
        }
        for (var b = 0; b < bins.Length; b++)
        {
            if (bins[b] == 0) continue;
            var (from, to) = (X(b * width), X((b + 1) * width));
            var range = width == 1 ? Number(b) : $"{Number(b * width)} to {Number((b + 1) * width - 1)}";
            body.Rect(from + 0.5, Y(bins[b]), to - from - 1, floor - Y(bins[b]), "k-f0", $"{range} {unit}: {Number(bins[b])} clips", radius: 1);
        }
        body.Line(Left, floor, Width - Right, floor, "k-axis").Text(Left - 7, 11, "clips", "k-muted", "end");
        foreach (var tick in x.Ticks()) body.Text(X(tick), floor + 17, x.Format(tick), "k-muted", "middle");
        body.Text((Left + Width - Right) / 2, Height - 6, unit, "k-muted", "middle");
        return new Figure(title, $"{values.Count} clips of {values.Min()} to {values.Max()} {unit}.", Width, Height, body.ToString());
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
