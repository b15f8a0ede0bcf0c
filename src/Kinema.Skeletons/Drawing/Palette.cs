namespace Kinema.Skeletons.Drawing;

/// <summary>
/// The colours of an animation: every ink as it is, and steps from each to the paper for smooth edges. A colour between two inks, where
/// lines cross, becomes the nearest of these.
/// </summary>
internal sealed class Palette
{
    /// <summary>One of 256 entries is left for "as before".</summary>
    private const int Most = 255;

    private readonly Dictionary<Rgb, byte> known = [];

    /// <param name="inks">What is drawn with.</param>
    public Palette(IEnumerable<Ink> inks)
    {
        Rgb[] colours = [.. inks.Select(PlotTheme.Colour).Distinct()];
        if (colours.Length > Most) throw new ArgumentException($"a palette has at most {Most} inks; got {colours.Length}", nameof(inks));
        var paper = PlotTheme.Colour(Ink.Paper);
        var steps = Math.Min(24, (Most - 1) / colours.Length);
        Colours = [.. colours.SelectMany(colour => Enumerable.Range(1, steps).Select(step => paper.Mix(colour, (double)step / steps)))
            .Prepend(paper).Distinct()];
        for (var i = 0; i < Colours.Count; i++) known[Colours[i]] = (byte)i;
    }

    /// <summary>At most 255 colours.</summary>
    public IReadOnlyList<Rgb> Colours { get; }

    /// <summary>The number of the nearest colour.</summary>
    public byte IndexOf(Rgb colour)
    {
        if (known.TryGetValue(colour, out var index)) return index;
        var nearest = int.MaxValue;
        for (var i = 0; i < Colours.Count; i++)
        {
            var (r, g, b) = (Colours[i].R - colour.R, Colours[i].G - colour.G, Colours[i].B - colour.B);
            var distance = r * r + g * g + b * b;
            if (distance < nearest) (nearest, index) = (distance, (byte)i);
        }
        return known[colour] = index;
    }
}
