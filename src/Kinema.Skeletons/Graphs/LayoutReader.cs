using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Kinema.Skeletons.Graphs;

/// <summary>Reads a layout from YAML and checks that it is a tree; every complaint names file and line.</summary>
internal sealed class LayoutReader(string source) : YamlReader(source)
{
    internal static readonly string[] Keys = ["name", "dims", "limit", "center", "joints", "bones", "parts", "hyperedges", "left-right", "draw"];
    private static readonly string[] DrawKeys = ["right", "up", "head"];

    private List<string> joints = [];

    public static SkeletonLayout Read(string yaml, string source) => new LayoutReader(source).Read(yaml);

    private SkeletonLayout Read(string yaml)
    {
        var root = Document(yaml, "a layout", Keys);
        CheckKeys(root, Keys, "layout key");
        var name = Text(Required(root, "name"), "name");
        joints = ReadJoints(Required(root, "joints"));
        var bones = ReadBones(Required(root, "bones"));
        var dimensions = ReadDimensions(root);
        return new SkeletonLayout(name, dimensions, joints, bones, Joint(Required(root, "center")))
        {
            Limit = ReadLimit(root, dimensions),
            Parts = Optional(root, "parts") is { } parts ? ReadParts(parts) : [],
            Hyperedges = Optional(root, "hyperedges") is { } hyperedges ? ReadHyperedges(hyperedges) : [],
            LeftRight = Optional(root, "left-right") is { } pairs ? ReadLeftRight(pairs) : [],
            Drawing = ReadDrawing(Optional(root, "draw")),
            Yaml = yaml,
        };
    }

    private int ReadDimensions(YamlMappingNode root)
    {
        if (Optional(root, "dims") is not { } node)
            return 3;
        var dimensions = Text(node, "dims") switch { "2" => 2, "3" => 3, _ => 0 };
        return dimensions != 0 ? dimensions : throw Wrong(node, $"dims is 2 or 3, not '{node}'");
    }

    private double ReadLimit(YamlMappingNode root, int dimensions)
    {
        if (Optional(root, "limit") is not { } node)
            return dimensions == 3 ? 100 : 100_000;
        var isNumber = double.TryParse(Text(node, "limit"), NumberStyles.Float, CultureInfo.InvariantCulture, out var limit);
        return isNumber && double.IsFinite(limit) && limit > 0
            ? limit
            : throw Wrong(node, $"limit is a positive number, not '{node}'");
    }

    private List<string> ReadJoints(YamlNode node)
    {
        var names = new List<string>();
        foreach (var item in Items(node, "joints"))
        {
            var name = Text(item, "joint name");
            if (names.Contains(name))
                throw Wrong(item, $"joint '{name}' appears twice");
            names.Add(name);
        }
        return names.Count > 0 ? names : throw Wrong(node, "joints is empty");
    }

    private List<Bone> ReadBones(YamlNode node)
    {
        var bones = new List<Bone>();
        var parent = new int?[joints.Count];
        foreach (var item in Items(node, "bones"))
        {
            var (child, to) = Pair(item, "a bone", "[child, parent]");
            if (child == to)
                throw Wrong(item, $"the bone of '{joints[child]}' ends where it begins");
            if (parent[child] is { } other)
            {
                throw Wrong(item, other == to
                    ? $"the bone {joints[child]} - {joints[to]} appears twice"
                    : $"'{joints[child]}' has two parents, '{joints[other]}' and '{joints[to]}'");
            }
            for (int? up = to; up is { } at; up = parent[at])
            {
                if (at == child)
                {
                    throw Wrong(item,
                        $"the bone {joints[child]} - {joints[to]} closes a cycle: '{joints[to]}' already hangs on '{joints[child]}'");
                }
            }
            parent[child] = to;
            bones.Add(new Bone(child, to));
        }
        var roots = Enumerable.Range(0, joints.Count).Where(joint => parent[joint] is null).Select(joint => $"'{joints[joint]}'").ToList();
        return roots.Count == 1
            ? bones
            : throw Wrong(node,
                $"{roots.Count} joints have no parent ({string.Join(", ", roots)}): exactly one may, the root; give the others a bone");
    }

    private List<BodyPart> ReadParts(YamlNode node)
    {
        var parts = new List<BodyPart>();
        foreach (var (key, value) in Mapping(node, "parts").Children)
        {
            var members = new List<int>();
            foreach (var item in Items(value, $"part '{key}'"))
            {
                var joint = Joint(item);
                if (members.Contains(joint))
                    throw Wrong(item, $"part '{key}' names '{joints[joint]}' twice");
                members.Add(joint);
            }
            parts.Add(new BodyPart(Text(key, "part name"), members));
        }
        return parts;
    }

    private List<IReadOnlyList<int>> ReadHyperedges(YamlNode node)
    {
        var hyperedges = new List<IReadOnlyList<int>>();
        var seen = new HashSet<int>();
        foreach (var item in Items(node, "hyperedges"))
        {
            var members = new List<int>();
            foreach (var member in Items(item, "a hyperedge"))
            {
                var joint = Joint(member);
                if (!seen.Add(joint))
                    throw Wrong(member, $"'{joints[joint]}' is in two hyperedges, or twice in one");
                members.Add(joint);
            }
            hyperedges.Add(members.Count > 0 ? members : throw Wrong(item, "a hyperedge has no joint"));
        }
        var missing = Enumerable.Range(0, joints.Count).Where(joint => !seen.Contains(joint)).Select(joint => $"'{joints[joint]}'").ToList();
        return missing.Count == 0
            ? hyperedges
            : throw Wrong(node, $"every joint is in one hyperedge; in none: {string.Join(", ", missing)}");
    }

    private List<JointPair> ReadLeftRight(YamlNode node)
    {
        var pairs = new List<JointPair>();
        var seen = new HashSet<int>();
        foreach (var item in Items(node, "left-right"))
        {
            var (left, right) = Pair(item, "a left-right pair", "[left joint, right joint]");
            if (!seen.Add(left) || !seen.Add(right))
                throw Wrong(item, $"a joint of the pair {joints[left]} - {joints[right]} is in another pair, or twice in this one");
            pairs.Add(new JointPair(left, right));
        }
        return pairs;
    }

    private LayoutDrawing ReadDrawing(YamlNode? node)
    {
        var (right, up) = (new SignedAxis(0, +1), new SignedAxis(1, +1));
        if (node is null)
            return new LayoutDrawing(right, up, null);
        var draw = Mapping(node, "draw");
        CheckKeys(draw, DrawKeys, "drawing key");
        if (Optional(draw, "right") is { } rightNode)
            right = Axis(rightNode);
        if (Optional(draw, "up") is { } upNode)
            up = Axis(upNode);
        if (right.Index == up.Index)
            throw Wrong(node, $"draw: right ({right}) and up ({up}) lie on the same axis");
        return new LayoutDrawing(right, up, Optional(draw, "head") is { } head ? Joint(head) : null);
    }

    private (int First, int Second) Pair(YamlNode node, string what, string form)
    {
        var items = node is YamlSequenceNode sequence ? sequence.Children : [];
        return items.Count == 2 ? (Joint(items[0]), Joint(items[1])) : throw Wrong(node, $"{what} is written {form}");
    }

    private int Joint(YamlNode node)
    {
        var name = Text(node, "joint name");
        var index = joints.IndexOf(name);
        return index >= 0 ? index : throw Wrong(node, $"unknown joint '{name}'{Suggestion.For(name, joints)}");
    }
}
