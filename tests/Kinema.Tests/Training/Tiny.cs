using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Storage;
using Kinema.Training;

namespace Kinema.Tests.Training;

/// <summary>Runs so small that a test can afford several: 12 training and 12 test clips of 3 classes, 8 frames, the narrowest network.</summary>
internal static class Tiny
{
    public static ClipDataset Data { get; } = Clips(seed: 3);

    public static ClipDataset Clips(long seed, int classes = 3, string layout = "nw-ucla") => SyntheticDataset.Generate(new SyntheticOptions
    {
        Classes = classes, Clips = 8 * classes, Subjects = 2, Cameras = 2, MinFrames = 10, MaxFrames = 20, Seed = seed, Layout = layout,
    });

    /// <summary>Two epochs of six steps of four instances.</summary>
    public static Recipe Recipe(bool csre = false, Func<TrainingSettings, TrainingSettings>? training = null, Func<DataSettings, DataSettings>? data = null)
    {
        var settings = new TrainingSettings
        {
            Epochs = 2, BatchSize = 4, TestBatchSize = 5, LearningRate = 0.05, Seed = 1,
            Schedule = new ScheduleSettings { WarmupEpochs = 1, Steps = [1] },
        };
        var source = new DataSettings { Frames = 8, Repeat = 2 };
        return new Recipe
        {
            Name = "test/tiny",
            Data = data?.Invoke(source) ?? source,
            Model = new ModelSettings { Channels = 16 },
            Csre = new CsreSettings { Enabled = csre, Dimension = 16 },
            Training = training?.Invoke(settings) ?? settings,
        };
    }

    /// <summary>Trains into a folder, from the start or from its last checkpoint.</summary>
    public static TrainingOutcome Run(
        string path, Recipe recipe, int? stopAfter = null, bool resume = false, ClipDataset? data = null, TimeProvider? time = null, TimeSpan? limit = null)
    {
        using var experiment = Experiment.Create(recipe, data ?? Data);
        return Run(path, experiment, stopAfter, resume, time, limit);
    }

    public static TrainingOutcome Run(
        string path, Experiment experiment, int? stopAfter = null, bool resume = false, TimeProvider? time = null, TimeSpan? limit = null)
    {
        using var stop = new CancellationTokenSource();
        var folder = Folder(path);
        var trainer = new Trainer(experiment, folder, new Sink(stop, stopAfter, time as Runs.ManualTime), time ?? new Runs.ManualTime());
        if (resume) trainer.Resume(folder.LastCheckpoint);
        return trainer.Run(new StopConditions(stop.Token, limit));
    }

    public static RunFolder Folder(string path)
    {
        Directory.CreateDirectory(Path.Combine(path, "checkpoints"));
        return RunFolder.Open(path);
    }

    /// <summary>Every tensor and text of a checkpoint, apart from the time it took.</summary>
    public static Dictionary<string, string> Content(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        var content = file.Metadata.Where(entry => entry.Key != "seconds").ToDictionary(entry => entry.Key, entry => entry.Value);
        foreach (var name in file.Names) content[name] = Convert.ToHexString(file.Read(name).Bytes.Span);
        return content;
    }

    /// <summary>Asks for a stop after some steps; each step takes a second of a hand-set clock.</summary>
    private sealed class Sink(CancellationTokenSource stop, int? after, Runs.ManualTime? clock) : IProgressSink
    {
        private int steps;

        public void Report(TrainingProgress progress)
        {
            clock?.Advance(1);
            if (++steps == after) stop.Cancel();
        }

        public void Say(string message)
        {
        }
    }
}
