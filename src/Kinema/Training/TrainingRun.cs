using Kinema.Evaluation;
using Kinema.Plots;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Training;

/// <summary>What a run is started with.</summary>
/// <param name="Recipe">The resolved recipe; <c>data.path</c> must be set.</param>
/// <param name="Folder">Name and place of the run folder.</param>
/// <param name="CommandLine">As the user typed it, for the record.</param>
public sealed record TrainingRunRequest(ResolvedRecipe Recipe, RunFolderRequest Folder, string CommandLine)
{
    /// <summary>A folder with a checkpoint to go on from, or null for a new run.</summary>
    public RunFolder? Resume { get; init; }

    /// <summary>Stop early when asked, or in time.</summary>
    public StopConditions Stop { get; init; } = new();

    /// <summary>A finished run to put beside this one in the report.</summary>
    public TrainingRunResult? Baseline { get; init; }

    /// <summary>The clips, when they are open already; else they are read from <c>data.path</c>.</summary>
    public ClipDataset? Data { get; init; }
}

/// <summary>What a run left.</summary>
/// <param name="Folder">Where.</param>
/// <param name="Outcome">Accuracies and time.</param>
/// <param name="Report">What the report shows; null when the run stopped early.</param>
public sealed record TrainingRunResult(RunFolder Folder, TrainingOutcome Outcome, ReportModel? Report);

/// <summary>A whole run: folder, configuration, training, evaluation, summary, report. What <c>kinema train</c> does.</summary>
public static class TrainingRun
{
    /// <summary>Runs to the end, or until asked to stop.</summary>
    /// <param name="request">What to run.</param>
    /// <param name="display">Shows progress to a person.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="KinemaException">A mistake the user can mend; the run folder's status says it too.</exception>
    public static TrainingRunResult Execute(TrainingRunRequest request, IProgressSink display, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(request);
        var recipe = request.Recipe.Recipe;
        var device = Device.Require(recipe.Training.Device);   // before large files are read
        var data = request.Data ?? OpenData(recipe);
        using var experiment = Experiment.Create(recipe, data);
        var folder = request.Resume ?? RunFolder.Create(request.Folder, time);
        using var claim = folder.Lock();
        // A checkpoint that does not fit is refused before anything in its folder is touched.
        var position = request.Resume is null ? null : Checkpoint.Load(folder.LastCheckpoint, experiment);
        var log = new RunLog(folder.Log, time);
        var status = new StatusSink(folder.Status, time);
        try
        {
            var environment = RunEnvironment.Capture(TorchRuntime.Threads, TorchRuntime.Version, Describe(device), data.Checksum);
            AtomicFile.WriteAllText(folder.Config, RecipeText.ToYaml(recipe));
            AppendFile.Write(folder.Command, request.CommandLine + "\n"); // one line per start and resume
            AtomicFile.WriteAllText(folder.Overrides, request.Recipe.OverridesToYaml());
            environment.Save(folder.Environment);

            var sinks = new ProgressSinks(display, status, new PlainLineSink(line => AppendFile.Write(folder.Log, line + "\n"), time));
            sinks.Say(Describe(experiment));
            string[] remarks =
            [
                .. ((string?[])[
                    PreparationFit.Remark(recipe.Data.Pipeline, data), MirrorFit.Remark(recipe.Data.Mirror, data.Classes), IncompleteSet.Remark(data),
                ]).OfType<string>(),
            ];
            foreach (var remark in remarks) sinks.Say(remark);
            var trainer = new Trainer(experiment, folder, sinks, time);
            if (trainer.Copies.Count > 0)
                sinks.Say(
                    $"{trainer.Copies.Count} of the {experiment.TestClips.Count} test clips are number-for-number copies of training clips; accuracy is reported with and without them");
            if (position is not null) trainer.Resume(folder.LastCheckpoint, position);
            var outcome = trainer.Run(request.Stop);
            if (!outcome.Finished)
            {
                status.End(
                    RunState.Stopped, request.Stop.StoppedWith(),
                    "stopped early with a checkpoint; go on with the same command and --resume auto, or with 'kinema train --resume' and this folder");
                return new TrainingRunResult(folder, outcome, null);
            }

            var report = WriteResults(request, folder, experiment, outcome, environment, remarks);
            status.End(RunState.Done, ExitCode.Done);
            return new TrainingRunResult(folder, outcome, report);
        }
        catch (Exception e)
        {
            End(status, log, e);
            throw;
        }
    }

    /// <summary>Opens the clips of a recipe.</summary>
    /// <exception cref="KinemaException">None are named, or they are damaged, or lack the recipe's split or a clip of its list.</exception>
    public static ClipDataset OpenData(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var path = recipe.Data.Path
            ?? throw new KinemaException(
                ExitCode.Configuration, $"recipe {recipe.Name} names no data set; give it with --data PATH (made-up clips: kinema data synth --out toy)");
        var layout = recipe.Data.Layout is { } name ? Layouts.Get(name) : null;
        var data = DatasetReader.Open(path, layout, recipe.Data.Split);
        return recipe.Data.Labels is { } labels ? data.Only("train", LabelFractions.Read(labels), labels) : data;
    }

    /// <summary>The recipe, as YAML, that a run's last checkpoint was trained with.</summary>
    public static string RecipeOfCheckpoint(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Checkpoint.RecipeOf(folder.LastCheckpoint);
    }

    private static string Describe(Device device) =>
        device.Kind == DeviceKind.Cuda && TorchRuntime.CudaDevice(device.Index) is { } name ? $"{device} ({name})" : device.ToString();

    private static string Describe(Experiment experiment)
    {
        var (recipe, data) = (experiment.Recipe, experiment.Data);
        var contrast = experiment.CsreCounts is { } counts
            ? $"CSRE with {counts.HardPositives} hard positives, {counts.HardNegatives} hard and {counts.RandomNegatives} random negatives "
                + $"from banks of {experiment.Instances}"
            : "no CSRE";
        var device = experiment.Device.Kind == DeviceKind.Cpu ? $"{TorchRuntime.Threads} threads" : Describe(experiment.Device);
        var (epochs, steps) = (Plural.Of(recipe.Training.Epochs, "epoch"), Plural.Of(experiment.Steps, "step"));
        return string.Join("; ",
            Text($"{recipe.Name}: {recipe.Model.Name}, {experiment.Network.ParameterCount():N0} parameters, stream {recipe.Data.Stream}, {contrast}"),
            Text($"{data.Name}: {experiment.TrainingClips.Count} training and {experiment.TestClips.Count} test clips, {data.Classes.Count} classes"),
            Text($"{epochs} of {steps}, seed {recipe.Training.Seed}, {device}"));

        static string Text(FormattableString text) => FormattableString.Invariant(text);
    }

    private static ReportModel WriteResults(
        TrainingRunRequest request, RunFolder folder, Experiment experiment, TrainingOutcome outcome, RunEnvironment environment,
        string[] remarks)
    {
        var recipe = experiment.Recipe;
        var (best, last) = (outcome.Best!, outcome.Last!);
        new RunSummary
        {
            Recipe = recipe,
            Environment = environment,
            Epochs = EpochLog.Read(folder.Metrics),
            SelectedOn = "test",
            Best = Accuracies(outcome.BestEpoch, best),
            Last = Accuracies(outcome.Epochs, last),
            Parameters = experiment.Network.ParameterCount(),
            Seconds = outcome.Seconds,
        }.Save(folder.Summary);
        PredictionsCsv.Write(ScoreFile.Load(folder.Scores), folder.Predictions);
        var report = RunReport.Of(
            folder, recipe, best, outcome.BestEpoch, Headline.Of(outcome.BestEpoch, best), Headline.Of(outcome.Epochs, last), "test") with
        {
            Stills = RunReport.Stills(experiment.Data, "test"),
            Baseline = request.Baseline?.Report,
            Notes = remarks,
        };
        Report.Write(report, folder.Path);
        return report;
    }

    private static IReadOnlyList<MeasuredAccuracy> Accuracies(int epoch, SplitEvaluation evaluation)
    {
        var all = new MeasuredAccuracy(epoch, evaluation.Split, evaluation.All.Count, evaluation.All.Top1, evaluation.All.Top5);
        return evaluation.WithoutCopies is { } without
            ? [all, new MeasuredAccuracy(epoch, $"{evaluation.Split} without copies of training clips", without.Count, without.Top1, without.Top5)]
            : [all];
    }

    // The status and the log must say how the run ended, but what ended it must not be hidden by a full disk.
    private static void End(StatusSink status, RunLog log, Exception error)
    {
        var (code, message) = error is KinemaException known
            ? (known.ExitCode, known.Message)
            : (error is TorchOutOfMemoryException or OutOfMemoryException ? ExitCode.OutOfMemory : ExitCode.Fault, error.Message);
        try
        {
            log.Write(error.ToString());
            status.End(RunState.Failed, code, message);
        }
        catch (KinemaException)
        {
            // Nothing can be written any more; the caller still reports the first error.
        }
    }
}
