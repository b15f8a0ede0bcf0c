using System.Globalization;
using System.Text;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>An HTML table: numbers to the right, names to the left; the headers of a sortable one are buttons.</summary>
internal static class ReportTable
{
    private const int LongestNumber = 24;                   // a number with its unit; what is longer is a sentence that begins with one

    public static string Html(string caption, IReadOnlyList<string> head, IEnumerable<string[]> rows, bool sortable)
    {
        string[][] cells = [.. rows];
        bool[] numeric = [.. head.Select((_, c) => c > 0 && cells.All(row => Numeric(row[c]))
            || cells.All(row => row[c] is [>= '0' and <= '9', ..] && row[c].Length <= LongestNumber))];
        var html = new StringBuilder($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{Markup.Escape(caption)}\">")
            .Append($"<table{(sortable ? " class=\"sortable\"" : "")}><caption>{Markup.Escape(caption)}</caption>\n<thead><tr>");
        for (var c = 0; c < head.Count; c++)
        {
            // A zero-width space lets a run's name break after its folder.
            var name = Markup.Escape(head[c].Replace("/", "/\u200b", StringComparison.Ordinal));
            html.Append($"<th scope=\"col\"{Style(numeric[c])}>{(sortable ? $"<button type=\"button\">{name}</button>" : name)}</th>");
        }
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in cells)
        {
            html.Append("<tr>");
            for (var c = 0; c < head.Count; c++) { html.Append($"<td{Style(numeric[c])}>{Markup.Escape(row[c])}</td>"); }
            html.Append("</tr>\n");
        }
        return html.Append("</tbody></table></div>\n").ToString();
    }

    private static string Style(bool numeric) => numeric ? " class=\"n\"" : "";

    private static bool Numeric(string cell)
    {
        var number = cell.Replace(" %", "", StringComparison.Ordinal).Replace(" nats", "", StringComparison.Ordinal).Replace('−', '-')
            .TrimStart('±');
        return cell == "–" || double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }
}
