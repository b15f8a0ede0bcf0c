using System.CommandLine;
using Kinema.Encoders;
using Kinema.Skeletons.Graphs;

namespace Kinema.Cli;

/// <summary>The clips that <c>bench</c> and <c>models info</c> build a network for. One object a command.</summary>
internal sealed class ClipOptions
{
    // What the papers feed their networks with.
    private static readonly Dictionary<string, (int Frames, int Persons, int Classes)> Usual = new(StringComparer.Ordinal)
    {
        ["nw-ucla"] = (52, 1, 10), ["ntu"] = (64, 2, 60),
    };

    /// <summary>V and C.</summary>
    public Option<string> Layout { get; } = new("--layout")
    {
        Description = "joint layout", DefaultValueFactory = _ => "nw-ucla", HelpName = "NAME|FILE",
    };

    /// <summary>T.</summary>
    public Option<int?> Frames { get; } = CommonOptions.Count("--frames", "T; default: 52, on ntu 64");

    /// <summary>M.</summary>
    public Option<int?> Persons { get; } = CommonOptions.Count("--persons", "M; default: 1, on ntu 2");

    /// <summary>K.</summary>
    public Option<int?> Classes { get; } = CommonOptions.Count("--classes", "K; default: 10, on ntu 60");

    /// <summary>The network's width.</summary>
    public Option<int?> Width { get; } = CommonOptions.Count("--width", "channels of the first stage; default: the paper's");

    /// <summary>What is given, and as the papers have it what is not.</summary>
    public (EncoderInput Input, int Classes) Of(ParseResult parse)
    {
        var joints = Layouts.Get(parse.GetRequiredValue(Layout));
        var usual = Usual.GetValueOrDefault(joints.Name, Usual["nw-ucla"]);
        var input = new EncoderInput(joints, joints.Dimensions, parse.GetValue(Frames) ?? usual.Frames, parse.GetValue(Persons) ?? usual.Persons);
        return (input, parse.GetValue(Classes) ?? usual.Classes);
    }
}
