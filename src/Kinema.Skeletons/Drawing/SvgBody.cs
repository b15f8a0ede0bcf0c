using System.Text;

namespace Kinema.Skeletons.Drawing;

/// <summary>Collects SVG elements: lines, rectangles, discs and text are all a plot or a skeleton needs.</summary>
internal sealed class SvgBody
{
    private readonly StringBuilder text = new();

    public SvgBody Line(double x1, double y1, double x2, double y2, string style, double? width = null) =>
        Element("line", $"""x1="{N(x1)}" y1="{N(y1)}" x2="{N(x2)}" y2="{N(y2)}" """.TrimEnd() + Width(width), style, null);

    public SvgBody Polyline(IEnumerable<(double X, double Y)> points, string style) =>
        Element("polyline", $"""points="{string.Join(' ', points.Select(p => $"{N(p.X)},{N(p.Y)}"))}" """.TrimEnd(), style, null);

    public SvgBody Rect(double x, double y, double width, double height, string style, string? tip = null, double opacity = 1,
        double radius = 0) =>
        Element("rect", $"""x="{N(x)}" y="{N(y)}" width="{N(Math.Max(0, width))}" height="{N(height)}" """.TrimEnd() +
            (opacity < 1 ? $" fill-opacity=\"{N(opacity)}\"" : "") + (radius > 0 ? $" rx=\"{N(radius)}\"" : ""), style, tip);

    public SvgBody Disc(double x, double y, double radius, string style, string? tip = null, double opacity = 1, double? width = null) =>
        Element("circle", $"""cx="{N(x)}" cy="{N(y)}" r="{N(radius)}" """.TrimEnd() + (opacity < 1 ? $" opacity=\"{N(opacity)}\"" : "") +
            Width(width), style, tip);

    /// <summary>Text whose baseline starts (<paramref name="anchor"/> start), is centred (middle) or ends (end) at the point.</summary>
    public SvgBody Text(double x, double y, string content, string style = "k-ink", string anchor = "start", string? tip = null)
    {
        text.Append("<text x=\"").Append(N(x)).Append("\" y=\"").Append(N(y)).Append("\" class=\"").Append(style).Append('"');
        if (anchor != "start") { text.Append(" text-anchor=\"").Append(anchor).Append('"'); }
        text.Append('>').Append(Markup.Escape(content));
        if (tip is not null) { text.Append("<title>").Append(Markup.Escape(tip)).Append("</title>"); }
        text.Append("</text>\n");
        return this;
    }

    public override string ToString() => text.ToString();

    private SvgBody Element(string name, string attributes, string style, string? tip)
    {
        text.Append('<').Append(name).Append(' ').Append(attributes).Append(" class=\"").Append(style).Append('"');
        _ = tip is null ? text.Append("/>\n") : text.Append("><title>").Append(Markup.Escape(tip)).Append("</title></").Append(name)
            .Append(">\n");
        return this;
    }

    private static string Width(double? width) => width is { } pixels ? $" stroke-width=\"{N(pixels)}\"" : "";

    private static string N(double value) => Markup.Number(value);
}
