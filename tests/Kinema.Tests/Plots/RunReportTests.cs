using Kinema.Plots;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;

namespace Kinema.Tests.Plots;

public sealed class RunReportTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("kinema-run-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_run_folder_becomes_a_report_with_its_metrics_environment_command_and_files()
    {
        var recipe = new Recipe
        {
            Name = "toy/ctr-gcn-csre", Paper = "after the paper", Csre = new CsreSettings { Enabled = true },
            Targets = new TargetSettings { Source = "Table 3", Tolerance = 1.5, Joint = 94.6 },
        };
        var folder = RunFolder.Create(new RunFolderRequest { Recipe = recipe.Name, Seed = 1, Out = Path.Combine(root, "run") },
            TimeProvider.System);
        var metrics = EpochLog.Open(folder.Metrics);
        metrics.Append(EpochRow.Of(1, (MetricNames.TrainLoss, 8), (MetricNames.TrainCrossEntropy, 2), (MetricNames.TrainSpatial, 6.5),
            (MetricNames.TrainTemporal, 5.5),
            (MetricNames.TrainAnchors, 0.25), (MetricNames.TestTop1, 0.5)));
        metrics.Append(EpochRow.Of(2, (MetricNames.TrainLoss, 7), (MetricNames.TestTop1, 0.75)));
        EpochLog.Open(folder.Timing).Append(EpochRow.Of(1, (MetricNames.Seconds, 3725)));
        RunEnvironment.Capture(threads: 2, dataChecksum: "abc123").Save(folder.Environment);
        File.WriteAllText(folder.Command, "kinema train toy\n");
        var full = MadeUpRun.Model();

        var model = RunReport.Of(folder, recipe, full.Evaluation, 2, full.Best, full.Last, selectedOn: "test");

        Assert.Equal(("toy/ctr-gcn-csre", "after the paper", "joint", "kinema train toy"),
            (model.Name, model.Summary, model.Stream, model.Command));
        Assert.Equal(new PublishedFigure(0.946, "Table 3", 0.015), model.Published);
        Assert.Equal([0.5, 0.75], model.Epochs.Select(e => e.TestTop1!.Value));
        Assert.Equal((0.25, 3725.0), (model.Epochs[0].AnchorShare, model.Epochs[0].Seconds));
        Assert.Equal(["cross entropy", "spatial", "temporal"], model.Epochs[0].LossParts.Keys);
        Assert.Contains(new Fact("time", "1 h 02 min"), model.Facts);
        Assert.Contains(new Fact("data checksum", "abc123"), model.Environment);
        Assert.Equal(["environment.json", "metrics.jsonl", "timing.jsonl"], model.Files.Select(f => f.Name));
        Assert.Contains("ctr-gcn", model.Configuration);
        Assert.Contains("Table 3", ReportPage.Html(model));
        Assert.Contains($"the last epoch is {model.Published!.Verdict(model.Last.Top1)}", ReportPage.Html(model));
    }

    [Theory]
    [InlineData(0.931, true, "1.50 points below it, within the tolerance of 1.5")]
    [InlineData(0.93, false, "1.60 points below it, beyond the tolerance of 1.5")]
    [InlineData(0.97, true, "2.40 points above it")]
    public void A_run_reproduces_a_published_figure_unless_it_falls_short_by_more_than_the_tolerance(double top1, bool met, string verdict)
    {
        var published = new PublishedFigure(0.946, "Table 3", 0.015);
        Assert.Equal((met, verdict), (published.IsMetBy(top1), published.Verdict(top1)));
        Assert.Equal((null, verdict.Split(',')[0]), ((published with { Tolerance = null }).IsMetBy(top1), (published with { Tolerance = null }).Verdict(top1)));
    }

    [Fact]
    public void Stills_show_one_clip_a_class_and_prefer_a_longer_one()
    {
        var layout = Layouts.NwUcla;
        SkeletonClip[] clips = [.. Enumerable.Range(0, 20).Select(i => MadeUpRun.Clip(layout, i, frames: i < 10 ? 1 : 6))];
        var dataset = new ClipDataset
        {
            Name = "toy", Layout = layout, Classes = MadeUpRun.Actions, Clips = clips,
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [], ["test"] = [.. Enumerable.Range(0, 20)] },
        };

        var stills = RunReport.Stills(dataset, "test", count: 3);

        Assert.Equal([MadeUpRun.Actions[0], MadeUpRun.Actions[3], MadeUpRun.Actions[6]], stills.Select(s => s.Title));
        Assert.All(stills, still => Assert.Contains("of its 6 frames", still.Description));
    }
}
