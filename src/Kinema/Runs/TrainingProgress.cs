namespace Kinema.Runs;

/// <summary>Where a training run stands after a step.</summary>
public sealed record TrainingProgress
{
    /// <summary>The epoch being run, counted from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Epochs in all.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps done in this epoch.</summary>
    public required int Step { get; init; }

    /// <summary>Steps per epoch.</summary>
    public required int Steps { get; init; }

    /// <summary>Mean total loss of the epoch so far, nats.</summary>
    public required double Loss { get; init; }

    /// <summary>Its parts, by short name, e.g. <c>ce</c>, <c>spatial</c>, <c>temporal</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> LossParts { get; init; } = [];

    /// <summary>Share of anchors that took part in the contrastive terms, 0..1; null without CSRE.</summary>
    public double? Anchors { get; init; }

    /// <summary>Top-1 accuracy on the training clips of the epoch so far, 0..1.</summary>
    public required double Top1 { get; init; }

    /// <summary>The epoch's learning rate.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Clips trained on per second, lately.</summary>
    public required double ClipsPerSecond { get; init; }

    /// <summary>Share of the time spent waiting for data, 0..1.</summary>
    public required double DataShare { get; init; }

    /// <summary>Largest memory of the process so far, bytes.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>Time until the epoch's last step; null before <see cref="EtaEstimator.StepsBeforeFirst"/> steps.</summary>
    public TimeSpan? EtaEpoch { get; init; }

    /// <summary>Time until the run is done; null likewise.</summary>
    public TimeSpan? EtaRun { get; init; }

    /// <summary>Share of all steps done, 0..1.</summary>
    public double Done => Steps == 0 || Epochs == 0 ? 0 : (Epoch - 1 + (double)Step / Steps) / Epochs;
}

/// <summary>Takes what a training run reports: a bar, lines, a status file.</summary>
public interface IProgressSink
{
    /// <summary>Takes the state after a step; called after every step, and decides itself what to show.</summary>
    void Report(TrainingProgress progress);

    /// <summary>Takes a message that must be shown, e.g. an epoch's result.</summary>
    void Say(string message);
}

/// <summary>Passes everything on to several sinks, in order.</summary>
/// <param name="sinks">The sinks.</param>
public sealed class ProgressSinks(params IReadOnlyList<IProgressSink> sinks) : IProgressSink
{
    /// <inheritdoc/>
    public void Report(TrainingProgress progress)
    {
        foreach (var sink in sinks)
            sink.Report(progress);
    }

    /// <inheritdoc/>
    public void Say(string message)
    {
        foreach (var sink in sinks)
            sink.Say(message);
    }
}
