using System.Globalization;
using Kinema.Evaluation;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Previews;

namespace Kinema.Plots;

/// <summary>Gathers a report from what a run left in its folder. What the folder lacks, the report leaves out.</summary>
public static class RunReport
{
    private static readonly (string File, string What)[] Known =
    [
        ("config.yaml", "the resolved recipe"), ("overrides.yaml", "what the command line changed"), ("environment.json", "what it ran on"),
        ("metrics.jsonl", "results of each epoch, one JSON object a line"), ("metrics.csv", "the same as a table"),
            ("timing.jsonl", "seconds and memory of each epoch"),
        ("summary.json", "the run in one document"), ("scores.safetensors", "raw logits of every test clip, for ensembles"),
        ("predictions.csv", "truth, five best classes and scores of every test clip"),
            ("checkpoints/last.kpt", "weights, optimiser and banks after the last epoch"),
        ("checkpoints/best.kpt", "the same of the best epoch"), ("report.json", "this report as data"),
        ("run.log", "everything said during the run"),
    ];

    /// <summary>The report of a run.</summary>
    /// <param name="folder">The run's folder; its metrics must be written.</param>
    /// <param name="recipe">The resolved recipe.</param>
    /// <param name="evaluation">The evaluation of the weights of epoch <paramref name="evaluatedEpoch"/>.</param>
    /// <param name="evaluatedEpoch">Which epoch that is, counted from 1.</param>
    /// <param name="best">The best epoch.</param>
    /// <param name="last">The last epoch.</param>
    /// <param name="selectedOn">The split the best epoch was chosen on.</param>
    /// <returns>A model to which stills, facts and a baseline are added by <c>with</c>.</returns>
    public static ReportModel Of(
        RunFolder folder, Recipe recipe, SplitEvaluation evaluation, int evaluatedEpoch, Headline best, Headline last, string selectedOn)
    {
        var timing = File.Exists(folder.Timing) ? EpochLog.Read(folder.Timing) : [];
        var seconds = timing.Sum(row => row[MetricNames.Seconds] ?? 0);
        List<Fact> facts = [new("encoder", recipe.Model.Name), new("CSRE", recipe.Csre.Enabled ? "on" : "off"),
            new("seed", Text(recipe.Training.Seed)),
            new("epochs", Text(recipe.Training.Epochs)), new("batch", Text(recipe.Training.BatchSize))];
        if (seconds > 0) { facts.Add(new("time", Duration(seconds))); }
        var target = recipe.Targets.For(recipe.Data.Stream);
        return new ReportModel
        {
            Name = recipe.Name,
            Summary = recipe.Paper,
            Stream = recipe.Data.Stream,
            Split = evaluation.Split,
            SelectedOn = selectedOn,
            Best = best,
            Last = last,
            Published = target is { } percent ? new PublishedFigure(percent / 100, recipe.Targets.Source, recipe.Targets.Tolerance / 100) : null,
            Facts = facts,
            Epochs = [.. EpochLog.Read(folder.Metrics).Select(row => Point(row, timing.FirstOrDefault(t => t.Epoch == row.Epoch)))],
            Evaluation = evaluation,
            EvaluatedEpoch = evaluatedEpoch,
            Configuration = RecipeText.ToYaml(recipe),
            Environment = File.Exists(folder.Environment) ? Facts(RunEnvironment.Load(folder.Environment)) : [],
            Command = File.Exists(folder.Command) ? File.ReadAllText(folder.Command).Trim() : "",
            Files = [.. Known.Where(f => File.Exists(Path.Combine(folder.Path, f.File))).Select(f => new Fact(f.File, f.What))],
        };
    }

    /// <summary>Stills of test clips, one a class, spread evenly over the classes.</summary>
    /// <param name="dataset">The clips.</param>
    /// <param name="split">The split to take them from.</param>
    /// <param name="count">How many classes to show.</param>
    public static IReadOnlyList<Figure> Stills(ClipDataset dataset, string split, int count = 4) =>
        [.. ClipExamples.Of(dataset, count, split).Select(item => ClipPictures.Stills(dataset.Layout, item.Clip, item.Label).ToFigure())];

    private static EpochPoint Point(EpochRow row, EpochRow? timing)
    {
        var parts = new Dictionary<string, double>();
        foreach (var (name, key) in ((string, string)[])[("cross entropy", MetricNames.TrainCrossEntropy),
            ("spatial", MetricNames.TrainSpatial), ("temporal", MetricNames.TrainTemporal)])
        {
            if (row[key] is { } value) { parts[name] = value; }
        }
        return new EpochPoint(row.Epoch, row[MetricNames.TrainLoss], parts, row[MetricNames.TrainTop1], row[MetricNames.TestTop1],
            row[MetricNames.TrainAnchors], row[MetricNames.LearningRate], timing?[MetricNames.Seconds]);
    }

    private static Fact[] Facts(RunEnvironment e)
    {
        (string Name, string? Value)[] facts =
        [
            ("kinema", e.Commit is null ? e.Kinema : $"{e.Kinema} ({e.Commit})"), ("system", $"{e.System}, {e.Architecture}"),
            ("processor", e.Processor), ("vectors", e.Vectors), ("cores", Text(e.Cores)), ("threads", Text(e.Threads)), (".NET", e.Dotnet), 
            ("libtorch", e.Libtorch), ("device", e.Device), ("data checksum", e.DataChecksum),
        ];
        return [.. facts.Where(fact => fact.Value is not null).Select(fact => new Fact(fact.Name, fact.Value!))];
    }

    private static string Duration(double seconds) => TimeSpan.FromSeconds(Math.Round(seconds)) switch
    {
        { TotalHours: >= 1 } time => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
        { TotalMinutes: >= 1 } time => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds:00} s"),
        var time => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s"),
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
