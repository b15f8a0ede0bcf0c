using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Cli;

/// <summary>Turns an exception into one line on stderr and an exit code.</summary>
internal static class Faults
{
    public static int Report(Terminal terminal, Exception error)
    {
        // What was already worked out is still worth printing; if stdout itself is what broke, there is nothing left to save.
        try { terminal.Out.Flush(); } catch (IOException) { }
        error = Cause(error);
        var (exit, line) = error switch
        {
            KinemaException mistake => (mistake.ExitCode, mistake.Message),
            OperationCanceledException => (terminal.Stop.ExitCode ?? ExitCode.Interrupted, "stopped"),
            OutOfMemoryException or TorchOutOfMemoryException =>
                (ExitCode.OutOfMemory, "out of memory; compute each batch in parts with --set training.accumulate=2, or lower training.batch-size (eval, bench: --batch), or close other programs"),
            ResultNotWritten => (ExitCode.Usage, error.Message),
            _ => (ExitCode.Fault, Unexpected(terminal, error)),
        };
        terminal.Complain(line);
        if (terminal.Verbose) { terminal.Error.WriteLine(error); }
        return (int)exit;
    }

    /// <summary>What really happened, where the runtime wrapped it: a task that failed, or a type that could not begin.</summary>
    internal static Exception Cause(Exception error)
    {
        while (error is AggregateException { InnerExceptions.Count: 1 } or TypeInitializationException { InnerException: not null })
            error = error.InnerException!;
        return error;
    }

    private static string Unexpected(Terminal terminal, Exception error)
    {
        var what = $"unexpected {error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}";
        return terminal.Verbose ? what : $"{what} (a bug; run the same with --verbose for the stack trace)";
    }
}

/// <summary>Standard output cannot be written, for instance because it goes to a file on a full disk.</summary>
internal sealed class ResultNotWritten(IOException inner) : Exception($"cannot write the result to standard output: {inner.Message}", inner);
