namespace Kinema.Storage;

/// <summary>The exit codes of the command line; every one is documented in <c>docs/cli.md</c>.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>An unexpected fault: a bug in Kinema.</summary>
    Fault = 1,

    /// <summary>Wrong usage, or the target exists already or cannot be written.</summary>
    Usage = 2,

    /// <summary>The configuration is invalid.</summary>
    Configuration = 3,

    /// <summary>Data is missing or invalid.</summary>
    Data = 4,

    /// <summary>The checkpoint does not fit.</summary>
    Checkpoint = 5,

    /// <summary>Training diverged: the loss is NaN or infinite.</summary>
    Diverged = 6,

    /// <summary>Out of memory.</summary>
    OutOfMemory = 7,

    /// <summary>A check failed: <c>doctor</c>, <c>models verify</c>, <c>data inspect --strict</c>, <c>--expect</c>.</summary>
    CheckFailed = 8,

    /// <summary>Stopped early with a good checkpoint; run again with <c>--resume auto</c>.</summary>
    StoppedEarly = 75,

    /// <summary>Interrupted (Ctrl-C); the checkpoint is saved.</summary>
    Interrupted = 130,

    /// <summary>Terminated (SIGTERM); the checkpoint is saved.</summary>
    Terminated = 143,
}
