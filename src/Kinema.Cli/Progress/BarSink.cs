using System.Globalization;
using Kinema.Runs;
using Spectre.Console;

namespace Kinema.Cli.Progress;

/// <summary>
/// One line at the bottom of a terminal that redraws itself a few times a second. Messages go above it, dated, and stay.
/// </summary>
/// <param name="console">A terminal that understands control codes.</param>
/// <param name="time">The clock.</param>
internal sealed class BarSink(IAnsiConsole console, TimeProvider time) : IProgressSink, IDisposable
{
    private const int BarWidth = 20;
    private const string ClearLine = "\r\u001b[2K";
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);

    private readonly Lock gate = new();
    private TrainingProgress? shown;
    private long drawn;

    /// <inheritdoc/>
    public void Report(TrainingProgress progress)
    {
        lock (gate)
        {
            if (shown is not null && time.GetElapsedTime(drawn) < Shortest && progress.Done < 1) { return; }
            (shown, drawn) = (progress, time.GetTimestamp());
            Draw(progress);
        }
    }

    /// <inheritdoc/>
    public void Say(string message)
    {
        lock (gate)
        {
            if (shown is not null) { console.Write(new ControlCode(ClearLine)); }
            console.Profile.Out.Writer.WriteLine(time.GetLocalNow().ToString("HH:mm:ss  ", CultureInfo.InvariantCulture) + message);
            if (shown is not null) { Draw(shown); }
        }
    }

    /// <summary>Takes the bar away, so that the result or the shell's prompt starts on a fresh line.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (shown is not null) { console.Write(new ControlCode(ClearLine)); }
            shown = null;
        }
    }

    /// <summary>The text beside the bar, cut to the terminal so that it never wraps.</summary>
    internal static string Text(TrainingProgress progress, int width)
    {
        var left = progress.EtaRun is { } time ? $"{ProgressLine.Duration(time)} left  " : "";
        var text = string.Create(CultureInfo.InvariantCulture,
            $" {Math.Floor(100 * progress.Done):0} %  epoch {progress.Epoch}/{progress.Epochs}  step {progress.Step}/{progress.Steps}  "
            + $"loss {progress.Loss:0.000}  top-1 {100 * progress.Top1:0.0} %  {progress.ClipsPerSecond:0} clips/s  "
            + $"{left}data {100 * progress.DataShare:0.0} %  {progress.PeakBytes / 1e6:0} MB");
        return text.Length <= width ? text : text[..Math.Max(0, width)];
    }

    private void Draw(TrainingProgress progress)
    {
        var full = (int)Math.Round(BarWidth * Math.Clamp(progress.Done, 0, 1));
        console.Write(new ControlCode(ClearLine));
        console.Write(new Text(new string('=', full), new Style(Color.Green)));
        console.Write(new Text(new string('-', BarWidth - full), new Style(Color.Grey)));
        console.Write(new Text(Text(progress, console.Profile.Width - BarWidth - 1)));       // the last column would wrap on some terminals
    }
}
