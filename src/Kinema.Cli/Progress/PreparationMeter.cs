using System.Globalization;
using Kinema.Skeletons.Preparation;
using Spectre.Console;

namespace Kinema.Cli.Progress;

/// <summary>How far a preparation is: a line that redraws itself on a terminal, else a dated line every 30 s or 5 %, and none in short runs.</summary>
internal sealed class PreparationMeter : IProgress<PreparationProgress>, IDisposable
{
    private const string ClearLine = "\r\u001b[2K";
    private const double Step = 0.05;
    private static readonly TimeSpan Redraw = TimeSpan.FromMilliseconds(200), Shortest = TimeSpan.FromSeconds(3), Longest = TimeSpan.FromSeconds(30);

    private readonly Terminal terminal;
    private readonly TimeProvider time = TimeProvider.System;
    private readonly bool bar, none;
    private long begun, told;
    private int first = -1;
    private double toldShare;
    private bool drawn;

    public PreparationMeter(Terminal terminal, string mode)
    {
        this.terminal = terminal;
        bar = mode == "bar" || (mode == "auto" && terminal.ShowsBar);
        none = mode == "none" || terminal.Quiet;
    }

    /// <inheritdoc/>
    public void Report(PreparationProgress value)
    {
        if (none) { return; }
        var share = (double)value.Items / value.OfItems;
        if (first < 0) { (first, begun, told, toldShare) = (value.Items - 1, time.GetTimestamp(), bar ? 0 : time.GetTimestamp(), share); }
        var since = time.GetElapsedTime(told);
        if (since < (bar ? Redraw : share - toldShare < Step ? Longest : Shortest)) { return; }
        (told, toldShare) = (time.GetTimestamp(), share);
        var seconds = time.GetElapsedTime(begun).TotalSeconds;
        var rate = (value.Items - first) / Math.Max(seconds, 1e-3);
        var line = string.Create(CultureInfo.InvariantCulture,
            $"{Math.Floor(100 * share):0} %  {value.Items}/{value.OfItems}  {value.Clips} clips, {value.Skipped} skipped  {60 * rate:0} a minute  {(value.OfItems - value.Items) / Math.Max(rate, 1e-3):0} s left");
        if (bar)
        {
            terminal.Console.Write(new ControlCode(ClearLine));
            terminal.Console.Write(new Text(line[..Math.Min(line.Length, terminal.Console.Profile.Width - 1)]));
            drawn = true;
        }
        else
        {
            terminal.Error.WriteLine(time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss  ", CultureInfo.InvariantCulture) + line);
        }
    }

    /// <summary>Takes the line away, so that the result starts on a fresh one.</summary>
    public void Dispose()
    {
        if (drawn) { terminal.Console.Write(new ControlCode(ClearLine)); }
        drawn = false;
    }
}
