using System.Diagnostics;
using Kinema.Evaluation;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Training;

/// <summary>
/// Trains an experiment into a run folder. Starting order: a fresh network, then a checkpoint over it when resuming. The order at the end
/// of an epoch is: evaluate, append the metrics, save the checkpoint, so that every epoch a checkpoint counts has its row.
/// </summary>
public sealed class Trainer
{
    private readonly Experiment experiment;
    private readonly RunFolder folder;
    private readonly IProgressSink progress;
    private readonly TimeProvider time;
    private readonly IReadOnlySet<string> copies;
    private readonly LearningRate schedule;
    private readonly EtaEstimator eta = new();
    private RunPosition position = new(0, 0, new EpochMeter(), 0, 0, 0);
    private ScoreTable? lastScores;
    private long started;

    /// <summary>Prepares a run.</summary>
    /// <param name="experiment">What is trained.</param>
    /// <param name="folder">Where everything is written.</param>
    /// <param name="progress">What is told about every step.</param>
    /// <param name="time">The clock of files and limits.</param>
    public Trainer(Experiment experiment, RunFolder folder, IProgressSink progress, TimeProvider time)
    {
        this.experiment = experiment ?? throw new ArgumentNullException(nameof(experiment));
        this.folder = folder ?? throw new ArgumentNullException(nameof(folder));
        this.progress = progress ?? throw new ArgumentNullException(nameof(progress));
        this.time = time ?? throw new ArgumentNullException(nameof(time));
        copies = ClipCopies.Names(experiment.Data);
        schedule = new LearningRate(experiment.Recipe.Training);
    }

    /// <summary>Names of the test clips that are number-for-number copies of training clips.</summary>
    public IReadOnlySet<string> Copies => copies;

    /// <summary>Goes back to a checkpoint.</summary>
    /// <exception cref="KinemaException">It does not fit.</exception>
    public void Resume(string checkpoint) => Resume(checkpoint, Checkpoint.Load(checkpoint, experiment));

    /// <summary>Goes on from a checkpoint that was loaded into the experiment already.</summary>
    internal void Resume(string checkpoint, RunPosition from)
    {
        position = from;
        progress.Say($"resumed {checkpoint} after epoch {position.Epoch}{(position.Step > 0 ? $", step {position.Step}" : "")}");
    }

    /// <summary>Trains until the last epoch or until asked to stop.</summary>
    /// <exception cref="KinemaException">The loss is no longer finite; the message names the clips, the batch is saved.</exception>
    public TrainingOutcome Run(StopConditions stop)
    {
        ArgumentNullException.ThrowIfNull(stop);
        started = time.GetTimestamp();
        var before = position.Seconds;
        var epochs = experiment.Recipe.Training.Epochs;
        var metrics = EpochLog.Open(folder.Metrics, folder.MetricsTable, position.Epoch);
        var timing = EpochLog.Open(folder.Timing, null, position.Epoch);
        using var events = EventFile.Create(folder.Path, time, position.Epoch + 1);
        while (position.Epoch < epochs)
        {
            if (!Epoch(stop, before, out var timingRow))
            {
                // The loss of the last step was finite, but a gradient may have overflowed: nothing of it may replace a good checkpoint.
                if (!experiment.WeightsAreFinite())
                    throw new KinemaException(
                        ExitCode.Diverged, $"epoch {position.Epoch + 1}, step {position.Step}: a weight is not finite; {LastGood()}. Lower training.learning-rate");
                Checkpoint.Save(folder.LastCheckpoint, experiment, position);
                return Outcome(finished: false);
            }

            Finish(Evaluate(), metrics, timing, events, timingRow, before);
        }

        return Outcome(finished: true);
    }

    // True when the epoch was trained to its end.
    private bool Epoch(StopConditions stop, double before, out TimingRow row)
    {
        var (epoch, settings) = (position.Epoch, experiment.Recipe.Training);
        var rate = schedule.At(epoch);
        experiment.Network.Train();
        using var loader = BatchLoader.Training(
            experiment.TrainingClips, experiment.Recipe.Data.Repeat, experiment.Model.Pipeline, settings.BatchSize, settings.Seed, epoch, position.Step,
            BatchLoader.DecodersFor(TorchRuntime.Threads));
        var (begin, trained) = (Stopwatch.GetTimestamp(), 0);
        foreach (var batch in loader.Batches())
        {
            var stepBegin = Stopwatch.GetTimestamp();
            var result = TrainingStep.Run(experiment, batch, epoch, position.Step, rate);
            if (!result.IsFinite) throw Diverged(batch);
            position.Meter.Add(batch.Count, result.Loss, result.CrossEntropy, result.Spatial, result.Temporal, result.Anchors, result.Correct);
            position = position with { Step = position.Step + 1, Seconds = before + time.GetElapsedTime(started).TotalSeconds };
            trained += batch.Count;
            eta.AddStep(Stopwatch.GetElapsedTime(stepBegin).TotalSeconds);
            Report(epoch, rate, trained / Stopwatch.GetElapsedTime(begin).TotalSeconds, loader.Waited / Stopwatch.GetElapsedTime(begin));
            if (position.Step < experiment.Steps && (stop.Stop.IsCancellationRequested || time.GetElapsedTime(started) >= stop.TimeLimit))
            {
                row = default;
                return false;
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(begin);
        row = new TimingRow(elapsed.TotalSeconds, trained / elapsed.TotalSeconds, loader.Waited / elapsed);
        return true;
    }

    // The loss of an epoch's last step may be finite while that very step breaks the weights. The clips were checked before the run began,
    // so a score that is not finite means the weights: they become no checkpoint, and the run ends as it would at its next step.
    private ScoreTable Evaluate()
    {
        try
        {
            return Evaluator.Score(experiment.Model, experiment.TestClips, "test", experiment.Recipe.Training.TestBatchSize, experiment.Data.Protocol);
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
        {
            throw new KinemaException(
                ExitCode.Diverged, $"epoch {position.Epoch + 1}, after its last step: {error.Message}; {LastGood()}. Lower training.learning-rate", error);
        }
    }

    private void Finish(ScoreTable scores, EpochLog metrics, EpochLog timing, EventFile events, TimingRow times, double before)
    {
        var pause = Stopwatch.GetTimestamp();
        var (epoch, meter) = (position.Epoch + 1, position.Meter);
        var test = EvaluationResult.Of(scores);
        var csre = experiment.Csre is not null;
        var row = EpochRow.Of(
            epoch,
            (MetricNames.TrainLoss, meter.MeanLoss), (MetricNames.TrainCrossEntropy, meter.MeanCrossEntropy),
            (MetricNames.TrainSpatial, csre ? meter.MeanSpatial : null), (MetricNames.TrainTemporal, csre ? meter.MeanTemporal : null),
            (MetricNames.TrainAnchors, csre ? meter.AnchorShare : null), (MetricNames.TrainTop1, meter.Top1),
            (MetricNames.LearningRate, schedule.At(position.Epoch)),
            (MetricNames.TestLoss, test.CrossEntropy), (MetricNames.TestTop1, test.Top1), (MetricNames.TestTop5, test.Top5));
        var timeRow = EpochRow.Of(
            epoch, (MetricNames.Seconds, times.Seconds), (MetricNames.ClipsPerSecond, times.ClipsPerSecond),
            (MetricNames.DataShare, times.DataShare), (MetricNames.PeakBytes, PeakBytes()));
        metrics.Append(row);
        timing.Append(timeRow);
        events.AddRow(row);
        events.AddRow(timeRow);

        var best = test.Top1 > position.BestTop1 || position.BestEpoch == 0;
        position = new RunPosition(
            epoch, 0, new EpochMeter(), best ? epoch : position.BestEpoch, best ? test.Top1 : position.BestTop1,
            before + time.GetElapsedTime(started).TotalSeconds);
        lastScores = scores;
        if (best)
        {
            Checkpoint.Save(folder.BestCheckpoint, experiment, position);
            ScoreFile.Save(scores, folder.Scores);
        }

        var keep = experiment.Recipe.Training.KeepEvery;
        if (keep > 0 && epoch % keep == 0) Checkpoint.Save(folder.EpochCheckpoint(epoch), experiment, position);
        Checkpoint.Save(folder.LastCheckpoint, experiment, position);
        eta.AddPause(Stopwatch.GetElapsedTime(pause).TotalSeconds);
        var epochs = experiment.Recipe.Training.Epochs;
        progress.Say(
            FormattableString.Invariant($"epoch {epoch}/{epochs}  loss {meter.MeanLoss:0.0000}  train top-1 {100 * meter.Top1:0.0} %")
            + FormattableString.Invariant($"  test top-1 {100 * test.Top1:0.00} % ({test.Correct} of {test.Count})")
            + FormattableString.Invariant($"  best {100 * position.BestTop1:0.00} % at epoch {position.BestEpoch}"));
    }

    private TrainingOutcome Outcome(bool finished)
    {
        if (position.Epoch == 0) return new TrainingOutcome(finished, 0, 0, null, null, position.Seconds);
        var bestScores = ScoreFile.Load(folder.Scores);
        // A run that was resumed when it was done already has not scored its last epoch in this process. In mid-epoch the weights are
        // those of no epoch, and whoever stopped the run is waiting.
        var last = lastScores
            ?? (position.Step > 0 ? null : position.BestEpoch == position.Epoch ? bestScores : Evaluate());
        return new TrainingOutcome(
            finished, position.Epoch, position.BestEpoch, SplitEvaluation.Of(bestScores, copies),
            last is null ? null : SplitEvaluation.Of(last, copies), position.Seconds);
    }

    private void Report(int epoch, double rate, double clipsPerSecond, double dataShare)
    {
        var (settings, meter, steps) = (experiment.Recipe.Training, position.Meter, experiment.Steps);
        progress.Report(new TrainingProgress
        {
            Epoch = epoch + 1,
            Epochs = settings.Epochs,
            Step = position.Step,
            Steps = steps,
            Loss = meter.MeanLoss,
            LossParts = experiment.Csre is null
                ? []
                : [new("ce", meter.MeanCrossEntropy), new("spatial", meter.MeanSpatial), new("temporal", meter.MeanTemporal)],
            Anchors = experiment.Csre is null ? null : meter.AnchorShare,
            Top1 = meter.Top1,
            LearningRate = rate,
            ClipsPerSecond = clipsPerSecond,
            DataShare = dataShare,
            PeakBytes = (long)PeakBytes(),
            EtaEpoch = eta.ForEpoch(steps - position.Step),
            EtaRun = eta.ForRun(steps - position.Step, settings.Epochs - epoch - 1, steps),
        });
    }

    // The weights are still those before the step; the batch is kept so that the fault can be looked at.
    private KinemaException Diverged(Batch batch)
    {
        var clips = experiment.TrainingClips;
        string[] names = [.. batch.Instances.Take(batch.Count).Select(instance => clips[(int)(instance % clips.Count)].Name)];
        var pipeline = experiment.Model.Pipeline;
        var path = Path.Combine(folder.Path, "diverged.safetensors");
        SafeTensors.Write(
            path,
            [
                StoredTensor.From(
                    "clips", [batch.Count, pipeline.Channels, pipeline.Frames, pipeline.Joints, pipeline.Persons],
                    [.. batch.Clips.Chunk(pipeline.SampleLength).Take(batch.Count).SelectMany(sample => sample.Take(pipeline.ClipLength))]),
                StoredTensor.From("labels", [batch.Count], batch.Labels.AsSpan(0, batch.Count)),
            ],
            new Dictionary<string, string> { ["names"] = string.Join('\n', names) });
        return new KinemaException(
            ExitCode.Diverged,
            $"epoch {position.Epoch + 1}, step {position.Step + 1}: the loss is not finite on the clips {string.Join(", ", names)}; the batch is in {path}, {LastGood()}. Lower training.learning-rate, or look at the clips with 'kinema data inspect'");
    }

    private string LastGood() => File.Exists(folder.LastCheckpoint) ? $"the last good checkpoint in {folder.LastCheckpoint}" : "there is no checkpoint yet";

    private static double PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private readonly record struct TimingRow(double Seconds, double ClipsPerSecond, double DataShare);
}
