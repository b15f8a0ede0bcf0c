using System.Globalization;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>Counts as horizontal bars, one below the other; a count in parts, such as splits, is one bar in pieces.</summary>
internal static class CountBars
{
    private const double Width = 470, Pitch = 22, Figures = 62;

    /// <summary>Draws the bars.</summary>
    /// <param name="title">What is counted.</param>
    /// <param name="parts">The names of the parts, for the legend; a single one has none.</param>
    /// <param name="rows">What is counted, and the count of each part.</param>
    public static Figure Draw(string title, IReadOnlyList<string> parts, IReadOnlyList<(string Name, IReadOnlyList<int> Counts)> rows)
    {
        var names = Math.Clamp(rows.Max(row => Math.Min(22, row.Name.Length)) * 6.8 + 10, 40, 160);
        var (top, most) = (parts.Count > 1 ? 30.0 : 6.0, Math.Max(1, rows.Max(row => row.Counts.Sum())));
        var (unit, height, body) = ((Width - names - Figures) / most, top + rows.Count * Pitch + 6, new SvgBody());
        for (var (p, x) = (0, names); parts.Count > 1 && p < parts.Count; p++)
        {
            var name = Markup.Shorten(parts[p], 16);
            body.Rect(x, 8, 18, 10, $"k-f{p % PlotTheme.Series}", radius: 2).Text(x + 24, 17, name);
            x += 24 + name.Length * 7 + 22;
        }
        for (var r = 0; r < rows.Count; r++)
        {
            var (row, y, x) = (rows[r], top + r * Pitch, names);
            body.Text(names - 8, y + 15, Markup.Shorten(row.Name, 22), "k-ink", "end", row.Name).Rect(names, y + 4, unit * most, 14, "k-track", radius: 2);
            for (var p = 0; p < row.Counts.Count; p++)
            {
                var length = unit * row.Counts[p];
                if (length > 0) body.Rect(x, y + 4, length, 14, $"k-f{p % PlotTheme.Series}", $"{row.Name}, {parts[p]}: {Number(row.Counts[p])}", radius: 2);
                x += length;
            }
            body.Text(Width, y + 15, Number(row.Counts.Sum()), "k-ink k-bold", "end");
        }
        return new Figure(title, string.Join("; ", rows.Select(row => $"{row.Name} {Describe(parts, row.Counts)}")) + ".", Width, height, body.ToString());
    }

    private static string Describe(IReadOnlyList<string> parts, IReadOnlyList<int> counts) => counts.Count == 1
        ? Number(counts[0])
        : $"{Number(counts.Sum())} ({string.Join(", ", counts.Select((count, p) => $"{parts[p]} {Number(count)}"))})";

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
