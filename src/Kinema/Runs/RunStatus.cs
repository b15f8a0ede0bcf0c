using Kinema.Storage;

namespace Kinema.Runs;

/// <summary>How a run stands.</summary>
public enum RunState
{
    /// <summary>Opening data and building the model.</summary>
    Starting,

    /// <summary>Training.</summary>
    Running,

    /// <summary>All epochs done.</summary>
    Done,

    /// <summary>Stopped with a good checkpoint: interrupted, terminated or out of time.</summary>
    Stopped,

    /// <summary>Ended by an error.</summary>
    Failed,
}

/// <summary><c>status.json</c>: what a script polls.</summary>
public sealed record RunStatus
{
    /// <summary>What the document is.</summary>
    public string Schema { get; init; } = "kinema.run-status";

    /// <summary>Grows when a key changes its meaning.</summary>
    public int Version { get; init; } = 1;

    /// <summary>How the run stands.</summary>
    public required RunState State { get; init; }

    /// <summary>The epoch being run, counted from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Epochs in all.</summary>
    public int Epochs { get; init; }

    /// <summary>Steps done in the epoch.</summary>
    public int Step { get; init; }

    /// <summary>Steps per epoch.</summary>
    public int Steps { get; init; }

    /// <summary>Share of all steps done, 0..1.</summary>
    public double Progress { get; init; }

    /// <summary>Seconds until the run should be done; absent until enough steps were timed.</summary>
    public double? EtaSeconds { get; init; }

    /// <summary>The process's exit code, once it is known.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Why the run ended, in one line.</summary>
    public string? Message { get; init; }

    /// <summary>When the run, or its last resume, started; UTC.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>When this was written; UTC.</summary>
    public DateTimeOffset Updated { get; init; }

    /// <summary>Writes the file; a reader sees the old one or the new one, never half.</summary>
    /// <exception cref="KinemaException">The file cannot be written.</exception>
    public void Save(string path) => RunJson.Save(path, this);

    /// <summary>Reads the file.</summary>
    /// <exception cref="KinemaException"><see cref="Storage.ExitCode.Data"/>: missing or damaged.</exception>
    public static RunStatus Load(string path) => RunJson.Load<RunStatus>(path);
}
