namespace Kinema.Skeletons.Drawing;

/// <summary>
/// A drawing that can be had as SVG or as PNG, the same in both. Sizes are in CSS pixels.
/// </summary>
/// <example>
/// <code>
/// var picture = ClipPictures.Stills(set.Layout, clip, "sit down");
/// File.WriteAllText("sit.svg", picture.ToFigure().ToSvg());
/// using var png = File.Create("sit.png");
/// picture.WritePng(png);
/// </code>
/// </example>
public sealed class Picture
{
    private readonly Action<Surface> paint;

    internal Picture(string title, string description, double width, double height, Action<Surface> paint)
    {
        (Title, Description, Width, Height) = (title, description, width, height);
        this.paint = paint;
    }

    /// <summary>What is drawn, in a few words.</summary>
    public string Title { get; }

    /// <summary>What it shows, for someone who cannot see it.</summary>
    public string Description { get; }

    /// <summary>Its width.</summary>
    public double Width { get; }

    /// <summary>Its height.</summary>
    public double Height { get; }

    /// <summary>As SVG, for a file or inside a page.</summary>
    public Figure ToFigure()
    {
        var surface = new SvgSurface();
        paint(surface);
        return new Figure(Title, Description, Width, Height, surface.ToString());
    }

    /// <summary>As PNG on white.</summary>
    /// <param name="output">Takes the file's bytes; stays open.</param>
    /// <param name="scale">Pixels to a CSS pixel; 2 is sharp on today's screens.</param>
    /// <exception cref="ArgumentException">The scale is not positive, or the picture would have more than 67 million pixels.</exception>
    public void WritePng(Stream output, double scale = 2) => PngWriter.Write(output, ToCanvas(scale));

    internal Canvas ToCanvas(double scale)
    {
        var canvas = new Canvas(Width, Height, scale);
        paint(canvas);
        return canvas;
    }
}
