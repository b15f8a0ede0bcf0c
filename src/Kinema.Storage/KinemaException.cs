namespace Kinema.Storage;

/// <summary>
/// A mistake a user can mend. Its message is one line: what is wrong, where, why, and what to do.
/// The command line prints the message without a stack trace and ends with <see cref="ExitCode"/>.
/// </summary>
/// <param name="exitCode">The documented exit code this mistake ends the process with.</param>
/// <param name="message">What, where, why, and what to do.</param>
/// <param name="inner">The error beneath, if there was one.</param>
public sealed class KinemaException(ExitCode exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The documented exit code this mistake ends the process with.</summary>
    public ExitCode ExitCode { get; } = exitCode;
}
