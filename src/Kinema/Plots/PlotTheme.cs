namespace Kinema.Plots;

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

    /// <summary>The style sheet the figures need. Dark applies to screens only: print is always dark ink on white.</summary>
    public static string Css { get; } =
        $$"""

        .k-plot { font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
          font-variant-numeric: tabular-nums; max-width: 100%; height: auto }
        .k-plot text { font-size: 12px; stroke: none }
        .k-plot .k-small { font-size: 10.5px } .k-plot .k-tiny { font-size: 8.5px } .k-plot .k-bold { font-weight: 600 }
        .k-line, .k-bone { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
        .k-bone { stroke-width: 3.2 } .k-drop { stroke-dasharray: 1 3 }
        {{Dashed()}}
        {{Colours(Light, ink: "#1c2530", muted: "#566171", grid: "#dfe4ea", paper: "#ffffff", track: "#eef1f5", onHeat: "#ffffff")}}
        @media screen and (prefers-color-scheme: dark) {
        {{Colours(Dark, ink: "#e7ebf1", muted: "#a3afbe", grid: "#333d49", paper: "#12171d", track: "#222a33", onHeat: "#0b1016")}}
        }

        """;

    private static string Dashed() =>
        string.Join(' ', Dashes.Select((dash, s) => $".k-d{s} {{ stroke-dasharray: {dash} }}"));

    private static string Colours(string[] series, string ink, string muted, string grid, string paper, string track, string onHeat) =>
        $$"""
        .k-ink { fill: {{ink}} } .k-muted { fill: {{muted}} } .k-paper { fill: {{paper}} } .k-track { fill: {{track}} }
        .k-on { fill: {{onHeat}} }
        .k-grid { stroke: {{grid}}; stroke-width: 1; fill: none }
        .k-axis { stroke: {{muted}}; stroke-width: 1; fill: none } .k-halo { stroke: {{paper}}; stroke-width: 2 }
        .k-plot .k-mark { stroke: {{paper}}; stroke-width: 4; stroke-linejoin: round; paint-order: stroke }
        """ + "\n" + string.Join('\n', series.Select((colour, s) => $".k-s{s} {{ stroke: {colour} }} .k-f{s} {{ fill: {colour} }}"));
}
