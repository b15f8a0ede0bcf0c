using System.CommandLine;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema data sets [NAME]</c>: what <c>data prepare</c> reads, and what is known of one set before any of its files is there.</summary>
internal static class DataSetsCommand
{
    private const int FewProtocols = 6;

    public static Verb Create()
    {
        var name = new Argument<string?>("name") { Description = "one of them, in full", Arity = ArgumentArity.ZeroOrOne };
        return new Verb("sets", "the data sets that 'data prepare' reads, and what to give it") { name, CommonOptions.Json() }.With(
            ["kinema data sets", "kinema data sets ntu60"],
            "kinema data prepare; docs/data.md",
            (parse, terminal) =>
            {
                var one = parse.GetValue(name) is { } asked ? ClipSources.Get(asked) : null;
                if (terminal.Json)
                {
                    Json.Write(terminal, "kinema.data-sets", new { Sets = (one is null ? ClipSources.All : [one]).Select(Document) });
                    return;
                }
                if (one is not null)
                {
                    WriteInput(one, terminal.Out);
                    WriteFacts(one, terminal.Out);
                    return;
                }
                foreach (var kind in ClipSources.All) { WriteInput(kind, terminal.Out); }
                terminal.Note("one of them in full: kinema data sets NAME");
            });
    }

    private static object Document(ClipSourceKind kind) => new
    {
        kind.Name, kind.Description, kind.Input, kind.Options, kind.Facts.Layout, kind.Facts.Classes, kind.Facts.Protocols,
    };

    private static void WriteInput(ClipSourceKind kind, TextWriter output)
    {
        output.WriteLine(kind.Description is var text && text.StartsWith(kind.Name, StringComparison.Ordinal) ? text : $"{kind.Name}: {text}");
        output.WriteLine($"    --in: {kind.Input}");
        foreach (var option in kind.Options)
        {
            output.WriteLine($"    --{option.Name} {string.Join("|", option.Values)}: {option.Description}");
        }
    }

    private static void WriteFacts(ClipSourceKind kind, TextWriter output)
    {
        var (layout, protocols) = (Layouts.Get(kind.Facts.Layout), kind.Facts.Protocols);
        output.WriteLine($"    layout: {layout.Name}, {layout.JointCount} joints (kinema layouts show {layout.Name})");
        output.WriteLine($"    classes: {kind.Facts.Classes}");
        var some = protocols.Count <= FewProtocols ? string.Join(", ", protocols) : $"{protocols[0]}, {protocols[1]}, … {protocols[^1]} ({protocols.Count})";
        // What data.split is where a recipe does not say; a set without it is not trained with.
        var named = protocols[0] == ClipProtocol.Official ? "" : $"; a recipe names one (data.split: {protocols[0]})";
        output.WriteLine($"    protocols: {some}{named}");
        output.WriteLine($"    next: kinema data prepare {kind.Name} --in PATH --out {kind.Name}.safetensors");
    }
}
