namespace Kinema.Skeletons.Drawing;

/// <summary>
/// The printable characters of ASCII as strokes of a pen, for captions in pictures of pixels. Anything else is shown as a box: SVG and
/// HTML write every name in full.
/// </summary>
internal static class StrokeFont
{
    /// <summary>The width of the pen, as a part of the font's size.</summary>
    public const double Weight = 0.095;

    private const double CapHeight = 0.72, Gap = 2;             // capitals, as a part of the size; blank between characters, in steps

    // One character each from the blank on. Strokes lie between blanks; a point is two digits: x, and y with the baseline at 2, small
    // letters up to 7 and capitals up to 9. Corners of a stroke that begins with ~ are rounded.
    private static readonly string[] Shapes =
    [
        "", "0904 0202", "0907 2927", "1219 3239 0444 0747", "~4849090645420203 2129", "0249 ~0727290907 ~2242442422",
        "~421719393705023245", "0907", "~19070311", "~09171301", "2529 0648 0846", "2327 0545", "1301", "0535", "0202", "0139",
        "~0242490902", "173932", "~0809494602 0242", "~0809494626 ~2646420203", "390444 3932", "490906 ~0646420203",
        "~0242460602 ~49190604", "094922", "~0646490906 ~0242460602", "~0646490906 ~47443202", "0606 0202", "1616 1301", "380532", "0646 0444",
        "083502", "~080939361514 1212",
        "~420209595434 ~1434371714", "022942 1535", "0209 ~09494606 ~06464202", "~484909024243", "0209 ~09494202", "49090242 0636", "490902 0636",
        "~484909024245 4525", "0209 4249 0646", "0222 0929 1219", "~39320203", "0209 0549 1642", "090242", "0209254942", "02094249", "~0252590902",
        "0209 ~09494505", "~0252590902 3451", "0209 ~09494505 2542", "~4849090645420203", "0949 2922", "~09024249", "092249", "0912365269",
        "0249 0942", "0925 4925 2522", "09490242", "19090111", "0931", "09191101", "062946", "0141",
        "0918", "~0232370702 3732", "0902 ~0232370702", "~363707023233", "3932 ~0232370702", "0535 ~353707023233", "~291912 0727",
        "~0232370702 ~37300001", "0902 ~06073732", "0702 0909", "~171000 1919", "0902 0437 1532", "0902", "0702 ~06073732 ~36376762",
        "0702 ~06073732", "~0232370702", "0700 ~0232370702", "3730 ~0232370702", "0702 ~050727", "~3637070534320203", "~191222 0727",
        "~07023237 3732", "072247", "0712365267", "0237 0732", "~07023237 ~37300001", "07370232", "~29191605141121", "0901", "~09191625141101",
        "~04163446",
    ];

    private static readonly Glyph Box = Read("0242490902");
    private static readonly Glyph[] Glyphs = [.. Shapes.Select((shape, i) => Read(shape) with { Width = Width((char)(' ' + i), shape) })];

    /// <summary>How far a text reaches, in the unit of the size.</summary>
    public static double Width(string text, double size) => Math.Max(0, Plain(text).Sum(c => Of(c).Width + Gap) - Gap) * Step(size);

    /// <summary>The straight pieces of a text whose baseline starts at (0, 0); y upwards.</summary>
    public static IEnumerable<(double X1, double Y1, double X2, double Y2)> Strokes(string text, double size)
    {
        var (at, step) = (0.0, Step(size));
        foreach (var c in Plain(text))
        {
            var glyph = Of(c);
            foreach (var stroke in glyph.Strokes)
            {
                for (var i = 0; i < Math.Max(1, stroke.Length - 1); i++)
                {
                    var (from, to) = (stroke[i], stroke[Math.Min(i + 1, stroke.Length - 1)]);
                    yield return ((at + from.X) * step, from.Y * step, (at + to.X) * step, to.Y * step);
                }
            }
            at += glyph.Width + Gap;
        }
    }

    private static string Plain(string text) => text.Replace("…", "..", StringComparison.Ordinal);

    private static double Step(double size) => size * CapHeight / 7;

    private static Glyph Of(char c) => c is >= ' ' and <= '~' ? Glyphs[c - ' '] : Box;

    // All digits are as wide as one another, so that counting frames does not make a caption tremble.
    private static double Width(char c, string shape) => char.IsAsciiDigit(c) ? 4 : c == ' ' ? 1.5 : Read(shape).Width;

    private static Glyph Read(string shape)
    {
        var strokes = shape.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(stroke => stroke[0] == '~'
            ? Round(Round(Points(stroke[1..]))) : Points(stroke)).ToArray();
        return new Glyph(strokes, strokes.SelectMany(stroke => stroke).Select(point => point.X).DefaultIfEmpty(0).Max());
    }

    private static (double X, double Y)[] Points(string digits) =>
        [.. Enumerable.Range(0, digits.Length / 2).Select(i => ((double)(digits[2 * i] - '0'), (double)(digits[2 * i + 1] - '2')))];

    /// <summary>Cuts every corner at a quarter of its sides (Chaikin, 1974). The ends of an open stroke stay.</summary>
    private static (double X, double Y)[] Round((double X, double Y)[] points)
    {
        var closed = points[0] == points[^1];
        var round = new List<(double X, double Y)>();
        if (!closed) round.Add(points[0]);
        for (var i = 0; i + 1 < points.Length; i++)
        {
            var (from, to) = (points[i], points[i + 1]);
            if (closed || i > 0) round.Add((0.75 * from.X + 0.25 * to.X, 0.75 * from.Y + 0.25 * to.Y));
            if (closed || i + 2 < points.Length) round.Add((0.25 * from.X + 0.75 * to.X, 0.25 * from.Y + 0.75 * to.Y));
        }
        round.Add(closed ? round[0] : points[^1]);
        return [.. round];
    }

    private sealed record Glyph((double X, double Y)[][] Strokes, double Width);
}
