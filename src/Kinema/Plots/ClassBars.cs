using System.Globalization;
using Kinema.Evaluation;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>Accuracy of each class as a horizontal bar; with a second run, a thinner bar beneath it and the difference beside it.</summary>
public static class ClassBars
{
    private const double Width = 470, Names = 156, Figures = 74, Differences = 56;

    /// <summary>Draws the bars in label order.</summary>
    /// <param name="title">What is drawn.</param>
    /// <param name="name">The run's name, for the legend and tooltips.</param>
    /// <param name="classes">Its K classes.</param>
    /// <param name="baselineName">The second run's name, if there is one.</param>
    /// <param name="baseline">The same K classes in the second run.</param>
    public static Figure Draw(
        string title, string name, IReadOnlyList<ClassResult> classes, string? baselineName = null,
        IReadOnlyList<ClassResult>? baseline = null)
    {
        var compared = baseline is not null && baseline.Select(c => c.Name).SequenceEqual(classes.Select(c => c.Name)) ? baseline : null;
        var pitch = compared is null ? 24 : 34;
        var top = compared is null ? 8 : 30;
        var right = Width - Figures - (compared is null ? 0 : Differences);
        var height = top + classes.Count * pitch + 22;
        var body = new SvgBody();
        double X(double accuracy) => Names + (right - Names) * accuracy;
        if (compared is not null)
        {
            body.Rect(30, 8, 18, 10, "k-f0", radius: 2).Text(54, 17, Markup.Shorten(name, 24))
                .Rect(Width / 2, 10, 18, 6, "k-f1", radius: 2).Text(Width / 2 + 24, 17, Markup.Shorten(baselineName ?? "baseline", 20))
                .Text(Width, 17, "points", "k-muted", "end");
        }
        foreach (var tick in (double[])[0, 0.25, 0.5, 0.75, 1])
        {
            body.Line(X(tick), top, X(tick), height - 20, "k-grid")
                .Text(X(tick), height - 6, string.Create(CultureInfo.InvariantCulture, $"{tick * 100:0}"), "k-muted k-small", "middle");
        }
        body.Text(right + 12, height - 6, "%", "k-muted k-small");
        for (var k = 0; k < classes.Count; k++)
        {
            var (result, y) = (classes[k], top + k * pitch);
            var middle = y + pitch / 2.0;
            body.Text(Names - 8, middle + 4, Markup.Shorten(result.Name, 22), "k-ink", "end", $"{result.Name}: {result.Support} clips");
            Bar(body, X, result, name, y + 4, compared is null ? 15 : 13, "k-f0");
            body.Text(Width - (compared is null ? 0 : Differences), middle + (compared is null ? 4 : -1), Figure(result), "k-ink k-bold",
                "end");
            if (compared is null) { continue; }
            Bar(body, X, compared[k], baselineName ?? "baseline", y + 20, 7, "k-f1");
            body.Text(Width - Differences, middle + 12, Figure(compared[k]), "k-muted k-small", "end");
            if (result.Accuracy is { } mine && compared[k].Accuracy is { } theirs)
            {
                body.Text(Width, middle + 4, Markup.Points(mine - theirs), mine == theirs ? "k-muted" : "k-ink k-bold", "end");
            }
        }
        return new Figure(title, Describe(classes, compared, baselineName), Width, height, body.ToString());
    }

    private static void Bar(SvgBody body, Func<double, double> x, ClassResult result, string run, double y, double height, string style)
    {
        body.Rect(x(0), y, x(1) - x(0), height, "k-track", radius: 2);
        if (result.Accuracy is { } accuracy)
        {
            body.Rect(x(0), y, x(accuracy) - x(0), height, style,
                $"{run}, {result.Name}: {result.Correct} of {result.Support} clips = {Markup.Percent(accuracy)}", radius: 2);
        }
    }

    private static string Figure(ClassResult result) => result.Accuracy is { } accuracy ? Markup.Percent(accuracy) : "no clips";

    private static string Describe(IReadOnlyList<ClassResult> classes, IReadOnlyList<ClassResult>? baseline, string? baselineName) =>
        string.Join("; ", classes.Select((c, k) => $"{c.Name} {Figure(c)} of {c.Support}" +
            (baseline is null ? "" : $" ({baselineName ?? "baseline"} {Figure(baseline[k])})"))) + ".";
}
