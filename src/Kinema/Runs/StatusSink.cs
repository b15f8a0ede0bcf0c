namespace Kinema.Runs;

/// <summary>
/// Keeps <c>status.json</c> current: at most one write in two seconds while running, and one at once for each change of state.
/// </summary>
public sealed class StatusSink : IProgressSink
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);

    private readonly string path;
    private readonly TimeProvider time;
    private RunStatus status;
    private long lastTime;

    /// <summary>Writes the state <see cref="RunState.Starting"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Storage.KinemaException">The file cannot be written.</exception>
    public StatusSink(string path, TimeProvider time)
    {
        (this.path, this.time) = (path, time);
        status = new() { State = RunState.Starting, Started = time.GetUtcNow() };
        Save();
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress progress)
    {
        var first = status.State != RunState.Running;
        status = status with
        {
            State = RunState.Running,
            Epoch = progress.Epoch,
            Epochs = progress.Epochs,
            Step = progress.Step,
            Steps = progress.Steps,
            Progress = progress.Done,
            EtaSeconds = progress.EtaRun?.TotalSeconds,
        };
        if (first || time.GetElapsedTime(lastTime) >= Shortest)
            Save();
    }

    /// <inheritdoc/>
    public void Say(string message)
    {
        // Messages belong to the log; the status file holds where the run stands.
    }

    /// <summary>Writes how the run ended.</summary>
    /// <param name="state"><see cref="RunState.Done"/>, <see cref="RunState.Stopped"/> or <see cref="RunState.Failed"/>.</param>
    /// <param name="exitCode">What the process ends with.</param>
    /// <param name="message">Why, in one line; null if there is nothing to say.</param>
    public void End(RunState state, Storage.ExitCode exitCode, string? message = null)
    {
        status = status with { State = state, ExitCode = (int)exitCode, Message = message, EtaSeconds = null };
        Save();
    }

    private void Save()
    {
        (status with { Updated = time.GetUtcNow() }).Save(path);
        lastTime = time.GetTimestamp();
    }
}
