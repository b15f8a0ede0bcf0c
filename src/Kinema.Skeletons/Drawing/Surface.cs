namespace Kinema.Skeletons.Drawing;

/// <summary>Where a text stands with regard to its point.</summary>
internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>What is drawn on: an SVG body or a raster of pixels. Lengths are CSS pixels, x to the right, y downwards.</summary>
internal abstract class Surface
{
    /// <summary>A line with round ends.</summary>
    public abstract void Line(double x1, double y1, double x2, double y2, double width, Ink ink);

    /// <summary>A filled disc.</summary>
    /// <param name="x">Its centre.</param>
    /// <param name="y">Its centre.</param>
    /// <param name="radius">Its radius.</param>
    /// <param name="ink">Its colour.</param>
    /// <param name="tip">What it stands for, shown where the medium can.</param>
    public abstract void Disc(double x, double y, double radius, Ink ink, string? tip = null);

    /// <summary>A disc of paper with a rim of ink, whose outer radius is given.</summary>
    /// <inheritdoc cref="Disc"/>
    public abstract void Ring(double x, double y, double radius, double width, Ink ink, string? tip = null);

    /// <summary>A text of one line; y is its baseline.</summary>
    public abstract void Text(double x, double y, string text, double size, Ink ink, Anchor anchor = Anchor.Start);
}
