using System.Globalization;
using System.Xml.Linq;
using Kinema.Evaluation;
using Kinema.Plots;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Previews;

namespace Kinema.Tests.Plots;

public class FigureTests
{
    private const string Hostile = "<script>alert(1)</script> & \"quoted\" 'name' \0 \ud800";

    public static TheoryData<string> Figures =>
        ["loss", "accuracy", "anchors", "rate", "bars", "compared bars", "confusion", "confusion of 60", "still", "sheet", "counts", "histogram"];

    [Theory, MemberData(nameof(Figures))]
    public void Every_figure_is_well_formed_names_itself_and_keeps_its_text_inside_the_frame(string name)
    {
        var figure = Figure(name, MadeUpRun.Actions);

        var svg = XDocument.Parse(figure.ToSvg()).Root!;

        Assert.Equal(figure.Title, svg.Elements().Single(e => e.Name.LocalName == "title").Value);
        Assert.True(svg.Elements().Single(e => e.Name.LocalName == "desc").Value.Length > 20);
        Assert.Equal("img", (string?)svg.Attribute("role"));
        var texts = svg.Elements().Where(e => e.Name.LocalName == "text").ToArray();
        Assert.NotEmpty(texts);
        foreach (var text in texts)
        {
            var length = text.Nodes().OfType<XText>().Sum(t => t.Value.Length) * 4.4;       // a narrow estimate: small type
            var x = double.Parse((string)text.Attribute("x")!, CultureInfo.InvariantCulture);
            var left = (string?)text.Attribute("text-anchor") switch { "end" => x - length, "middle" => x - length / 2, _ => x };
            Assert.InRange(left, -3, figure.Width);
            Assert.InRange(left + length, 0, figure.Width + 3);
            Assert.InRange(double.Parse((string)text.Attribute("y")!, CultureInfo.InvariantCulture), 6, figure.Height);
        }
    }

    [Theory, MemberData(nameof(Figures))]
    public void A_hostile_name_stays_text(string name)
    {
        var svg = Figure(name, [Hostile, .. MadeUpRun.Actions.Skip(1)]).ToSvg();

        var root = XDocument.Parse(svg).Root!;

        Assert.DoesNotContain(root.Descendants(), e => e.Name.LocalName == "script");
        Assert.DoesNotContain("<script", svg);
    }

    [Fact]
    public void A_line_has_one_point_an_epoch_at_the_height_of_its_value()
    {
        var figure = new LineChart { Title = "t", Least = 0, Most = 1, Series = [new LineSeries("s", [0.0, 0.5, 1.0], 0)] }.Draw();

        var points = Elements(figure, "polyline").Single().Attribute("points")!.Value.Split(' ')
            .Select(p => p.Split(',').Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToArray();

        Assert.Equal(3, points.Length);
        Assert.Equal(points[1][0] - points[0][0], points[2][0] - points[1][0], 1);
        Assert.Equal(points[0][1] - points[1][1], points[1][1] - points[2][1], 1);
        Assert.True(points[2][1] < points[0][1]);                          // larger is higher, and y runs downwards
    }

    [Fact]
    public void A_missing_or_infinite_value_breaks_the_line_and_is_not_drawn()
    {
        double?[] values = [1, 2, null, 3, 4, double.NaN, 5];

        var figure = new LineChart { Title = "t", Series = [new LineSeries("s", values, 0)] }.Draw();

        Assert.Equal(2, Elements(figure, "polyline").Count());             // 1–2 and 3–4; the lone 5 is a disc
        Assert.DoesNotContain("NaN", figure.Body);
        Assert.Contains("s, epoch 7: 5.000", figure.Body);
    }

    [Fact]
    public void A_constant_or_an_empty_series_still_draws()
    {
        Assert.DoesNotContain("NaN", new LineChart { Title = "t", Series = [new LineSeries("s", [0.5], 0)] }.Draw().Body);
        Assert.DoesNotContain("NaN", new LineChart { Title = "t", Series = [new LineSeries("s", [], 0)] }.Draw().Body);
    }

    [Fact]
    public void The_best_epoch_is_marked_with_its_value_and_is_the_first_of_equals()
    {
        EpochPoint[] epochs = [.. new[] { 0.5, 0.9375, 0.9375, 0.7 }.Select((a, i) =>
            new EpochPoint(i + 1, 1, new Dictionary<string, double>(), TestTop1: a))];

        Assert.Contains("best 93.75 % at 2", TrainingCharts.Accuracy(epochs, "test").Body);
    }

    [Fact]
    public void A_run_without_a_contrastive_term_has_no_anchor_curve() =>
        Assert.Null(TrainingCharts.Anchors([new EpochPoint(1, 1, new Dictionary<string, double>())]));

    [Fact]
    public void A_bar_is_as_long_as_its_accuracy_and_a_class_without_clips_has_none()
    {
        ClassResult[] classes = [new(0, "half", 10, 5), new(1, "all", 4, 4), new(2, "none here", 0, 0)];

        var figure = ClassBars.Draw("t", "run", classes);

        var bars = Elements(figure, "rect").Where(r => (string?)r.Attribute("class") == "k-f0").Select(r => (double)r.Attribute("width")!)
            .ToArray();
        Assert.Equal(2, bars.Length);
        Assert.Equal(0.5, bars[0] / bars[1], 2);
        Assert.Contains("50.00 %", figure.Body);
        Assert.Contains("no clips", figure.Body);
    }

    [Fact]
    public void A_count_in_parts_is_one_bar_in_pieces_as_long_as_their_counts()
    {
        var figure = CountBars.Draw("t", ["train", "test"], [("sit", [30, 10]), ("stand", [20, 0])]);

        double Length(string style) => Elements(figure, "rect").Where(r => (string?)r.Attribute("class") == style && r.Value.Length > 0)
            .Sum(r => (double)r.Attribute("width")!);
        Assert.Equal(5, Length("k-f0") / Length("k-f1"), 2);
        Assert.Equal(["40", "20"], Elements(figure, "text").Where(t => (string?)t.Attribute("text-anchor") == "end" && char.IsDigit(t.Value[0])).Select(t => t.Value));
        Assert.Contains("sit 40 (train 30, test 10)", figure.Description);
    }

    [Theory, InlineData(new[] { 5 }), InlineData(new[] { 1, 1, 2, 3, 201 }), InlineData(new[] { 20_000, 7, 300, 299 })]
    public void The_bins_of_a_histogram_hold_every_number_once(int[] values)
    {
        var bars = Elements(Histogram.Draw("t", values, "frames"), "rect").Where(r => (string?)r.Attribute("class") == "k-f0").ToArray();

        Assert.Equal(values.Length, bars.Sum(bar => int.Parse(bar.Value.Split(": ")[1].Split(' ')[0], CultureInfo.InvariantCulture)));
        Assert.All(bars, bar => Assert.InRange((double)bar.Attribute("x")! + (double)bar.Attribute("width")!, 46, 470));
    }

    [Fact]
    public void Compared_bars_write_the_difference_in_points()
    {
        var figure = ClassBars.Draw("t", "with", [new(0, "a", 8, 5), new(1, "b", 8, 2)], "without", [new(0, "a", 8, 4), new(1, "b", 8, 3)]);

        Assert.Contains(">+12.50<", figure.Body);
        Assert.Contains(">−12.50<", figure.Body);
    }

    [Fact]
    public void The_matrix_writes_every_count_and_says_in_words_what_is_confused()
    {
        var result = EvaluationResult.Of(MadeUpRun.Scores(200, MadeUpRun.Actions, seed: 3, skill: 1.5));

        var figure = ConfusionHeatMap.Draw("t", result);

        var expected = from truth in Enumerable.Range(0, 10) from k in Enumerable.Range(0, 10)
                       let count = result.Confusion(truth, k) where count > 0 select count.ToString(CultureInfo.InvariantCulture);
        var written = Elements(figure, "text").Where(t => t.Attribute("class")!.Value.EndsWith("k-small k-bold"))
            .Select(t => t.Nodes().OfType<XText>().Single().Value);
        Assert.Equal(expected, written);
        var worst = result.MostConfused(1)[0];
        Assert.Contains($"{result.ClassNames[worst.Truth]} taken for {result.ClassNames[worst.Predicted]} " +
            $"{worst.Count} of {worst.Support} times", figure.Description);
    }

    [Fact]
    public void The_words_of_a_small_matrix_are_inside_it_and_classes_are_numbered_from_0()
    {
        var figure = ConfusionHeatMap.Draw("t", EvaluationResult.Of(MadeUpRun.Scores(30, ["a", "b", "c"], seed: 3, skill: 1.5)));

        foreach (var text in Elements(figure, "text"))
        {
            var (x, length) = ((double)text.Attribute("x")!, 6.4 * text.Nodes().OfType<XText>().Single().Value.Length);
            var left = (string?)text.Attribute("text-anchor") switch { "end" => x - length, "middle" => x - length / 2, _ => x };
            Assert.True(left >= 0 && left + length <= figure.Width, $"{text} in {figure.Width}");
        }
        Assert.Contains("a  0", Elements(figure, "text").Select(text => text.Nodes().OfType<XText>().Single().Value));
    }

    [Fact]
    public void Numbers_are_written_alike_in_every_culture_and_never_as_minus_zero()
    {
        Assert.Equal(["0", "1.5", "-2.25", "1000000"], new[] { -0.001, 1.5, -2.25, 1e6 }.Select(Markup.Number));
        Assert.Equal(["±0.00", "+0.65", "−1.20"], new[] { 0.000001, 0.0065, -0.012 }.Select(Markup.Points));
    }

    private static IEnumerable<XElement> Elements(Figure figure, string name) =>
        XDocument.Parse(figure.ToSvg()).Root!.Elements().Where(e => e.Name.LocalName == name);

    private static Figure Figure(string kind, string[] names)
    {
        var model = MadeUpRun.Model();
        var result = EvaluationResult.Of(MadeUpRun.Scores(200, names, seed: 2, skill: 2));
        return kind switch
        {
            "loss" => TrainingCharts.Loss([.. model.Epochs.Select(e => e with { LossParts = new Dictionary<string, double>
                { ["cross-entropy"] = e.LossParts["cross-entropy"], [names[0]] = 1 } })]),
            "accuracy" => TrainingCharts.Accuracy(model.Epochs, "test", names[0], MadeUpRun.Model(seed: 2, csre: false).Epochs),
            "anchors" => TrainingCharts.Anchors(model.Epochs)!,
            "rate" => TrainingCharts.LearningRate(model.Epochs)!,
            "bars" => ClassBars.Draw("Accuracy of each class", names[0], result.Classes),
            "compared bars" => ClassBars.Draw("Accuracy of each class", "with", result.Classes, names[0], result.Classes),
            "confusion" => ConfusionHeatMap.Draw("Confusion", result),
            "confusion of 60" => ConfusionHeatMap.Draw("Confusion", EvaluationResult.Of(
                MadeUpRun.Scores(600, [.. Enumerable.Range(0, 60).Select(k => names[k % 10] + k)], 5, 2))),
            "counts" => CountBars.Draw("Clips of each class", ["train", names[1]], [.. names.Select((name, k) =>
                (name, (IReadOnlyList<int>)[k * 30, 100 - k]))]),
            "histogram" => Histogram.Draw(names[0], [.. Enumerable.Range(0, 300).Select(i => 1 + i * i % 97)], "frames"),
            "sheet" => ClipPictures.Sheet(Layouts.NwUcla, [.. names.Select((name, k) =>
                new LabelledClip(MadeUpRun.Clip(Layouts.NwUcla, k), name))], names[0]).ToFigure(),
            "still" => ClipPictures.Stills(Layouts.NwUcla, MadeUpRun.Clip(Layouts.NwUcla, 1), names[0], frames: 8, columns: 4).ToFigure(),
            _ => throw new ArgumentException(kind),
        };
    }
}
