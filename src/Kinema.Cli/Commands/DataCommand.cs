using System.CommandLine;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data inspect|synth</c>: clips before any training.</summary>
internal static class DataCommand
{
    public static Command Create() => new Verb("data", "look at data sets, or make one up")
    {
        DataInspectCommand.Create(),
        DataSynthCommand.Create(),
    }.Describe(["kinema data synth --out toy", "kinema data inspect nw-ucla.zip"], "docs/data.md");
}
