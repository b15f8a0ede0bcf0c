using System.CommandLine;
using System.Globalization;
using Kinema.Runs;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema runs list|show</c>: past and present runs.</summary>
internal static class RunsCommand
{
    public static Command Create() => new Verb("runs", "past and present training runs")
    {
        List(),
        Show(),
    }.Describe(["kinema runs list", "kinema runs show runs/latest"]);

    private static Verb List()
    {
        var root = new Argument<string>("folder") { Description = "the folder that holds the runs", DefaultValueFactory = _ => "runs" };
        return new Verb("list", "all runs below a folder, newest first")
        {
            root,
            CommonOptions.Json(),
        }.With(["kinema runs list", "kinema runs list /data/runs --json"], "kinema runs show", (parse, terminal) =>
        {
            var runs = RunCatalog.List(parse.GetRequiredValue(root));
            if (terminal.Json)
            {
                Json.Write(terminal, "kinema.runs", new { Runs = runs });
                return;
            }
            if (runs.Count == 0)
            {
                terminal.Note($"no runs in {parse.GetRequiredValue(root)}");
                return;
            }
            var table = new TextTable("run", "state", "recipe", "stream", "csre", "seed", "epoch", "best top-1", "last top-1") { RightAligned = [5, 6, 7, 8] };
            foreach (var run in runs)
            {
                table.Add(
                    run.Path, run.State, run.Recipe ?? "?", run.Stream ?? "?", OnOff(run.Csre), $"{run.Seed}", Epochs(run), Best(run), Percent(run.LastTop1));
            }
            table.Write(terminal.Out);
        });
    }

    private static Verb Show()
    {
        var path = new Argument<string>("run") { Description = "a run folder, such as runs/latest" };
        return new Verb("show", "one run: how it stands, its accuracy, its files")
        {
            path,
            CommonOptions.Json(),
        }.With(["kinema runs show runs/latest", "kinema runs show runs/latest --json"], "kinema runs list", (parse, terminal) =>
        {
            var run = RunCatalog.Show(parse.GetRequiredValue(path));
            var files = Directory.EnumerateFiles(run.Path, "*", SearchOption.AllDirectories).Where(file => !Path.GetFileName(file).StartsWith('.'))
                .Select(file => new { Name = Path.GetRelativePath(run.Path, file), Bytes = new FileInfo(file).Length })
                .OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
            if (terminal.Json)
            {
                Json.Write(terminal, "kinema.run", new { Run = run, Files = files });
                return;
            }
            var output = terminal.Out;
            output.WriteLine($"{run.Path}: {run.State}, epoch {Epochs(run)}");
            var seed = run.Seed?.ToString(CultureInfo.InvariantCulture) ?? "?";
            output.WriteLine($"recipe {run.Recipe ?? "?"}, stream {run.Stream ?? "?"}, CSRE {OnOff(run.Csre)}, seed {seed}"
                + (run.Started is { } started ? string.Create(CultureInfo.InvariantCulture, $", started {started.UtcDateTime:yyyy-MM-dd HH:mm} UTC") : ""));
            output.WriteLine($"test top-1: best {Best(run)} (chosen on the test clips), last {Percent(run.LastTop1)}");
            foreach (var fault in run.Faults) { output.WriteLine($"fault: {fault}"); }
            output.WriteLine();
            var table = new TextTable("file", "bytes") { RightAligned = [1] };
            foreach (var file in files) { table.Add(file.Name, $"{file.Bytes}"); }
            table.Write(output);
        });
    }

    private static string Epochs(RunEntry run) => $"{run.DoneEpochs}/{run.Epochs?.ToString(CultureInfo.InvariantCulture) ?? "?"}";

    private static string Best(RunEntry run) =>
        run.BestEpoch is { } epoch ? string.Create(CultureInfo.InvariantCulture, $"{Percent(run.BestTop1)} @{epoch}") : "-";

    private static string Percent(double? share) => share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:0.00} %") : "-";

    private static string OnOff(bool? on) => on switch { true => "on", false => "off", null => "?" };
}
