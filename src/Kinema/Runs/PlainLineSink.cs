using System.Globalization;

namespace Kinema.Runs;

/// <summary>
/// Writes progress as dated lines, one every 30 s or every 5 % of the run, whichever comes first, and one at the end of the run. No line
/// is ever rewritten.
/// </summary>
/// <param name="write">Takes each whole line, without its end.</param>
/// <param name="time">The clock.</param>
/// <param name="interval">Longest time between two lines; default 30 s.</param>
/// <param name="share">Largest share of the run between two lines; default 0.05.</param>
public sealed class PlainLineSink(Action<string> write, TimeProvider time, TimeSpan? interval = null, double share = 0.05) : IProgressSink
{
    private const double Rounding = 1e-9;       // so that 5 % is 5 % in floating point too

    private readonly TimeSpan longest = interval ?? TimeSpan.FromSeconds(30);
    private long lastTime = time.GetTimestamp();
    private double? lastDone;

    /// <inheritdoc/>
    public void Report(TrainingProgress progress)
    {
        lastDone ??= progress.Done;      // a resumed run starts in the middle
        if (time.GetElapsedTime(lastTime) < longest && progress.Done - lastDone + Rounding < share && progress.Done < 1 - Rounding)
            return;
        Say(ProgressLine.Format(progress));
        (lastTime, lastDone) = (time.GetTimestamp(), progress.Done);
    }

    /// <inheritdoc/>
    public void Say(string message) => write(time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss  ", CultureInfo.InvariantCulture) + message);
}
