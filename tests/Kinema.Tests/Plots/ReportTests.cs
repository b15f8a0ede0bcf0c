using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Kinema.Plots;
using Kinema.Skeletons.Drawing;

namespace Kinema.Tests.Plots;

public sealed partial class ReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kinema-report-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_page_asks_nothing_of_any_network()
    {
        var html = ReportPage.Html(Compared());

        Assert.DoesNotContain("http://", html);
        Assert.DoesNotContain("https://", html);
        Assert.DoesNotMatch(Loading(), html);
        Assert.Contains("default-src 'none'", html);
    }

    [Fact]
    public void Every_tag_is_closed_every_id_is_unique_and_every_link_has_its_target()
    {
        var root = Parse(ReportPage.Html(Compared()));

        var ids = root.Descendants().Select(e => (string?)e.Attribute("id")).OfType<string>().ToArray();
        Assert.Equal(ids.Length, ids.Distinct().Count());
        var links = root.Descendants("a").Select(a => a.Attribute("href")!.Value).ToArray();
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link.TrimStart('#'), ids));
        Assert.All(root.Descendants().Select(e => (string?)e.Attribute("aria-labelledby")).OfType<string>(),
            id => Assert.Contains(id, ids));
    }

    [Fact]
    public void The_result_shows_best_and_last_with_counts_with_and_without_copies_and_the_quoted_number_as_quoted()
    {
        var model = MadeUpRun.Model();

        var result = Section(ReportPage.Html(model), "result");

        foreach (var headline in (Headline[])[model.Best, model.Last])
        {
            Assert.Contains(Markup.Percent(headline.Top1), result);
            Assert.Contains($"{headline.Correct} of 464 test clips", result);
            Assert.Contains(Markup.Percent(headline.Top1WithoutCopies!.Value), result);
            Assert.Contains($"{headline.CorrectWithoutCopies} of 369", result);
        }
        Assert.Contains("95 of the 464 clips", result);
        Assert.Contains("94.60 %", result);
        Assert.Contains("quoted from CTR-GCN, joint stream; not measured here", result);
        Assert.Contains("chosen on the split “test”, the one reported: it is an upper bound", result);
    }

    [Fact]
    public void A_baseline_stands_beside_the_run_with_the_difference_in_points()
    {
        var model = Compared();

        var html = ReportPage.Html(model);

        Assert.Contains($"plain: {Markup.Percent(model.Baseline!.Last.Top1)}, " +
            $"difference {Markup.Points(model.Last.Top1 - model.Baseline.Last.Top1)} points",
            Section(html, "result"));
        Assert.Contains("test, plain", Section(html, "curves"));
        Assert.Contains(Markup.Percent(model.Baseline.Evaluation.All.Classes[0].Accuracy!.Value), Section(html, "classes"));
    }

    [Fact]
    public void Hostile_names_stay_text_everywhere()
    {
        const string Hostile = "</script><img src=x onerror=alert(1)>\"'&\u0001";
        var model = Compared() with
        {
            Name = Hostile, Summary = Hostile, Split = Hostile, Stream = Hostile, Configuration = Hostile, Command = Hostile,
                SelectedOn = Hostile,
            Notes = [Hostile], Facts = [new(Hostile, Hostile)], Environment = [new(Hostile, Hostile)], Files = [new(Hostile, Hostile)],
            Published = new PublishedFigure(0.9, Hostile, 0.01), Baseline = MadeUpRun.Model(name: Hostile, seed: 2),
            Evaluation = Kinema.Evaluation.SplitEvaluation.Of(MadeUpRun.Scores(60, [Hostile, .. MadeUpRun.Actions.Skip(1)], 1, 1)),
            Stills = [new Figure(Hostile, Hostile, 10, 10, "")],
        };

        var root = Parse(ReportPage.Html(model));

        Assert.Empty(root.Descendants("img"));
        Assert.Single(root.Descendants("script"));
        Assert.DoesNotContain(root.Descendants().Attributes(), a => a.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        JsonDocument.Parse(ReportJson.Text(model)).Dispose();
    }

    [Fact]
    public void A_run_with_nothing_but_its_result_still_makes_a_page_without_empty_sections()
    {
        var full = MadeUpRun.Model();
        var bare = new ReportModel
        {
            Name = "bare", Stream = "joint", Split = "test", SelectedOn = "val", Best = full.Best, Last = full.Last,
            Evaluation = full.Evaluation with { Copies = 0, WithoutCopies = null }, EvaluatedEpoch = 3,
        };

        var root = Parse(ReportPage.Html(bare));

        Assert.Equal(["result", "classes", "confusion"], root.Descendants("section").Select(s => s.Attribute("id")!.Value));
        Assert.Contains("chosen on the split “val”.", root.Value);
        Assert.DoesNotContain("upper bound", root.Value);
    }

    [Fact]
    public void The_json_carries_schema_version_and_the_same_numbers()
    {
        var model = Compared();

        Report.Write(model, folder);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "report.json")));

        var root = json.RootElement;
        Assert.Equal(("kinema.report", 1), (root.GetProperty("schema").GetString(), root.GetProperty("version").GetInt32()));
        Assert.Equal(model.Last.Top1, root.GetProperty("last").GetProperty("top1").GetDouble(), 12);
        Assert.Equal(369, root.GetProperty("evaluation").GetProperty("without_copies").GetProperty("count").GetInt32());
        Assert.Equal(model.Evaluation.All.Confusion(0, 1), root.GetProperty("evaluation").GetProperty("all").GetProperty("confusion")[0][1]
            .GetInt32());
        Assert.Equal(65, root.GetProperty("epochs").GetArrayLength());
        Assert.Equal("plain", root.GetProperty("baseline").GetProperty("name").GetString());
        Assert.True(new FileInfo(Path.Combine(folder, "report.html")).Length > 10_000);
    }

    [Fact]
    public void A_value_that_is_not_finite_is_null_in_the_json()
    {
        var epochOne = new EpochPoint(1, double.NaN, new Dictionary<string, double> { ["contrast"] = double.PositiveInfinity });
        var model = MadeUpRun.Model() with { Epochs = [epochOne] };

        using var json = JsonDocument.Parse(ReportJson.Text(model));

        var epoch = json.RootElement.GetProperty("epochs")[0];
        Assert.Equal(JsonValueKind.Null, epoch.GetProperty("loss").ValueKind);
        Assert.Equal(JsonValueKind.Null, epoch.GetProperty("loss_parts").GetProperty("contrast").ValueKind);
    }

    private static ReportModel Compared() =>
        MadeUpRun.Model() with { Baseline = MadeUpRun.Model("plain", seed: 2, skill: 2.3, csre: false) };

    /// <summary>The page as a tree: void elements are closed and the entity-free text is read as XML, so an unclosed tag fails
    /// here.</summary>
    private static XElement Parse(string html)
    {
        var xml = Void().Replace(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), "<$1$2/>");
        xml = Script().Replace(xml, "<script></script>");
        return XElement.Parse(xml);
    }

    private static string Section(string html, string id) =>
        string.Join(' ', Parse(html).Descendants("section").Single(s => (string?)s.Attribute("id") == id).Value.Split(' ', '\n'));

    [GeneratedRegex("<(meta)([^>]*[^/])>")]
    private static partial Regex Void();

    [GeneratedRegex("<script>.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("""<(link|img|iframe|object|embed)\b|@import|url\(|\bsrc=|fetch\(|XMLHttpRequest""")]
    private static partial Regex Loading();
}
