using System.Globalization;
using Kinema.Storage;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Kinema.Skeletons.Graphs;

/// <summary>What the readers of small YAML files share: the file as a tree, and complaints that name file and line.</summary>
/// <param name="source">What to call the text in messages: usually its path.</param>
internal abstract class YamlReader(string source)
{
    /// <summary>Deeper than any file of ours; the YAML library reads depth by recursion, and a stack that overflows ends the process.</summary>
    private const int Depth = 32;

    /// <summary>A few aliases of aliases stand for more nodes than there is time to compare.</summary>
    private const int Aliases = 16;

    /// <summary>The root of a file that is one mapping.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="what">What it is to be, such as <c>a layout</c>.</param>
    /// <param name="keys">Its keys, for the complaint.</param>
    protected YamlMappingNode Document(string yaml, string what, string[] keys)
    {
        var stream = new YamlStream();
        try
        {
            CheckSize(yaml);
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException error)
        {
            throw new KinemaException(ExitCode.Data, $"{source}:{error.Start.Line}: not valid YAML: {OneLine(error.Message)}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // The YAML library says this of some malformed texts (a list never closed, a bad tag), and then knows no line.
            throw new KinemaException(ExitCode.Data, $"{source}: not valid YAML: a list, mapping or text may not be closed, or a tag is no URI", error);
        }
        return stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode mapping
            ? mapping
            : throw new KinemaException(ExitCode.Data, $"{source}: {what} is a YAML mapping with the keys {string.Join(", ", keys)}");
    }

    protected void CheckKeys(YamlMappingNode mapping, string[] known, string what)
    {
        foreach (var key in mapping.Children.Keys)
        {
            var text = Text(key, what);
            if (!known.Contains(text))
                throw Wrong(key, $"unknown {what} '{text}'{Suggestion.For(text, known)}: known are {string.Join(", ", known)}");
        }
    }

    protected YamlNode Required(YamlMappingNode mapping, string key) =>
        Optional(mapping, key) ?? throw new KinemaException(ExitCode.Data, $"{source}: the key '{key}' is missing");

    protected static YamlNode? Optional(YamlMappingNode mapping, string key) =>
        mapping.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    protected string Text(YamlNode node, string what) =>
        node is YamlScalarNode { Value: { Length: > 0 } text } ? text : throw Wrong(node, $"{what} must be a word");

    protected IList<YamlNode> Items(YamlNode node, string what) =>
        node is YamlSequenceNode sequence ? sequence.Children : throw Wrong(node, $"{what} must be a list");

    protected YamlMappingNode Mapping(YamlNode node, string what) =>
        node as YamlMappingNode ?? throw Wrong(node, $"{what} must be a mapping");

    protected SignedAxis Axis(YamlNode node)
    {
        var text = Text(node, "axis");
        var sign = text.StartsWith('-') ? -1 : +1;
        var index = text.TrimStart('+', '-') switch { "x" => 0, "y" => 1, "z" => 2, _ => -1 };
        return index >= 0 ? new SignedAxis(index, sign) : throw Wrong(node, $"'{text}' is no axis: write +x, -x, +y, -y, +z or -z");
    }

    protected KinemaException Wrong(YamlNode node, string what) =>
        new(ExitCode.Data, string.Create(CultureInfo.InvariantCulture, $"{source}:{node.Start.Line}: {what}"));

    private void CheckSize(string yaml)
    {
        var parser = new Parser(new StringReader(yaml));
        var aliases = 0;
        for (var depth = 0; parser.MoveNext();)
        {
            aliases += parser.Current is AnchorAlias ? 1 : 0;
            if (aliases > Aliases)
            {
                throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                    $"{source}:{parser.Current!.Start.Line}: more than {Aliases} aliases (*name): write the values out"));
            }
            depth += parser.Current switch { SequenceStart or MappingStart => 1, SequenceEnd or MappingEnd => -1, _ => 0 };
            if (depth > Depth)
            {
                throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                    $"{source}:{parser.Current!.Start.Line}: lists and mappings lie more than {Depth} deep in each other"));
            }
        }
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
