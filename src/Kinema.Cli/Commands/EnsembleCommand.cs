using System.CommandLine;
using System.Globalization;
using Kinema.Evaluation;
using Kinema.Plots;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema ensemble RUN...</c>: what the networks of several streams score together.</summary>
internal static class EnsembleCommand
{
    private const string Tuned = "tuned";

    public static Command Create()
    {
        var runs = new Argument<string[]>("run") { Description = "run folders, or score files (.safetensors); one a stream", Arity = ArgumentArity.OneOrMore };
        var weights = new Option<string>("--weights")
        {
            Description = $"{string.Join(", ", FusionRule.All.Select(rule => rule.Name))}; numbers such as 0.6,0.4; or {Tuned}",
            DefaultValueFactory = _ => FusionRule.CtrGcn.Name, HelpName = "NAME|LIST",
        };
        var data = new Option<string?>("--data")
        {
            Description = "the data set, to leave out copies of training clips; else the first run's", HelpName = "PATH",
        };
        var bone = new Option<double?>("--bone-factor") { Description = "F in joint + F·bone, where only these two are fused; default 1", HelpName = "F" };
        return new Verb("ensemble", "fuses the scores of several streams: a table of every subset")
        {
            runs,
            weights,
            data,
            bone,
            CommonOptions.Json(),
        }.With(
            ["kinema ensemble runs/joint runs/bone", "kinema ensemble runs/joint runs/bone --weights 0.7,0.5 --json"],
            $"'--weights {Tuned}' looks at the test labels: an upper bound only",
            (parse, terminal) =>
            {
                var paths = parse.GetRequiredValue(runs);
                var tables = paths.Select(Load).ToList();
                var first = DataOf(paths[0]);
                var protocol = tables.Select(table => table.Protocol).FirstOrDefault(known => known is not null) ?? first?.Split;
                var copies = Copies(parse.GetValue(data) ?? first?.Path, protocol, tables[0].Split, terminal);
                var (rows, remark) = Fuse(tables, parse.GetRequiredValue(weights), parse.GetValue(bone), copies);
                var targets = paths.Where(Directory.Exists).Select(TargetsOf).OfType<TargetSettings>().ToList();
                var published = rows.Select(row => Published(row, targets)).ToList();
                if (terminal.Json) { WriteJson(rows, published, remark, terminal); } else { WriteText(rows, published, remark, terminal); }
            });
    }

    private static ScoreTable Load(string path)
    {
        if (File.Exists(path)) { return ScoreFile.Load(path); }
        var scores = RunFolder.Open(path).Scores;
        return File.Exists(scores)
            ? ScoreFile.Load(scores)
            : throw new KinemaException(ExitCode.Data, $"{path}: has no {Path.GetFileName(scores)} yet; let the run end, or score it with 'kinema eval'");
    }

    /// <summary>What a run was trained on, if its folder says so; the path only if it is still there.</summary>
    private static DataSettings? DataOf(string path)
    {
        if (File.Exists(path)) { return null; }
        var config = RunFolder.Open(path).Config;
        var data = File.Exists(config) ? RecipeLoader.Parse(RunFolder.Open(path).ReadConfig(), config).Data : null;
        return Path.Exists(data?.Path) ? data : data is null ? null : data with { Path = null };
    }

    private static TargetSettings? TargetsOf(string path)
    {
        var run = RunFolder.Open(path);
        return File.Exists(run.Config) ? RecipeLoader.Parse(run.ReadConfig(), run.Config).Targets : null;
    }

    /// <summary>What the paper has for these streams, if the runs' recipes know it and agree.</summary>
    private static PublishedFigure? Published(EnsembleRow row, List<TargetSettings> targets)
    {
        var known = targets.Where(one => one.For(row.Streams) is not null)
            .Select(one => new PublishedFigure(one.For(row.Streams)!.Value / 100, one.Source, one.Tolerance / 100)).Distinct().ToList();
        return known is [var agreed] ? agreed : null;
    }

    private static IReadOnlySet<string>? Copies(string? data, string? protocol, string split, Terminal terminal)
    {
        if (data is null)
        {
            terminal.Note("copies of training clips are not looked for: give the data set with --data");
            return null;
        }
        var whole = DatasetReader.OpenWhole(data);
        if (IncompleteSet.Remark(whole) is { } remark) terminal.Note(remark);
        var set = whole.Under(Protocol(whole, data, protocol, terminal));
        var copies = ClipCopies.NamesIfTrained(set, split);
        if (copies is null && split != "train")
            terminal.Note($"{data}: copies of training clips are not looked for: its protocol {set.Protocol} has no split 'train', or none '{split}'");
        return copies;
    }

    // That of the scores; scores written before they named it take the set's first.
    private static string? Protocol(ClipDataset set, string data, string? scored, Terminal terminal) => scored is null ? null
        : ProtocolChoice.Of(
            set, data, asked: null, scored, "which these scores are of", "give the set they were scored on with --data", terminal);

    private static (IReadOnlyList<EnsembleRow> Rows, string? Remark) Fuse(
        List<ScoreTable> tables, string weights, double? boneFactor, IReadOnlySet<string>? copies)
    {
        if (boneFactor is { } factor && !(double.IsFinite(factor) && factor >= 0))
            throw new KinemaException(ExitCode.Usage, string.Create(CultureInfo.InvariantCulture, $"--bone-factor is a number of at least 0; got {factor}"));
        if (boneFactor is not null && (weights == Tuned || !weights.Any(char.IsAsciiLetter)))
            throw new KinemaException(
                ExitCode.Usage, $"--bone-factor belongs to weights with a name, such as {FusionRule.CtrGcn.Name}; with --weights {weights} it would change nothing");
        if (weights == Tuned)
        {
            var tuned = TunedEnsemble.Search(tables, copies: copies);
            return ([tuned.Row], tuned.Warning);
        }
        if (!weights.Any(char.IsAsciiLetter))
        {
            double[] numbers = [.. weights.Split(',').Select(text =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
                    : throw new KinemaException(ExitCode.Usage, $"--weights {weights}: '{text}' is not a number; give one a run, such as 0.6,0.4"))];
            var fused = Ensemble.Fuse(tables, numbers);
            return ([new EnsembleRow([.. tables.Select(table => table.Stream)], numbers, SplitEvaluation.Of(fused, copies))], null);
        }
        var rule = FusionRule.Get(weights);
        return (Ensemble.Subsets(tables, rule, copies, boneFactor ?? 1), $"weights of {rule.Source}");
    }

    private static void WriteText(IReadOnlyList<EnsembleRow> rows, List<PublishedFigure?> published, string? remark, Terminal terminal)
    {
        var copies = rows[0].Result.Copies;
        var quoted = published.OfType<PublishedFigure>().ToList();
        var table = new TextTable(
        [
            "streams", "weights", "top-1", "right",
            .. copies > 0 ? new[] { "top-1 without copies", "right" } : [], .. quoted.Count > 0 ? new[] { "the paper's" } : [],
        ])
        {
            RightAligned = [2, 3, 4, 5, 6],
        };
        foreach (var (i, row) in rows.Index())
        {
            string[] honest = row.Result.WithoutCopies is { } without ? [Percent(without.Top1), $"{without.Correct}/{without.Count}"] : ["-", "-"];
            table.Add([
                string.Join(" + ", row.Streams), string.Join(", ", row.Weights.Select(weight => weight.ToString("0.###", CultureInfo.InvariantCulture))),
                Percent(row.Result.All.Top1), $"{row.Result.All.Correct}/{row.Result.All.Count}", .. copies > 0 ? honest : [],
                .. quoted.Count > 0 ? new[] { published[i] is { } figure ? Percent(figure.Top1) : "-" } : [],
            ]);
        }
        table.Write(terminal.Out);
        if (copies > 0) { terminal.Note($"{copies} clips of split '{rows[0].Result.Split}' are copies of training clips"); }
        var sources = string.Join("; ", quoted.Select(figure => figure.Source).Distinct());
        if (quoted.Count > 0) { terminal.Note($"the paper's: {sources}; on all clips, not measured here"); }
        if (remark is not null) { terminal.Note(remark); }
    }

    private static void WriteJson(
        IReadOnlyList<EnsembleRow> rows, List<PublishedFigure?> published, string? remark, Terminal terminal) => Json.Write(terminal, "kinema.ensemble", new
    {
        rows[0].Result.Split,
        rows[0].Result.Copies,
        Remark = remark,
        Rows = rows.Select((row, i) => new
        {
            row.Streams, row.Weights, All = Figures(row.Result.All), WithoutCopies = Figures(row.Result.WithoutCopies),
            Published = published[i] is { } figure ? new { figure.Top1, figure.Source } : null,
        }),
    });

    private static object? Figures(EvaluationResult? result) =>
        result is null ? null : new { Clips = result.Count, result.Correct, result.Top1, result.Top5, result.BalancedAccuracy };

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.00} %");
}
