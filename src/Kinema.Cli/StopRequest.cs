using System.Runtime.InteropServices;
using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>
/// The first Ctrl-C or TERM asks the work to stop at a good place (finish the step, save); the second ends the process at once.
/// </summary>
internal sealed class StopRequest : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;
    private int signals;

    public StopRequest() =>
        registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Receive), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Receive)];

    /// <summary>Cancelled at the first signal. Handed to what can stop; work that ignores it is ended by the second signal.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>The signal that asked, or null.</summary>
    public PosixSignal? Signal { get; private set; }

    /// <summary>130 after Ctrl-C, 143 after TERM, null if nobody asked.</summary>
    public ExitCode? ExitCode => Signal switch
    {
        PosixSignal.SIGINT => Storage.ExitCode.Interrupted,
        PosixSignal.SIGTERM => Storage.ExitCode.Terminated,
        _ => null,
    };

    public void Dispose()
    {
        foreach (var registration in registrations) { registration.Dispose(); }
        source.Dispose();
    }

    private void Receive(PosixSignalContext context)
    {
        // Not cancelling lets the runtime do what the signal asks for by itself: end the process, now.
        if (Interlocked.Increment(ref signals) > 1) { return; }
        context.Cancel = true;
        Signal = context.Signal;
        source.Cancel();
    }
}
