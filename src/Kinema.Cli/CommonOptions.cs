using System.CommandLine;

namespace Kinema.Cli;

/// <summary>Options that mean the same everywhere; <see cref="CommandLine"/> adds the first three to the root for every command.</summary>
internal static class CommonOptions
{
    public static Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "only results and errors", Recursive = true };

    public static Option<bool> Verbose { get; } = new("--verbose") { Description = "more about what happens; stack traces", Recursive = true };

    public static Option<bool> HelpAll { get; } = new("--help-all") { Description = "help with every option", Recursive = true, Hidden = true };

    /// <summary>For the commands whose result a script would want. A fresh one each: an option belongs to one command.</summary>
    public static Option<bool> Json() => new("--json") { Description = "the result as one JSON document" };
}
