using System.Text;
using Kinema.Skeletons.Datasets.Tables;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using YamlDotNet.RepresentationModel;

namespace Kinema.Skeletons.Datasets.Labels;

/// <summary>Reads <c>key: value</c> lines under one key of a YAML file; a list stands for the keys 0, 1, 2, ….</summary>
internal sealed class LabelYaml(string source) : YamlReader(source)
{
    /// <summary>The pairs, with their lines.</summary>
    /// <exception cref="KinemaException">The text is no such YAML (<see cref="ExitCode.Data"/>): file, line, what.</exception>
    public static IReadOnlyList<(string Key, string Value, int Line)> Pairs(ReadOnlySpan<byte> utf8, string source, string key) =>
        new LabelYaml(source).Read(Encoding.UTF8.GetString(TableText.Content(utf8, source)), key);

    private List<(string, string, int)> Read(string yaml, string key)
    {
        var root = Document(yaml, "the list", [key]);
        CheckKeys(root, [key], "key");
        var node = Required(root, key);
        if (node is YamlSequenceNode list)
            return [.. list.Children.Select((item, i) => (FormattableString.Invariant($"{i}"), Text(item, key), (int)item.Start.Line))];
        return [.. Mapping(node, key).Children.Select(pair => (Text(pair.Key, key), Text(pair.Value, key), (int)pair.Key.Start.Line))];
    }
}
