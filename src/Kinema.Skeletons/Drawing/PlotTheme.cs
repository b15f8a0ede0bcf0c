namespace Kinema.Skeletons.Drawing;

/// <summary>
/// The colours of every figure and of the report. Series colours are those of Okabe and Ito (told apart with any colour vision),
/// lightened for dark screens; each series also has its own dash, so that a black-and-white print can be read.
/// </summary>
public static class PlotTheme
{
    /// <summary>How many series styles there are: classes <c>k-s0</c> … (lines), <c>k-f0</c> … (areas), <c>k-d0</c> … (dashes).</summary>
    public const int Series = 6;

    private static readonly string[] Light = ["#0072b2", "#d55e00", "#00805e", "#a4478a", "#5a5fc0", "#9a6a00"];
    private static readonly string[] Dark = ["#56b4e9", "#ff9557", "#3ccba0", "#e29ac9", "#a3a8ff", "#eec25a"];
    private static readonly string[] Dashes = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "12 4"];
    private static readonly Neutrals OnLight = new("#1c2530", "#566171", "#dfe4ea", "#ffffff", "#eef1f5", "#ffffff");
    private static readonly Neutrals OnDark = new("#e7ebf1", "#a3afbe", "#333d49", "#12171d", "#222a33", "#0b1016");

    /// <summary>The style sheet the figures need. Dark applies to screens only: print is always dark ink on white.</summary>
    public static string Css { get; } =
        $$"""

        .k-plot { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums; max-width: 100%; height: auto }
        .k-plot text { font-size: 12px; stroke: none }
        .k-plot .k-small { font-size: 10.5px } .k-plot .k-tiny { font-size: 8.5px } .k-plot .k-bold { font-weight: 600 }
        .k-line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
        .k-limb { stroke-linecap: round } .k-drop { stroke-dasharray: 1 3 }
        {{Dashed()}}
        {{Colours(Light, OnLight)}}
        @media screen and (prefers-color-scheme: dark) {
        {{Colours(Dark, OnDark)}}
        }

        """;

    /// <summary>The class of a line in this ink.</summary>
    internal static string Stroke(Ink ink) => ink.Tone switch
    {
        Tone.Series => $"k-s{ink.Series}{Suffix(ink.Shade)}",
        Tone.Grid => "k-grid",
        Tone.Muted => "k-axis",
        _ => throw new ArgumentException($"no lines are drawn in {ink.Tone}", nameof(ink)),
    };

    /// <summary>The class of an area or a text in this ink.</summary>
    internal static string Fill(Ink ink) => ink.Tone switch
    {
        Tone.Series => $"k-f{ink.Series}{Suffix(ink.Shade)}",
        Tone.Text => "k-ink",
        Tone.Muted => "k-muted",
        Tone.Paper => "k-paper",
        _ => throw new ArgumentException($"no areas are filled with {ink.Tone}", nameof(ink)),
    };

    /// <summary>The colour of this ink on white paper, which is what pictures of pixels have.</summary>
    internal static Rgb Colour(Ink ink) => Rgb.Parse(ink.Tone switch
    {
        Tone.Series => Shaded(Light[ink.Series], ink.Shade, OnLight),
        Tone.Text => OnLight.Ink,
        Tone.Muted => OnLight.Muted,
        Tone.Grid => OnLight.Grid,
        _ => OnLight.Paper,
    });

    /// <summary>The colours of persons, for scripts that draw by themselves: of each series its middle, left and right.</summary>
    internal static string[][] Persons(bool dark) =>
        [.. (dark ? Dark : Light).Select(colour => Enum.GetValues<Shade>().Select(side => Shaded(colour, side, dark ? OnDark : OnLight)).ToArray())];

    // The left goes towards the paper, the right towards the ink.
    private static string Shaded(string colour, Shade side, Neutrals on) => side switch
    {
        Shade.Left => Rgb.Parse(colour).Mix(Rgb.Parse(on.Paper), 0.38).ToString(),
        Shade.Right => Rgb.Parse(colour).Mix(Rgb.Parse(on.Ink), 0.42).ToString(),
        _ => colour,
    };

    private static string Suffix(Shade side) => side switch { Shade.Left => "l", Shade.Right => "r", _ => "" };

    private static string Dashed() =>
        string.Join(' ', Dashes.Select((dash, s) => $".k-d{s} {{ stroke-dasharray: {dash} }}"));

    private static string Colours(string[] series, Neutrals on) =>
        $$"""
        .k-ink { fill: {{on.Ink}} } .k-muted { fill: {{on.Muted}} } .k-paper { fill: {{on.Paper}} } .k-track { fill: {{on.Track}} }
        .k-on { fill: {{on.OnHeat}} }
        .k-grid { stroke: {{on.Grid}}; stroke-width: 1; fill: none }
        .k-axis { stroke: {{on.Muted}}; stroke-width: 1; fill: none } .k-halo { stroke: {{on.Paper}}; stroke-width: 2 }
        .k-plot .k-mark { stroke: {{on.Paper}}; stroke-width: 4; stroke-linejoin: round; paint-order: stroke }
        """ + "\n" + string.Join('\n', series.SelectMany((colour, s) => Enum.GetValues<Shade>().Select(side =>
            (Class: $"{s}{Suffix(side)}", Colour: Shaded(colour, side, on))))
            .Select(style => $".k-s{style.Class} {{ stroke: {style.Colour} }} .k-f{style.Class} {{ fill: {style.Colour} }}"));

    private sealed record Neutrals(string Ink, string Muted, string Grid, string Paper, string Track, string OnHeat);
}
