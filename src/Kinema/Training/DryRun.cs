using System.Diagnostics;
using Kinema.Recipes;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Training;

/// <summary>What a run would be, measured on two steps of its first batches; nothing is written.</summary>
/// <param name="Recipe">The resolved recipe.</param>
/// <param name="Parameters">Trainable numbers of the network.</param>
/// <param name="PluginParameters">Trainable numbers of CSRE's decomposition, 0 without it.</param>
/// <param name="TrainingClips">Clips of the training split.</param>
/// <param name="TestClips">Clips of the test split.</param>
/// <param name="Steps">Per epoch.</param>
/// <param name="SecondsPerStep">The second step's time; the first one allocates and compiles.</param>
/// <param name="PeakBytes">Largest memory of the process after them.</param>
/// <param name="Loss">Of the second step; a first sign that clips and labels are sound.</param>
public sealed record DryRun(
    Recipe Recipe, long Parameters, long PluginParameters, int TrainingClips, int TestClips, int Steps, double SecondsPerStep, long PeakBytes, double Loss)
{
    /// <summary>Training time of the whole run, evaluations not counted.</summary>
    public TimeSpan Training => TimeSpan.FromSeconds(SecondsPerStep * Steps * Recipe.Training.Epochs);

    /// <summary>Opens the clips, builds the network, and trains on two batches.</summary>
    /// <exception cref="KinemaException">Whatever would stop the run in its first steps.</exception>
    public static DryRun Execute(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        _ = Device.Require(recipe.Training.Device);
        using var experiment = Experiment.Create(recipe, TrainingRun.OpenData(recipe));
        var settings = recipe.Training;
        var (seconds, loss) = (0.0, 0.0);
        using var loader = BatchLoader.Training(
            experiment.TrainingClips, recipe.Data.Repeat, experiment.Model.Pipeline, settings.BatchSize, settings.Seed, epoch: 0,
            decoders: BatchLoader.DecodersFor(TorchRuntime.Threads));
        foreach (var (step, batch) in loader.Batches().Take(2).Index())
        {
            var begin = Stopwatch.GetTimestamp();
            var result = TrainingStep.Run(experiment, batch, epoch: 0, step, new LearningRate(settings).At(0));
            if (!result.IsFinite)
                throw new KinemaException(
                    ExitCode.Diverged, $"recipe {recipe.Name}: the loss of step {step + 1} is not finite; lower training.learning-rate, or look at the clips with 'kinema data inspect'");
            TorchRuntime.Synchronize(experiment.Device);
            (seconds, loss) = (Stopwatch.GetElapsedTime(begin).TotalSeconds, result.Loss);
        }

        using var process = Process.GetCurrentProcess();
        return new DryRun(
            recipe, experiment.Network.ParameterCount(), experiment.Csre?.ParameterCount() ?? 0, experiment.TrainingClips.Count, experiment.TestClips.Count,
            experiment.Steps, seconds, process.PeakWorkingSet64, loss);
    }
}
