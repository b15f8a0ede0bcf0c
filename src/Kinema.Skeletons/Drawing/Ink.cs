namespace Kinema.Skeletons.Drawing;

/// <summary>What a stroke is for; the theme knows its colour.</summary>
internal enum Tone
{
    /// <summary>The ground.</summary>
    Paper,

    /// <summary>Text.</summary>
    Text,

    /// <summary>Text of lesser weight.</summary>
    Muted,

    /// <summary>Lines behind everything: the floor.</summary>
    Grid,

    /// <summary>One of the series' colours.</summary>
    Series,
}

/// <summary>Lighter, as it is, or darker (on dark screens: duller and brighter): the left, the middle and the right of a body.</summary>
internal enum Shade
{
    Middle,
    Left,
    Right,
}

/// <summary>A colour by its meaning, so that one drawing serves light and dark screens, and pixels as well as SVG.</summary>
internal readonly record struct Ink(Tone Tone, int Series = 0, Shade Shade = Shade.Middle)
{
    public static Ink Paper => new(Tone.Paper);

    public static Ink Text => new(Tone.Text);

    public static Ink Muted => new(Tone.Muted);

    public static Ink Grid => new(Tone.Grid);

    /// <summary>The ink of a person's side.</summary>
    public static Ink Person(int person, Shade side) => new(Tone.Series, person % PlotTheme.Series, side);

    /// <summary>Every ink there is for as many persons.</summary>
    public static IEnumerable<Ink> All(int persons) =>
        [Paper, Text, Muted, Grid, .. Enumerable.Range(0, Math.Min(persons, PlotTheme.Series))
            .SelectMany(person => Enum.GetValues<Shade>().Select(side => Person(person, side)))];
}
