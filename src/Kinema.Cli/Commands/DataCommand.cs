using System.CommandLine;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data …</c>: clips before any training.</summary>
internal static class DataCommand
{
    public static Command Create() => new Verb("data", "prepare data sets, look at them, or make one up")
    {
        DataPrepareCommand.Create(),
        DataSetsCommand.Create(),
        DataConvertCommand.Create(),
        DataSplitCommand.Create(),
        DataInspectCommand.Create(),
        DataPreviewCommand.Create(),
        DataSynthCommand.Create(),
    }.Describe(["kinema data prepare nw-ucla --in nw-ucla.zip --out ucla", "kinema data inspect ucla", "kinema data synth --out toy"], "docs/data.md");
}
