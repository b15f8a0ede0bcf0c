using System.Globalization;
using System.Text;
using Kinema.Evaluation;
using Kinema.Skeletons.Drawing;

namespace Kinema.Plots;

/// <summary>The page of a report: what was reached, how it got there, which classes fail, what the clips show, how it was run.</summary>
public static class ReportPage
{
    /// <summary>The whole HTML text.</summary>
    public static string Html(ReportModel model) => new Page
    {
        Kind = "Kinema report",
        Title = model.Name,
        Lead = model.Summary,
        Facts = [new("stream", model.Stream), new("split", model.Split), .. model.Facts],
        Sections =
        [
            new("result", "Result", Result(model)),
            new("curves", "Training", Curves(model)),
            new("classes", "Classes", Classes(model)),
            new("confusion", "Confusion", Confusion(model)),
            new("clips", "Clips", model.Stills.Count == 0 ? "" : Page.Grid("stills", model.Stills, least: 0.72)),
            new("run", "How it was run", Run(model)),
        ],
    }.Html();

    private static string Result(ReportModel model)
    {
        var html = new StringBuilder("<div class=\"cards\">\n");
        Card(html, model, "Last epoch", model.Last, model.Baseline?.Last);
        Card(html, model, "Best epoch", model.Best, model.Baseline?.Best);
        if (model.Published is { } published)
        {
            html.Append($"<div class=\"card quoted\"><h3>Published</h3><p class=\"big\">{Markup.Percent(published.Top1)}</p>" +
                $"<p>quoted from {E(published.Source)}; not measured here</p>" +
                $"<p>the last epoch is {E(published.Verdict(model.Last.Top1))}</p></div>\n");
        }
        html.Append("</div>\n");
        List<string> notes = [];
        if (model.SelectedOn == model.Split)
        {
            notes.Add($"The best epoch was chosen on the split “{model.Split}”, the one reported: it is an upper bound. " +
                "The last epoch was fixed beforehand.");
        }
        else
        {
            notes.Add($"The best epoch was chosen on the split “{model.SelectedOn}”.");
        }
        if (model.Evaluation.Copies > 0)
        {
            notes.Add($"{model.Evaluation.Copies} of the {model.Evaluation.All.Count} clips of “{model.Split}” are number-for-number " +
                "copies of training clips; accuracy is given on all clips and without those.");
        }
        notes.AddRange(model.Notes);
        html.Append($"<ul class=\"notes\">{string.Concat(notes.Select(n => $"<li>{E(n)}</li>"))}</ul>\n");
        return html.Append(Metrics(model)).ToString();
    }

    private static void Card(StringBuilder html, ReportModel model, string title, Headline mine, Headline? theirs)
    {
        html.Append($"<div class=\"card\"><h3>{title} <span>{Int(mine.Epoch)}</span></h3><p class=\"big\">{Markup.Percent(mine.Top1)}</p>" +
            $"<p>top-1, {mine.Correct} of {mine.Count} {E(model.Split)} clips</p>");
        if (mine.Top1WithoutCopies is { } without)
        {
            html.Append($"<p><strong>{Markup.Percent(without)}</strong> without copies, " +
                $"<span class=\"whole\">{mine.CorrectWithoutCopies} of {mine.CountWithoutCopies}</span></p>");
        }
        if (theirs is not null)
        {
            html.Append($"<p class=\"versus\">{E(model.Baseline!.Name)}: {Markup.Percent(theirs.Top1)}, " +
                $"difference <strong>{Markup.Points(mine.Top1 - theirs.Top1)}</strong> points</p>");
        }
        html.Append("</div>\n");
    }

    /// <summary>All metrics of the evaluated weights; columns for all clips, without copies, and the baseline's.</summary>
    private static string Metrics(ReportModel model)
    {
        List<(string Name, EvaluationResult Result)> columns = [($"all {model.Split} clips", model.Evaluation.All)];
        if (model.Evaluation.WithoutCopies is { } without) { columns.Add(("without copies", without)); }
        if (model.Baseline is { } baseline)
        {
            columns.Add(($"{baseline.Name}, all", baseline.Evaluation.All));
            if (baseline.Evaluation.WithoutCopies is { } theirs) { columns.Add(($"{baseline.Name}, without copies", theirs)); }
        }
        (string, Func<EvaluationResult, string>)[] rows =
        [
            ("clips", r => Int(r.Count)), ("top-1", r => $"{Markup.Percent(r.Top1)}"),
            ("top-5", r => Markup.Percent(r.Top5)), ("balanced (mean class)", r => Markup.Percent(r.BalancedAccuracy)),
            ("cross-entropy", r => r.CrossEntropy.ToString("0.0000", CultureInfo.InvariantCulture) + " nats"),
        ];
        return ReportTable.Html($"Metrics of the weights after epoch {model.EvaluatedEpoch}", ["metric", .. columns.Select(c => c.Name)],
            rows.Select(row => (string[])[row.Item1, .. columns.Select(c => row.Item2(c.Result))]), sortable: false);
    }

    private static string Curves(ReportModel model)
    {
        if (model.Epochs.Count == 0) { return ""; }
        var baseline = model.Baseline is { Epochs.Count: > 0 } other ? other : null;
        Figure?[] figures =
        [
            TrainingCharts.Accuracy(model.Epochs, model.Split, baseline?.Name, baseline?.Epochs), TrainingCharts.Loss(model.Epochs),
            TrainingCharts.Anchors(model.Epochs), TrainingCharts.LearningRate(model.Epochs),
        ];
        return Page.Grid("pair", [.. figures.OfType<Figure>()], least: 0.68);
    }

    private static string Classes(ReportModel model)
    {
        var (mine, theirs) = (model.Evaluation.All, model.Baseline?.Evaluation.All);
        if (theirs is not null && !theirs.ClassNames.SequenceEqual(mine.ClassNames)) { theirs = null; }
        string[] head = ["#", "class", "clips", "right", "accuracy",
            .. theirs is null ? (string[])[] : [$"{model.Baseline!.Name}", "points"]];
        var rows = mine.Classes.Select((c, k) => (string[])
        [
            Int(k), c.Name, Int(c.Support), Int(c.Correct), Accuracy(c),
            .. theirs is null ? (string[])[] : 
                [Accuracy(theirs.Classes[k]), c.Accuracy - theirs.Classes[k].Accuracy is { } d ? Markup.Points(d) : "–"],
        ]);
        var bars = ClassBars.Draw("Accuracy of each class", model.Name, mine.Classes, model.Baseline?.Name, theirs?.Classes);
        return Page.Grid("wide", [bars], least: 0.68) +
            Page.Folded("The same as a table", ReportTable.Html("Accuracy of each class", head, rows, sortable: true));
    }

    private static string Confusion(ReportModel model)
    {
        var (mine, theirs) = (model.Evaluation.All, model.Baseline?.Evaluation.All);
        if (theirs is not null && !theirs.ClassNames.SequenceEqual(mine.ClassNames)) { theirs = null; }
        var html = Page.Grid("wide", [ConfusionHeatMap.Draw("Confusion matrix", mine)], least: 0.8);
        var pairs = mine.MostConfused(10);
        if (pairs.Count == 0) { return html; }
        string[] head = ["true class", "taken for", "clips", "of", "share", .. theirs is null ? (string[])[] : [model.Baseline!.Name]];
        return html + ReportTable.Html("Most confused pairs", head, pairs.Select(p => (string[])
        [
            mine.ClassNames[p.Truth], mine.ClassNames[p.Predicted], Int(p.Count), Int(p.Support), Markup.Percent(p.Share),
            .. theirs is null ? (string[])[] : [Int(theirs.Confusion(p.Truth, p.Predicted))],
        ]), sortable: false);
    }

    private static string Run(ReportModel model)
    {
        var html = new StringBuilder();
        if (model.Command.Length > 0)
        {
            html.Append($"<h3>Command</h3>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"Command\">{E(model.Command)}</pre>\n");
        }
        if (model.Environment.Count > 0) { html.Append(Facts("Environment", model.Environment)); }
        if (model.Files.Count > 0) { html.Append(Facts("Files of the run", model.Files)); }
        if (model.Configuration.Length > 0)
        {
            html.Append("<details><summary>Configuration</summary>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"Configuration\">" +
                $"{E(model.Configuration)}</pre></details>\n");
        }
        return html.ToString();
    }

    private static string Facts(string title, IReadOnlyList<Fact> facts) =>
        $"<h3>{title}</h3>\n<dl class=\"facts\">" +
        $"{string.Concat(facts.Select(f => $"<div><dt>{E(f.Name)}</dt><dd>{E(f.Value)}</dd></div>\n"))}</dl>\n";

    private static string Accuracy(ClassResult result) => result.Accuracy is { } accuracy ? Markup.Percent(accuracy) : "–";

    private static string Int(int value) => Page.Int(value);

    private static string E(string text) => Markup.Escape(text);
}
