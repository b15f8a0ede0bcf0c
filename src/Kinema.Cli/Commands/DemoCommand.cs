using System.CommandLine;
using System.Globalization;
using Kinema.Cli.Progress;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema demo</c>: made-up clips, CTR-GCN without and with CSRE, and a report: the first five minutes.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out")
        {
            Description = "the folder for clips, runs and report", DefaultValueFactory = _ => Path.Combine("runs", "demo"), HelpName = "DIR",
        };
        var seed = new Option<int>("--seed") { Description = "of the clips and of the training", DefaultValueFactory = _ => 1, HelpName = "N" };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var progress = ProgressOption.Create();
        return new Verb("demo", "trains on made-up clips without and with CSRE, in minutes")
        {
            output, seed, device, threads, progress, CommonOptions.Json(),
        }.With(
            ["kinema demo", "kinema demo --out demo-7 --seed 7"],
            "an earlier demo in the folder is moved aside; real clips: kinema train recipes/nw-ucla/ctr-gcn-csre.yaml --data nw-ucla.zip",
            (parse, terminal) =>
            {
                TorchRuntime.Threads = parse.GetValue(threads) ?? Environment.ProcessorCount;
                var place = Device.Require(parse.GetValue(device) ?? "cpu");
                Run(parse.GetRequiredValue(output), parse.GetValue(seed), place, parse.GetRequiredValue(progress), terminal);
            });
    }

    private static void Run(string folder, int seed, Device device, string progress, Terminal terminal)
    {
        MakeRoom(folder, terminal);
        var clips = SyntheticDataset.Generate(new SyntheticOptions { Seed = seed });
        var file = Path.Combine(folder, "clips", PackedDataset.FileName);
        PackedDataset.Write(clips, file, StoredType.Float32);
        var data = DatasetReader.Open(file);
        terminal.Note(
            $"{file}: {data.Clips.Count} made-up clips of {data.Classes.Count} actions ({string.Join(", ", data.Classes)}); cameras 1 and 2 train, camera 3 tests");
        var plain = Train(RecipeFolder.Find("synthetic/demo.yaml"), folder, "plain", data, file, seed, device, progress, null, terminal);
        if (plain.Report is null)
        {
            Stopped(plain, terminal);
            return;
        }

        var contrast = Train(RecipeFolder.Find("synthetic/demo-csre.yaml"), folder, "csre", data, file, seed, device, progress, plain, terminal);
        if (contrast.Report is null)
        {
            Stopped(contrast, terminal);
            return;
        }

        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.demo", new
            {
                Finished = true, Clips = file, Report = contrast.Folder.Report,
                Plain = new { Best = TrainCommand.Figures(plain.Outcome.Best), Last = TrainCommand.Figures(plain.Outcome.Last), plain.Outcome.Seconds },
                Csre = new { Best = TrainCommand.Figures(contrast.Outcome.Best), Last = TrainCommand.Figures(contrast.Outcome.Last), contrast.Outcome.Seconds },
            });
            return;
        }

        var recipe = RecipeLoader.LoadFile(RecipeFolder.Find("synthetic/demo.yaml"));
        terminal.Out.WriteLine(
            $"CTR-GCN, {recipe.Model.Channels} channels instead of 64, {recipe.Training.Epochs} epochs, made-up clips, test split, seed {seed}:");
        var table = new TextTable("", "last epoch", "best epoch", "time") { RightAligned = [1, 2, 3] };
        table.Add(
            "without CSRE", Cell(plain.Outcome.Last!.All.Top1), Cell(plain.Outcome.Best!.All.Top1),
            ProgressLine.Duration(TimeSpan.FromSeconds(plain.Outcome.Seconds)));
        table.Add(
            "with CSRE", Cell(contrast.Outcome.Last!.All.Top1), Cell(contrast.Outcome.Best!.All.Top1),
            ProgressLine.Duration(TimeSpan.FromSeconds(contrast.Outcome.Seconds)));
        table.Write(terminal.Out);
        terminal.Out.WriteLine($"report: {contrast.Folder.Report}");
        var tested = clips.Split("test").Count;
        var one = (100.0 / tested).ToString("0.0", CultureInfo.InvariantCulture);
        terminal.Note($"a narrow network, few epochs and {tested} test clips show that it runs, not what it is worth: one clip is {one} points");
    }

    /// <summary>Moves an earlier demo aside as a whole, so that its clips stay with its runs. What is no demo is not touched.</summary>
    private static void MakeRoom(string folder, Terminal terminal)
    {
        if (File.Exists(folder)) throw new KinemaException(ExitCode.Usage, $"{folder}: is a file; name another folder with --out");
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any()) return;
        string[] runs = [Path.Combine(folder, "plain"), Path.Combine(folder, "csre")];
        if (!File.Exists(Path.Combine(folder, "clips", PackedDataset.FileName)) || !runs.Any(Directory.Exists))
            throw new KinemaException(ExitCode.Usage, $"{folder}: is not empty, and no earlier demo; name another folder with --out");
        terminal.Note($"{folder}: an earlier demo, moved aside to {RunFolder.MoveAside(folder, TimeProvider.System, runs)}");
    }

    private static string Cell(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static TrainingRunResult Train(
        string recipe, string folder, string name, ClipDataset data, string file, int seed, Device device, string progress,
        TrainingRunResult? baseline, Terminal terminal)
    {
        var resolved = RecipeLoader.Load(new RecipeRequest
        {
            Files = [recipe],
            Overrides =
            [
                new RecipeOverride("data.path", System.Text.Json.JsonSerializer.Serialize(Path.GetFullPath(file)), "kinema demo"),
                new RecipeOverride("training.device", device.ToString(), "--device"),
                new RecipeOverride("training.seed", seed.ToString(CultureInfo.InvariantCulture), "--seed"),
            ],
        });
        var display = ProgressOption.SinkFor(terminal, progress);
        using var bar = display as IDisposable;
        var result = TrainingRun.Execute(
            new TrainingRunRequest(
                resolved,
                new RunFolderRequest { Recipe = resolved.Recipe.Name, Seed = seed, Out = Path.Combine(folder, name) },
                TrainCommand.CommandText())
            {
                Data = data, Baseline = baseline, Stop = new StopConditions(terminal.Stop.Token) { StoppedWith = () => TrainCommand.StoppedWith(terminal) },
            },
            display,
            TimeProvider.System);
        return result;
    }

    private static void Stopped(TrainingRunResult result, Terminal terminal)
    {
        terminal.ExitCode = TrainCommand.StoppedWith(terminal);
        terminal.Complain(
            $"stopped after epoch {result.Outcome.Epochs}, the checkpoint is saved; end this run with: kinema train --resume {result.Folder.Path}; or begin the demo anew");
        if (terminal.Json) Json.Write(terminal, "kinema.demo", new { Finished = false, Run = result.Folder.Path });
    }
}
