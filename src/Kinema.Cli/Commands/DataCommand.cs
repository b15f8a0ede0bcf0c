using System.CommandLine;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data inspect|preview|synth</c>: clips before any training.</summary>
internal static class DataCommand
{
    public static Command Create() => new Verb("data", "look at data sets, or make one up")
    {
        DataInspectCommand.Create(),
        DataPreviewCommand.Create(),
        DataSynthCommand.Create(),
    }.Describe(["kinema data synth --out toy", "kinema data inspect nw-ucla.zip", "kinema data preview toy"], "docs/data.md");
}
