using Kinema.Storage;
using YamlDotNet.RepresentationModel;

namespace Kinema.Skeletons.Graphs;

/// <summary>Reads a map between layouts from YAML; every complaint names file and line.</summary>
/// <param name="source">What to call the text in messages.</param>
/// <param name="layout">Finds a layout by what the file calls it.</param>
internal sealed class LayoutMapReader(string source, Func<string, SkeletonLayout> layout) : YamlReader(source)
{
    internal static readonly string[] Keys = ["from", "to", "axes", "joints"];
    private const string Missing = "missing";

    public static LayoutMap Read(string yaml, string source, Func<string, SkeletonLayout> layout) => new LayoutMapReader(source, layout).Read(yaml);

    private LayoutMap Read(string yaml)
    {
        var root = Document(yaml, "a map between layouts", Keys);
        CheckKeys(root, Keys, "map key");
        var (from, to) = (Layout(root, "from"), Layout(root, "to"));
        var axes = Optional(root, "axes") is { } node ? ReadAxes(node) : LayoutMaps.SameAxes;
        return new LayoutMap(from, to, ReadJoints(root, from, to), axes);
    }

    private SkeletonLayout Layout(YamlMappingNode root, string key)
    {
        var node = Required(root, key);
        try
        {
            return layout(Text(node, key));
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Usage)
        {
            throw Wrong(node, error.Message);                   // an unknown name, with the nearest known one
        }
    }

    // A joint that is not listed comes from the joint of the same name.
    private int[][] ReadJoints(YamlMappingNode root, SkeletonLayout from, SkeletonLayout to)
    {
        var sources = new int[to.JointCount][];
        var node = Optional(root, "joints");
        if (node is not null)
        {
            foreach (var (key, value) in Mapping(node, "joints").Children)
                sources[Joint(key, to)] = ReadSources(value, from);
        }
        for (var target = 0; target < sources.Length; target++)
        {
            if (sources[target] is not null)
                continue;
            var name = to.Joints[target];
            sources[target] = from.IndexOf(name) is { } same
                ? [same]
                : throw Wrong(node ?? root,
                    $"nothing is said of joint '{name}' of {to.Name}, and {from.Name} has none of that name: map it, or write '{name}: {Missing}'");
        }
        return sources;
    }

    private int[] ReadSources(YamlNode node, SkeletonLayout from)
    {
        if (node is YamlSequenceNode { Children: { Count: > 0 } several })
            return [.. several.Select(item => Joint(item, from))];
        if (node is YamlScalarNode { Value: Missing } && from.IndexOf(Missing) is null)
            return [];
        return [Joint(node, from)];
    }

    private SignedAxis[] ReadAxes(YamlNode node)
    {
        var axes = Items(node, "axes").Select(item => Axis(item)).ToArray();
        return axes.Length == 3 && axes.Select(axis => axis.Index).Distinct().Count() == 3
            ? axes
            : throw Wrong(node, "axes names three axes of the source, each once: those of the target's x, y and z, such as [+x, -y, +z]");
    }

    private int Joint(YamlNode node, SkeletonLayout layout)
    {
        var name = Text(node, "joint name");
        return layout.IndexOf(name) ?? throw Wrong(node, $"layout {layout.Name} has no joint '{name}'{Suggestion.For(name, layout.Joints)}");
    }
}
