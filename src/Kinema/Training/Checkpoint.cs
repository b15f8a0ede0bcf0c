using System.Globalization;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Training;

/// <summary>Where a run stands.</summary>
/// <param name="Epoch">Epochs done.</param>
/// <param name="Step">Steps done in the epoch after them.</param>
/// <param name="Meter">What that epoch has gathered so far.</param>
/// <param name="BestEpoch">The best epoch so far, 1-based; 0 before the first.</param>
/// <param name="BestTop1">Its accuracy on the test split.</param>
/// <param name="Seconds">Time spent, resumes added up.</param>
internal sealed record RunPosition(int Epoch, int Step, EpochMeter Meter, int BestEpoch, double BestTop1, double Seconds);

/// <summary>
/// A checkpoint (<c>.kpt</c>): a safetensors file with the network, the plug-in and its banks, the optimiser, and where the run stands.
/// The random state needs no place: every draw derives from (seed, epoch, step or instance, purpose). Reading one never executes anything.
/// </summary>
internal static class Checkpoint
{
    internal const string Schema = "kinema.checkpoint";
    internal const string ModelPrefix = "model.";
    private const string CsrePrefix = "csre.";
    private const string OptimizerPrefix = "optimizer.";

    internal static void Save(string path, Experiment experiment, RunPosition position)
    {
        using var scope = TensorScope.Begin();
        var tensors = StateFiles.Save(experiment.Network, ModelPrefix)
            .Concat(experiment.Csre is { } csre ? StateFiles.Save(csre, CsrePrefix) : [])
            .Concat(experiment.Optimizer.State().Select(entry => entry.Value.ToStored(OptimizerPrefix + entry.Name)));
        var metadata = experiment.Model.Describe();
        metadata["schema"] = Schema;
        metadata["version"] = "1";
        metadata["data_checksum"] = experiment.Data.Checksum;
        metadata[TrainedModel.EpochKey] = Text(position.Epoch);
        metadata["step"] = Text(position.Step);
        metadata["meter"] = position.Meter.ToText();
        metadata["best_epoch"] = Text(position.BestEpoch);
        metadata["best_top1"] = Text(position.BestTop1);
        metadata["seconds"] = Text(position.Seconds);
        SafeTensors.Write(path, tensors, metadata);
    }

    /// <summary>Restores everything. The experiment must have been built from the same recipe and data, apart from what may change.</summary>
    /// <exception cref="KinemaException">Damaged, of another shape, or of other data.</exception>
    internal static RunPosition Load(string path, Experiment experiment)
    {
        using var file = SafeTensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault("schema") != Schema)
            throw new KinemaException(ExitCode.Checkpoint, $"{path}: is no checkpoint of a run, so it cannot be resumed");
        var position = Position(path, Entry);
        RefuseAnotherRun(path, RecipeLoader.Parse(Entry("recipe"), path), experiment, position);
        if (Entry("data_checksum") != experiment.Data.Checksum)
        {
            throw new KinemaException(
                ExitCode.Checkpoint,
                $"{path}: was trained on other clips (checksum {Short(Entry("data_checksum"))}, here {Short(experiment.Data.Checksum)}); "
                + $"give the same --data{(experiment.Recipe.Data.Labels is null ? "" : " and the same list as data.labels")}, or start a new run with --out");
        }

        if (position.Step > experiment.Steps)
            throw new KinemaException(ExitCode.Checkpoint, $"{path}: stands at step {position.Step} of an epoch of {experiment.Steps}; the file is damaged");
        using var scope = TensorScope.Begin();
        StateFiles.Load(experiment.Network, Part(ModelPrefix), path);
        if (experiment.Csre is { } csre) StateFiles.Load(csre, Part(CsrePrefix), path);
        else if (Part(CsrePrefix).Count > 0)
            throw new KinemaException(ExitCode.Checkpoint, $"{path}: was trained with CSRE; resume it with csre.enabled=true, or start a new run with --out");
        experiment.Optimizer.Load(Part(OptimizerPrefix).ToDictionary(entry => entry.Key, entry => entry.Value.ToTensor()));
        return position;

        string Entry(string key) => file.Metadata.TryGetValue(key, out var value) ? value
            : throw new KinemaException(ExitCode.Checkpoint, $"{path}: its metadata lacks '{key}'; the file is damaged");

        Dictionary<string, StoredTensor> Part(string prefix) => file.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[prefix.Length..], name => file.Read(name).Named(name[prefix.Length..]));
    }

    private static RunPosition Position(string path, Func<string, string> entry)
    {
        try
        {
            var position = new RunPosition(
                Whole(TrainedModel.EpochKey), Whole("step"), EpochMeter.Parse(entry("meter")), Whole("best_epoch"),
                double.Parse(entry("best_top1"), CultureInfo.InvariantCulture), double.Parse(entry("seconds"), CultureInfo.InvariantCulture));
            if (position.Epoch >= 0 && position.Step >= 0 && position.BestEpoch >= 0 && position.BestEpoch <= position.Epoch) return position;
        }
        catch (Exception e) when (e is FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw Damaged(e);
        }

        throw Damaged(null);

        int Whole(string key) => int.Parse(entry(key), NumberStyles.None, CultureInfo.InvariantCulture);

        KinemaException Damaged(Exception? inner) =>
            new(
                ExitCode.Checkpoint, $"{path}: its metadata does not say where the run stands; the file is damaged: resume from another checkpoint, or start anew", inner);
    }

    // Some keys may change between two sessions of a run (epochs, learning rate, ...). Those that decide what the network sees, or what the
    // steps of a begun epoch are, may not: the result would be neither the old run nor the new one.
    private static void RefuseAnotherRun(string path, Recipe trained, Experiment experiment, RunPosition position)
    {
        string[] always =
        [
            "data.stream", "data.variant", "data.frames", "data.layout", "data.split", "data.pipeline", "data.persons", "data.absent-person", "data.origin",
            "model.name", "model.channels", "training.optimizer",
            .. EncoderRegistry.Get(experiment.Recipe.Model.Name).Keys,
        ];
        if (experiment.Network.Encoder.ScoresDependOnBatch) always = [.. always, "training.test-batch-size"]; // or the best epoch is no longer comparable
        string[] withinEpoch = ["data.repeat", "data.mirror", "training.batch-size", "training.accumulate", "training.seed"];
        var fixedKeys = position.Step > 0 ? [.. always, .. withinEpoch] : always;
        if (RecipeDiff.Between(trained, experiment.Recipe).FirstOrDefault(change => fixedKeys.Contains(change.Path)) is { } changed)
        {
            throw new KinemaException(
                ExitCode.Checkpoint,
                $"{path}: was trained with {changed.Path} {changed.Old}, now it is {changed.New}; resume with --set {changed.Path}={changed.Old}, or start a new run with --out");
        }
    }

    private static string Short(string checksum) => checksum[..Math.Min(12, checksum.Length)];

    /// <summary>The recipe a checkpoint was trained with.</summary>
    internal static string RecipeOf(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Metadata.TryGetValue("recipe", out var recipe) ? recipe
            : throw new KinemaException(ExitCode.Checkpoint, $"{path}: holds no recipe; it is no checkpoint of a run");
    }

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString("R".AsFormatOf(value), CultureInfo.InvariantCulture);

    private static string? AsFormatOf<T>(this string roundTrip, T value) => value is double ? roundTrip : null;
}
