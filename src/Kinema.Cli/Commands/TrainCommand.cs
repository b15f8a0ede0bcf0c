using System.CommandLine;
using System.Globalization;
using Kinema.Cli.Progress;
using Kinema.Evaluation;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema train RECIPE --data PATH</c>: trains a recipe into a run folder.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = new RecipeOptions();
        var data = new Option<string?>("--data") { Description = "the data set: folder, zip as downloaded, or packed file", HelpName = "PATH" };
        var model = new Option<string?>("--model") { Description = "an encoder: kinema models list", HelpName = "NAME" };
        var stream = CommonOptions.Stream();
        var csre = new Option<bool?>("--csre")
        {
            Description = "with the CSRE plug-in; --csre false: without", HelpName = "BOOL", Arity = ArgumentArity.ZeroOrOne,
        };
        var epochs = new Option<int?>("--epochs") { Description = "passes over the training set", HelpName = "N" };
        var seed = new Option<int?>("--seed") { Description = "every random draw derives from it", HelpName = "N" };
        var output = new Option<string?>("--out") { Description = "the run folder; default runs/RECIPE/DATE-SEED", HelpName = "DIR" };
        var overwrite = new Option<bool>("--overwrite") { Description = "move an existing run folder aside" };
        var resume = new Option<string?>("--resume") { Description = "auto, or a run folder: go on from its last checkpoint", HelpName = "auto|DIR" };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        var limit = new Option<string?>("--time-limit") { Description = "save and leave with 75 after, e.g., 3h50m", HelpName = "TIME" };
        var dryRun = new Option<bool>("--dry-run") { Description = "open, build, train two steps, print what would be; write nothing" };
        var progress = ProgressOption.Create();
        var verb = new Verb("train", "trains a recipe into a run folder");
        recipe.AddTo(verb);
        Option[] options = [data, model, stream, csre, epochs, seed, output, overwrite, resume, device, threads, limit, dryRun, progress, CommonOptions.Json()];
        foreach (var option in options) verb.Add(option);
        return verb.With(
            [
                "kinema train recipes/nw-ucla/ctr-gcn-csre.yaml --data nw-ucla.zip",
                "kinema train recipes/synthetic/demo.yaml --data toy -s training.epochs=3",
                "kinema train recipes/nw-ucla/ctr-gcn.yaml --data nw-ucla.zip --resume auto",
            ],
            "kinema runs list; docs/recipes.md; exit 75, 130, 143: a checkpoint is saved, run again with --resume auto",
            (parse, terminal) =>
            {
                TorchRuntime.Threads = parse.GetValue(threads) ?? Environment.ProcessorCount;
                var flags = Flags(parse, data, stream, csre, epochs, seed, device, model).ToList();
                var (given, request, folder) = Plan(
                    parse, recipe, flags, parse.GetValue(resume), parse.GetValue(output), parse.GetValue(overwrite), terminal);
                var resolved = given.Resolved;
                if (given.SettingsOf is { } other)
                {
                    var own = resolved.Recipe.Model.Name;
                    terminal.Note(
                        $"rates, batch and all else are the settings of {other}"
                        + (RecipeFolder.TryFind($"nw-ucla/{own}.yaml") is null ? "" : $"; those of {own} are in recipes/*/{own}.yaml"));
                }

                if (folder is null) RunFolder.Check(request);   // before large files are read, and where nothing will be written too
                if (parse.GetValue(dryRun))
                {
                    Print(DryRun.Execute(resolved.Recipe), request, folder, terminal);
                    return;
                }

                var display = ProgressOption.SinkFor(terminal, parse.GetRequiredValue(progress));
                using var bar = display as IDisposable;
                var result = TrainingRun.Execute(
                    new TrainingRunRequest(resolved, request, CommandText())
                    {
                        Resume = folder,
                        Stop = new StopConditions(terminal.Stop.Token, Duration(parse.GetValue(limit))) { StoppedWith = () => StoppedWith(terminal) },
                    },
                    display,
                    TimeProvider.System);
                bar?.Dispose();
                Print(result, resolved.Recipe, terminal);
            });
    }

    /// <summary>The command line as typed, for the record.</summary>
    internal static string CommandText() =>
        "kinema " + string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Select(arg => arg.Contains(' ', StringComparison.Ordinal) ? $"'{arg}'" : arg));

    private static IEnumerable<RecipeOverride> Flags(
        ParseResult parse, Option<string?> data, Option<string?> stream, Option<bool?> csre, Option<int?> epochs, Option<int?> seed, Option<string?> device,
        Option<string?> model)
    {
        if (parse.GetValue(model) is { } encoder) yield return new RecipeOverride("model.name", encoder, "--model");
        if (parse.GetValue(data) is { } path)
            yield return new RecipeOverride("data.path", System.Text.Json.JsonSerializer.Serialize(Path.GetFullPath(path)), "--data");
        if (parse.GetValue(stream) is { } name) yield return new RecipeOverride("data.stream", name, "--stream");
        if (parse.GetResult(csre) is not null) yield return new RecipeOverride("csre.enabled", parse.GetValue(csre) is false ? "false" : "true", "--csre");
        if (parse.GetValue(epochs) is { } count) yield return new RecipeOverride("training.epochs", count.ToString(CultureInfo.InvariantCulture), "--epochs");
        if (parse.GetValue(device) is { } place) yield return new RecipeOverride("training.device", place, "--device");
        if (parse.GetValue(seed) is { } number) yield return new RecipeOverride("training.seed", number.ToString(CultureInfo.InvariantCulture), "--seed");
    }

    // A resumed run starts from the checkpoint's recipe; what the command line changes is said.
    private static (GivenRecipe Recipe, RunFolderRequest Request, RunFolder? Resume) Plan(
        ParseResult parse, RecipeOptions options, List<RecipeOverride> flags, string? resume, string? output, bool overwrite, Terminal terminal)
    {
        if (resume is not null && overwrite)
            throw new KinemaException(ExitCode.Usage, "--resume goes on with a run, --overwrite starts it anew; give one of them");
        var named = resume is null or "auto" ? null : RunFolder.Open(resume);
        if (named is not null && !File.Exists(named.LastCheckpoint))
            throw new KinemaException(ExitCode.Checkpoint, $"{named.Path}: holds no checkpoint yet; start it anew with --overwrite --out {named.Path}");
        var given = named is null ? options.Load(parse, flags) : Again(named);
        var request = new RunFolderRequest
        {
            Recipe = given.Resolved.Recipe.Name, Seed = given.Resolved.Recipe.Training.Seed, Out = output, Overwrite = overwrite, Resume = resume == "auto",
        };
        if (resume == "auto" && RunFolder.FindResumable(request) is { } found) (named, given) = (found, Again(found));
        return (given, request, named);

        GivenRecipe Again(RunFolder folder)
        {
            // The run's own config.yaml knows where the clips are; a checkpoint, which may travel, does not.
            var config = File.Exists(folder.Config) ? folder.ReadConfig() : TrainingRun.RecipeOfCheckpoint(folder);
            var again = options.Load(parse, flags, config, required: false);
            foreach (var change in RecipeDiff.Between(RecipeLoader.Parse(config, folder.LastCheckpoint), again.Resolved.Recipe))
                terminal.Note($"changed since the checkpoint: {change}");
            return again;
        }
    }

    /// <summary>130 after Ctrl-C, 143 after TERM, 75 when the time was up.</summary>
    internal static ExitCode StoppedWith(Terminal terminal) => terminal.Stop.ExitCode ?? ExitCode.StoppedEarly;

    private static TimeSpan? Duration(string? text)
    {
        if (text is null) return null;
        double seconds = 0, number = 0;
        foreach (var letter in text)
        {
            if (char.IsAsciiDigit(letter)) number = (number * 10) + (letter - '0');
            else (seconds, number) = (seconds + (number * Unit(letter)), 0);
        }

        if (number > 0 || seconds <= 0) throw new KinemaException(ExitCode.Usage, $"--time-limit is a duration such as 90m or 3h50m; got '{text}'");
        return TimeSpan.FromSeconds(seconds);

        double Unit(char letter) => letter switch
        {
            'd' => 86400,
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => throw new KinemaException(ExitCode.Usage, $"--time-limit is a duration such as 90m or 3h50m; got '{text}'"),
        };
    }

    private static void Print(TrainingRunResult result, Recipe recipe, Terminal terminal)
    {
        var outcome = result.Outcome;
        if (!outcome.Finished)
        {
            terminal.ExitCode = StoppedWith(terminal);
            terminal.Complain(
                $"stopped after epoch {outcome.Epochs} of {recipe.Training.Epochs}, the checkpoint is saved; go on with: kinema train --resume {result.Folder.Path}");
        }

        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.train", new
            {
                Run = result.Folder.Path, outcome.Finished, outcome.Epochs, outcome.BestEpoch, outcome.Seconds,
                Best = Figures(outcome.Best), Last = Figures(outcome.Last), Published = Published(result), Recipe = recipe.Name, Model = recipe.Model.Name,
                recipe.Data.Stream, Csre = recipe.Csre.Enabled,
            });
            return;
        }

        if (!outcome.Finished) return;
        terminal.Out.WriteLine(
            $"{recipe.Name}, stream {recipe.Data.Stream}, {(recipe.Csre.Enabled ? "with" : "without")} CSRE, seed {recipe.Training.Seed}, {ProgressLine.Duration(TimeSpan.FromSeconds(outcome.Seconds))}");
        terminal.Out.WriteLine($"last epoch {outcome.Epochs}: {Line(outcome.Last!)}");
        terminal.Out.WriteLine($"best epoch {outcome.BestEpoch}: {Line(outcome.Best!)} (chosen on the test split, as the papers do)");
        if (result.Report?.Published is { } published)
            terminal.Out.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"published: {100 * published.Top1:0.0} % ({published.Source}); the last epoch is {published.Verdict(outcome.Last!.All.Top1)}"));
        terminal.Out.WriteLine($"report: {result.Folder.Report}");
    }

    private static void Print(DryRun run, RunFolderRequest request, RunFolder? resumed, Terminal terminal)
    {
        var folder = resumed?.Path ?? request.Out ?? Path.Combine(request.Root, request.Recipe.Replace('/', '-'));
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.train-dry-run", new
            {
                Recipe = run.Recipe.Name, Model = run.Recipe.Model.Name, Csre = run.Recipe.Csre.Enabled, Folder = folder, run.Parameters,
                run.PluginParameters, run.TrainingClips, run.TestClips, run.Recipe.Training.Epochs, run.Steps, run.SecondsPerStep,
                TrainingSeconds = run.Training.TotalSeconds, run.PeakBytes, run.Loss,
            });
            return;
        }

        var plugin = run.Recipe.Csre.Enabled
            ? string.Create(CultureInfo.InvariantCulture, $" and {run.PluginParameters:N0} of CSRE's decomposition") : ", without CSRE";
        Line($"{run.Recipe.Name}: {run.Recipe.Model.Name}, {run.Parameters:N0} parameters{plugin}");
        var (epochs, steps) = (Plural.Of(run.Recipe.Training.Epochs, "epoch"), Plural.Of(run.Steps, "step"));
        Line($"{run.TrainingClips} training and {run.TestClips} test clips; {epochs} of {steps} of {run.Recipe.Training.BatchSize} clips");
        Line(
            $"two steps ran: {run.SecondsPerStep:0.00} s a step, loss {run.Loss:0.0000}, peak memory {run.PeakBytes / 1e6:0} MB; training would take about {ProgressLine.Duration(run.Training)}, evaluations not counted (first steps are slow{(run.Recipe.Csre.Enabled ? ", and CSRE's banks still empty" : "")})");
        Line($"would write {(request.Out is null && resumed is null ? "a folder of its own in " : "")}{folder}");

        void Line(FormattableString text) => terminal.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>An accuracy with and without copies in one line.</summary>
    internal static string Line(SplitEvaluation evaluation) =>
        Text(evaluation.All) + (evaluation.WithoutCopies is { } without ? $"; without copies of training clips {Text(without)}" : "");

    /// <summary>The same as data.</summary>
    internal static object? Figures(SplitEvaluation? evaluation) => evaluation is null ? null : new
    {
        evaluation.Split, evaluation.All.Top1, evaluation.All.Top5, evaluation.All.Correct, evaluation.All.Count, evaluation.Copies,
        Top1WithoutCopies = evaluation.WithoutCopies?.Top1, CorrectWithoutCopies = evaluation.WithoutCopies?.Correct,
        CountWithoutCopies = evaluation.WithoutCopies?.Count,
    };

    private static object? Published(TrainingRunResult result) => result.Report?.Published is not { } published ? null : new
    {
        published.Top1, published.Source, published.Tolerance, LastIsWithin = published.IsMetBy(result.Outcome.Last!.All.Top1),
    };

    private static string Text(EvaluationResult result) =>
        string.Create(CultureInfo.InvariantCulture, $"top-1 {100 * result.Top1:0.00} % ({result.Correct} of {result.Count}), top-5 {100 * result.Top5:0.00} %");
}
