namespace Kinema.Skeletons.Graphs;

/// <summary>One bone: it runs from the parent joint, nearer the root, to the child joint. Both are 0-based.</summary>
/// <param name="Child">The joint farther from the root.</param>
/// <param name="Parent">The joint nearer the root.</param>
public readonly record struct Bone(int Child, int Parent);

/// <summary>A named group of joints: an arm, a leg, the trunk.</summary>
/// <param name="Name">The part's name.</param>
/// <param name="Joints">Its joints, 0-based.</param>
public sealed record BodyPart(string Name, IReadOnlyList<int> Joints);

/// <summary>Two joints that change places when a body is mirrored; 0-based.</summary>
/// <param name="Left">The joint on the person's left.</param>
/// <param name="Right">The joint on the person's right.</param>
public readonly record struct JointPair(int Left, int Right);

/// <summary>A coordinate axis with a direction, such as <c>-y</c>.</summary>
/// <param name="Index">0 for x, 1 for y, 2 for z.</param>
/// <param name="Sign">+1 or -1.</param>
public readonly record struct SignedAxis(int Index, int Sign)
{
    /// <summary>The component of a point along this axis.</summary>
    /// <param name="point">The point's coordinates x, y, z.</param>
    public double Of(ReadOnlySpan<double> point) => Sign * point[Index];

    /// <inheritdoc/>
    public override string ToString() => (Sign < 0 ? "-" : "+") + "xyz"[Index];
}

/// <summary>How a stick figure of this layout is drawn so that it stands upright.</summary>
/// <param name="Right">The axis that points to the right of the picture.</param>
/// <param name="Up">The axis that points to the top of the picture.</param>
/// <param name="Head">The joint drawn as a head (0-based), if the layout names one.</param>
public sealed record LayoutDrawing(SignedAxis Right, SignedAxis Up, int? Head);

/// <summary>
/// What a sensor's joints are called and how they hang together: a tree of V joints and V - 1 bones. Those of
/// <see cref="Layouts.All"/> are built in; others are read from YAML. Joint numbers are 0-based everywhere.
/// </summary>
/// <remarks>
/// The bones are those of the bone stream and of pictures. The graph a network works on is asked for by its source
/// (<see cref="SkeletonGraph"/>), because papers wire the same joints differently.
/// </remarks>
public sealed class SkeletonLayout
{
    private readonly Dictionary<string, int> indices;

    internal SkeletonLayout(string name, int dimensions, IReadOnlyList<string> joints, IReadOnlyList<Bone> bones, int center)
    {
        Name = name;
        Dimensions = dimensions;
        Joints = joints;
        Bones = bones;
        Center = center;
        indices = joints.Index().ToDictionary(joint => joint.Item, joint => joint.Index, StringComparer.Ordinal);
        var parents = Enumerable.Range(0, joints.Count).ToArray();
        foreach (var bone in bones)
            parents[bone.Child] = bone.Parent;
        Parents = parents;
        Root = Enumerable.Range(0, parents.Length).Single(joint => parents[joint] == joint);
    }

    /// <summary>The layout's name, as recipes and <c>--layout</c> give it.</summary>
    public string Name { get; }

    /// <summary>The names of the joints, in the order of the data.</summary>
    public IReadOnlyList<string> Joints { get; }

    /// <summary>V, the number of joints.</summary>
    public int JointCount => Joints.Count;

    /// <summary>The number of coordinates the sensor measures: 2 (a picture) or 3 (space).</summary>
    public int Dimensions { get; }

    /// <summary>
    /// The largest coordinate that is believed, in the sensor's unit: a file with a larger one is refused as damaged or in another unit.
    /// 100 (metres) for 3-dimensional layouts and 100,000 (pixels) for 2-dimensional ones unless the layout says otherwise.
    /// </summary>
    public double Limit { get; internal init; } = 100;

    /// <summary>The V - 1 bones, child first.</summary>
    public IReadOnlyList<Bone> Bones { get; }

    /// <summary>The parent of every joint; the root is its own parent, so that its bone is zero.</summary>
    public IReadOnlyList<int> Parents { get; }

    /// <summary>The one joint without a parent.</summary>
    public int Root { get; }

    /// <summary>The joint clips are centred on. It need not be the root.</summary>
    public int Center { get; }

    /// <summary>Named groups of joints; empty if the layout names none.</summary>
    public IReadOnlyList<BodyPart> Parts { get; internal init; } = [];

    /// <summary>Groups of joints that networks over hypergraphs know, each joint in one of them; empty if the layout has none.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Hyperedges { get; internal init; } = [];

    /// <summary>The joints that change places when a body is mirrored; empty if the layout names none.</summary>
    public IReadOnlyList<JointPair> LeftRight { get; internal init; } = [];

    /// <summary>How a stick figure is drawn.</summary>
    public LayoutDrawing Drawing { get; internal init; } = new(new SignedAxis(0, +1), new SignedAxis(1, +1), null);

    /// <summary>The YAML the layout was read from; a packed data set carries it along.</summary>
    public string Yaml { get; internal init; } = "";

    /// <summary>The number of a joint, or null if the layout has no joint of that name.</summary>
    /// <param name="joint">The joint's name.</param>
    public int? IndexOf(string joint) => indices.TryGetValue(joint, out var index) ? index : null;

    /// <summary>Whether clips of one layout may be taken for clips of the other: the same joints in the same order, of as many coordinates.</summary>
    /// <param name="other">The other layout; names, bones and groups may differ.</param>
    public bool HasJointsOf(SkeletonLayout other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Dimensions == other.Dimensions && Joints.SequenceEqual(other.Joints);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
