namespace Kinema.Skeletons.Drawing;

/// <summary>Draws as SVG elements whose colours are the theme's classes, so that they follow the reader's light or dark setting.</summary>
internal sealed class SvgSurface : Surface
{
    private readonly SvgBody body = new();

    public override void Line(double x1, double y1, double x2, double y2, double width, Ink ink) =>
        body.Line(x1, y1, x2, y2, $"k-limb {PlotTheme.Stroke(ink)}", width);

    public override void Disc(double x, double y, double radius, Ink ink, string? tip = null) =>
        body.Disc(x, y, radius, PlotTheme.Fill(ink), tip);

    public override void Ring(double x, double y, double radius, double width, Ink ink, string? tip = null) =>
        body.Disc(x, y, radius - width / 2, $"k-paper {PlotTheme.Stroke(ink)}", tip, width: width);

    public override void Text(double x, double y, string text, double size, Ink ink, Anchor anchor = Anchor.Start) =>
        body.Text(x, y, text, $"{PlotTheme.Fill(ink)} {(size < 11.5 ? "k-small" : "")}".TrimEnd(), anchor.ToString().ToLowerInvariant());

    public override string ToString() => body.ToString();
}
