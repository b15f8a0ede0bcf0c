namespace Kinema.Skeletons.Drawing;

/// <summary>
/// A raster of opaque pixels, white to begin with. What is drawn covers a pixel by the share of it that lies inside, taken from the
/// distance of its centre to the shape's edge; that is exact for edges along the axes and within a few percent for others.
/// </summary>
internal sealed class Canvas : Surface
{
    /// <summary>More pixels than any screen or page: what a picture may have, so that a careless size does not eat all memory.</summary>
    public const int MostPixels = 1 << 26;

    private const double Farthest = 1e6;                        // pixels: beyond, or no number, nothing is drawn

    private readonly double scale;
    private readonly Rgb[] pixels;

    /// <param name="width">In CSS pixels.</param>
    /// <param name="height">In CSS pixels.</param>
    /// <param name="scale">Pixels of the raster to a CSS pixel.</param>
    /// <exception cref="ArgumentException">The raster would have no pixel, or more than <see cref="MostPixels"/>.</exception>
    public Canvas(double width, double height, double scale)
    {
        this.scale = scale;
        var (w, h) = (Math.Ceiling(width * scale), Math.Ceiling(height * scale));
        if (!(w >= 1 && h >= 1 && w * h <= MostPixels)) throw new ArgumentException($"a picture has 1 to {MostPixels} pixels; got {w} × {h}");
        (Width, Height) = ((int)w, (int)h);
        pixels = new Rgb[Width * Height];
        Clear();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The pixels, row by row from the top.</summary>
    public ReadOnlySpan<Rgb> Pixels => pixels;

    public ReadOnlySpan<Rgb> Row(int y) => pixels.AsSpan(y * Width, Width);

    public void Clear() => Array.Fill(pixels, PlotTheme.Colour(Ink.Paper));

    public override void Line(double x1, double y1, double x2, double y2, double width, Ink ink) =>
        Stroke(x1, y1, x2, y2, width, PlotTheme.Colour(ink));

    public override void Disc(double x, double y, double radius, Ink ink, string? tip = null) =>
        Stroke(x, y, x, y, 2 * radius, PlotTheme.Colour(ink));

    public override void Ring(double x, double y, double radius, double width, Ink ink, string? tip = null)
    {
        Disc(x, y, radius, ink);
        Disc(x, y, radius - width, Ink.Paper);
    }

    public override void Text(double x, double y, string text, double size, Ink ink, Anchor anchor = Anchor.Start)
    {
        var left = x - StrokeFont.Width(text, size) * anchor switch { Anchor.Middle => 0.5, Anchor.End => 1, _ => 0 };
        var (colour, width) = (PlotTheme.Colour(ink), size * StrokeFont.Weight);
        foreach (var (x1, y1, x2, y2) in StrokeFont.Strokes(text, size)) Stroke(left + x1, y - y1, left + x2, y - y2, width, colour);
    }

    /// <summary>A line with round ends, a disc where both ends are one: every pixel nearer to the line than half its width.</summary>
    private void Stroke(double x1, double y1, double x2, double y2, double width, Rgb colour)
    {
        (x1, y1, x2, y2) = (x1 * scale, y1 * scale, x2 * scale, y2 * scale);
        var radius = width * scale / 2;
        if (!(radius > 0 && Math.Abs(x1) < Farthest && Math.Abs(y1) < Farthest && Math.Abs(x2) < Farthest && Math.Abs(y2) < Farthest)) return;
        var (dx, dy) = (x2 - x1, y2 - y1);
        var length = dx * dx + dy * dy;
        var (left, right) = Range(x1, x2, radius, Width);
        var (top, bottom) = Range(y1, y2, radius, Height);
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                var (px, py) = (x + 0.5 - x1, y + 0.5 - y1);
                var along = length > 0 ? Math.Clamp((px * dx + py * dy) / length, 0, 1) : 0;
                var (ex, ey) = (px - along * dx, py - along * dy);
                var covered = radius + 0.5 - Math.Sqrt(ex * ex + ey * ey);
                if (covered <= 0) continue;
                // A line thinner than a pixel is paler, not broken.
                ref var pixel = ref pixels[y * Width + x];
                pixel = pixel.Mix(colour, Math.Min(1, Math.Min(covered, 2 * radius)));
            }
        }
    }

    private static (int From, int To) Range(double a, double b, double radius, int size) =>
        ((int)Math.Clamp(Math.Floor(Math.Min(a, b) - radius - 1), 0, size), (int)Math.Clamp(Math.Ceiling(Math.Max(a, b) + radius + 1), 0, size));
}
