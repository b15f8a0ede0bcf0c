using System.Globalization;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>One line of a chart: a value an epoch, from epoch 1.</summary>
/// <param name="Name">The name written at the line's end.</param>
/// <param name="Values">The values; null or not finite where there is none, which leaves a gap.</param>
/// <param name="Style">Which of the theme's series styles, 0-based.</param>
/// <param name="Mark">The epoch to mark with a ring and its value, 1-based, e.g. the best one.</param>
public sealed record LineSeries(string Name, IReadOnlyList<double?> Values, int Style, int? Mark = null);

/// <summary>Lines over epochs, each named at its end, told apart by colour and dash.</summary>
public sealed record LineChart
{
    private const double Width = 480, Height = 276, Left = 46, Top = 24, Bottom = 40;

    /// <summary>What is drawn.</summary>
    public required string Title { get; init; }

    /// <summary>The lines, at least one.</summary>
    public required IReadOnlyList<LineSeries> Series { get; init; }

    /// <summary>The unit of the values, written above the axis, e.g. <c>nats</c> or <c>%</c>.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Decimals of a value in tooltips and marks.</summary>
    public int Decimals { get; init; } = 3;

    /// <summary>The lowest value the axis must show, if any; the data decides otherwise.</summary>
    public double? Least { get; init; }

    /// <summary>The highest value the axis may show, if any, e.g. 100 for a percentage.</summary>
    public double? Most { get; init; }

    /// <summary>What the horizontal axis counts.</summary>
    public string Horizontal { get; init; } = "epoch";

    /// <summary>Draws the chart.</summary>
    public Figure Draw()
    {
        var body = new SvgBody();
        var right = Width - Math.Clamp(Series.Max(s => Markup.Shorten(s.Name, 18).Length) * 6.6 + 30, 60, 150);
        var epochs = Math.Max(2, Series.Max(s => s.Values.Count));
        var values = Series.SelectMany(s => s.Values).Where(Shown).Select(v => v!.Value).DefaultIfEmpty(0).ToArray();
        var y = Axis.Around(Math.Min(values.Min(), Least ?? double.MaxValue), values.Max(), 5);
        if (Most is { } most && y.To > most) { y = y with { To = most }; }
        double X(int epoch) => Left + (right - Left) * (epoch - 1) / (epochs - 1);
        double Y(double value) => Height - Bottom - (Height - Bottom - Top) * y.Place(value);

        foreach (var tick in y.Ticks().Where(t => t <= y.To + 1e-9))
        {
            body.Line(Left, Y(tick), right, Y(tick), "k-grid").Text(Left - 7, Y(tick) + 4, y.Format(tick), "k-muted", "end");
        }
        var x = Axis.Around(0, epochs, 5);
        foreach (var tick in x.Ticks().Select(t => (int)Math.Round(t)).Where(t => t >= 1 && t <= epochs).Append(1).Distinct())
        {
            body.Line(X(tick), Height - Bottom, X(tick), Height - Bottom + 4, "k-axis")
                .Text(X(tick), Height - Bottom + 17, tick.ToString(CultureInfo.InvariantCulture), "k-muted", "middle");
        }
        body.Line(Left, Height - Bottom, right, Height - Bottom, "k-axis")
            .Text((Left + right) / 2, Height - 6, Horizontal, "k-muted", "middle");
        if (Unit.Length > 0) { body.Text(Left - 7, 11, Unit, "k-muted", "end"); }

        foreach (var series in Series)
        {
            foreach (var run in Runs(series.Values))
            {
                if (run.Count == 1) { body.Disc(X(run[0].Epoch), Y(run[0].Value), 2.5, $"k-f{Style(series)}"); }
                else { body.Polyline(run.Select(p => (X(p.Epoch), Y(p.Value))), $"k-line k-s{Style(series)} k-d{Style(series)}"); }
                if (epochs > 200) { continue; }
                foreach (var (epoch, value) in run)              // invisible discs that carry the exact numbers as tooltips
                {
                    body.Disc(X(epoch), Y(value), 4, "k-ink", $"{series.Name}, {Horizontal} {epoch}: {Value(value)}", opacity: 0);
                }
            }
        }
        Marks(body, X, Y, right);
        EndLabels(body, Y, right);
        return new Figure(Title, Describe(), Width, Height, body.ToString());
    }

    private void Marks(SvgBody body, Func<int, double> x, Func<double, double> y, double right)
    {
        foreach (var series in Series)
        {
            if (series.Mark is not { } epoch || epoch < 1 || epoch > series.Values.Count || !Shown(series.Values[epoch - 1])) { continue; }
            var value = series.Values[epoch - 1]!.Value;
            var (px, py) = (x(epoch), y(value));
            var note = $"best {Value(value)} at {epoch}";
            var half = note.Length * 3.2;
            // The note stands on the axis, where curves that rise leave room; a dotted line leads to it.
            body.Line(px, py, px, Height - Bottom, "k-axis k-drop")
                .Disc(px, py, 4.5, $"k-f{Style(series)} k-halo", $"{series.Name}: {note}")
                .Text(Math.Clamp(px, Left + half, right - half), Height - Bottom - 8, note, "k-ink k-small k-bold k-mark", "middle");
        }
    }

    private void EndLabels(SvgBody body, Func<double, double> y, double right)
    {
        var ends = Series.Where(s => s.Values.Any(Shown)).Select(s => (Series: s, Y: y(s.Values.Last(Shown)!.Value))).OrderBy(e => e.Y)
            .ToArray();
        var places = ends.Select(e => e.Y).ToArray();
        for (var i = 1; i < places.Length; i++) { places[i] = Math.Max(places[i], places[i - 1] + 15); }
        for (var (i, floor) = (places.Length - 1, Height - Bottom); i >= 0; floor = places[i--] - 15) 
        {
            places[i] = Math.Min(places[i], floor);
        }
        for (var i = 0; i < ends.Length; i++)
        {
            var series = ends[i].Series;
            body.Line(right + 5, places[i], right + 23, places[i], $"k-line k-s{Style(series)} k-d{Style(series)}")
                .Text(right + 28, places[i] + 4, Markup.Shorten(series.Name, 18), "k-ink", tip: series.Name);
        }
    }

    private string Describe() => string.Join(' ', Series.Where(s => s.Values.Any(Shown)).Select(s =>
        $"{s.Name}: {Value(s.Values.First(Shown)!.Value)} at first, {Value(s.Values.Last(Shown)!.Value)} at last" +
        (s.Mark is { } m && m >= 1 && m <= s.Values.Count && Shown(s.Values[m - 1])
            ? $", best {Value(s.Values[m - 1]!.Value)} at {Horizontal} {m}." : ".")));

    private string Value(double value) =>
        value.ToString("F" + Decimals, CultureInfo.InvariantCulture) + (Unit.Length > 0 ? " " + Unit : "");

    private static int Style(LineSeries series) => series.Style % PlotTheme.Series;

    private static bool Shown(double? value) => value is { } v && double.IsFinite(v);

    private static IEnumerable<List<(int Epoch, double Value)>> Runs(IReadOnlyList<double?> values)
    {
        var run = new List<(int, double)>();
        for (var i = 0; i <= values.Count; i++)
        {
            if (i < values.Count && Shown(values[i])) { run.Add((i + 1, values[i]!.Value)); }
            else if (run.Count > 0) { yield return run; run = []; }
        }
    }
}
