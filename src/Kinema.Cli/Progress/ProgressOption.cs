using System.CommandLine;
using Kinema.Runs;

namespace Kinema.Cli.Progress;

/// <summary><c>--progress auto|bar|line|none</c>: how a long command says how far it is, on stderr.</summary>
internal static class ProgressOption
{
    public static Option<string> Create()
    {
        var option = new Option<string>("--progress")
        {
            Description = "auto, bar, line (every 30 s or 5 %) or none", DefaultValueFactory = _ => "auto", HelpName = "HOW",
        };
        option.AcceptOnlyFromAmong("auto", "bar", "line", "none");
        return option;
    }

    /// <summary>What shows the progress; dispose it if it can be disposed. With <c>--quiet</c> nothing is shown.</summary>
    /// <param name="terminal">Whose stderr is written.</param>
    /// <param name="mode">The option's value.</param>
    public static IProgressSink SinkFor(Terminal terminal, string mode)
    {
        if (terminal.Quiet) { return new ProgressSinks(); }
        return (mode == "auto" ? terminal.ShowsBar ? "bar" : "line" : mode) switch
        {
            "bar" => new BarSink(terminal.Console, TimeProvider.System),
            "line" => new PlainLineSink(terminal.Error.WriteLine, TimeProvider.System),
            _ => new ProgressSinks(),
        };
    }
}
