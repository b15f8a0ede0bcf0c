using System.Globalization;
using System.Text;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets.Bvh;

/// <summary>A channel of a joint: a translation along an axis, or a rotation about one.</summary>
/// <param name="Axis">0 to 2 for x, y, z.</param>
/// <param name="IsRotation">Degrees about the axis; else a length along it.</param>
internal readonly record struct BvhChannel(int Axis, bool IsRotation);

/// <summary>A joint of the hierarchy.</summary>
/// <param name="Name">Its name; <c>NAME-end</c> for the end of the bone of a joint without children.</param>
/// <param name="Parent">The parent's number; -1 for the root.</param>
/// <param name="Offset">Where it lies as seen from its parent, at rest.</param>
/// <param name="Channels">In the order of the motion's numbers, and of rotation: the first turns last.</param>
/// <param name="IsEnd">Whether it is an end site.</param>
internal sealed record BvhJoint(string Name, int Parent, double[] Offset, IReadOnlyList<BvhChannel> Channels, bool IsEnd);

/// <summary>The hierarchy of a BVH file.</summary>
internal sealed class BvhSkeleton(IReadOnlyList<BvhJoint> joints)
{
    public IReadOnlyList<BvhJoint> Joints => joints;

    /// <summary>Numbers of a frame.</summary>
    public int ChannelCount { get; } = joints.Sum(joint => joint.Channels.Count);

    /// <summary>Where the joints of a frame lie, in the file's unit, by forward kinematics: parents before children.</summary>
    /// <param name="frame">The frame's numbers.</param>
    /// <param name="positions">Takes (J, 3) for all J joints of the hierarchy.</param>
    /// <param name="rotations">Room for (J, 9).</param>
    public void Pose(ReadOnlySpan<double> frame, Span<double> positions, Span<double> rotations)
    {
        Span<double> turn = stackalloc double[9], product = stackalloc double[9];
        for (var j = 0; j < joints.Count; j++)
        {
            var joint = joints[j];
            Span<double> local = [joint.Offset[0], joint.Offset[1], joint.Offset[2]];
            Identity(turn);
            foreach (var channel in joint.Channels)
            {
                var value = frame[0];
                frame = frame[1..];
                if (channel.IsRotation)
                {
                    Turn(turn, channel.Axis, value, product);
                    product.CopyTo(turn);
                }
                else
                {
                    // The root moves from its offset; elsewhere writers repeat the offset in the channel.
                    local[channel.Axis] = joint.Parent < 0 ? joint.Offset[channel.Axis] + value : value;
                }
            }
            var position = positions.Slice(3 * j, 3);
            var rotation = rotations.Slice(9 * j, 9);
            if (joint.Parent < 0)
            {
                local.CopyTo(position);
                turn.CopyTo(rotation);
                continue;
            }
            var above = positions.Slice(3 * joint.Parent, 3);
            var frameOf = rotations.Slice(9 * joint.Parent, 9);
            for (var row = 0; row < 3; row++)
            {
                position[row] = above[row] + frameOf[3 * row] * local[0] + frameOf[3 * row + 1] * local[1] + frameOf[3 * row + 2] * local[2];
                for (var column = 0; column < 3; column++)
                {
                    rotation[3 * row + column] = frameOf[3 * row] * turn[column] + frameOf[3 * row + 1] * turn[3 + column]
                        + frameOf[3 * row + 2] * turn[6 + column];
                }
            }
        }
    }

    /// <summary>
    /// The hierarchy as a layout: its joints by their own names, centred on the root, mirrored by names that say left and right, and grouped
    /// into the limbs between branchings.
    /// </summary>
    /// <param name="endSites">Whether the ends of bones are joints.</param>
    /// <param name="source">The file, for messages and as a remark.</param>
    public SkeletonLayout ToLayout(bool endSites, string source)
    {
        var kept = Enumerable.Range(0, joints.Count).Where(j => endSites || !joints[j].IsEnd).ToArray();
        var yaml = new StringBuilder("# Made from the hierarchy of a BVH file, in its own unit.\nname: bvh\ndims: 3\nlimit: 100000\n");
        yaml.Append(CultureInfo.InvariantCulture, $"center: {Quoted(kept[0])}\njoints:\n");
        foreach (var j in kept)
            yaml.Append(CultureInfo.InvariantCulture, $"  - {Quoted(j)}\n");
        yaml.Append(kept.Length > 1 ? "bones:\n" : "bones: []\n");
        foreach (var j in kept.Skip(1))
            yaml.Append(CultureInfo.InvariantCulture, $"  - [{Quoted(j)}, {Quoted(joints[j].Parent)}]\n");
        var limbs = Limbs(kept);
        yaml.Append("hyperedges:\n");
        foreach (var limb in limbs)
            yaml.Append(CultureInfo.InvariantCulture, $"  - [{string.Join(", ", limb.Select(Quoted))}]\n");
        if (Pairs(kept) is { Count: > 0 } pairs)
        {
            yaml.Append("left-right:\n");
            foreach (var (left, right) in pairs)
                yaml.Append(CultureInfo.InvariantCulture, $"  - [{Quoted(left)}, {Quoted(right)}]\n");
        }
        yaml.Append("draw:\n  right: +x\n  up: +y\n");
        if (kept.FirstOrDefault(j => string.Equals(joints[j].Name, "head", StringComparison.OrdinalIgnoreCase), -1) is var head and >= 0)
            yaml.Append(CultureInfo.InvariantCulture, $"  head: {Quoted(head)}\n");
        return Layouts.Parse(yaml.ToString(), source);
    }

    // As YAML has texts in double quotes.
    private string Quoted(int joint)
    {
        var name = joints[joint].Name.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        return $"\"{name}\"";
    }

    // A limb begins at the root and at every child of a joint with several children.
    private List<List<int>> Limbs(int[] kept)
    {
        var children = kept.Skip(1).CountBy(j => joints[j].Parent).ToDictionary();
        var limbOf = new Dictionary<int, List<int>>();
        var limbs = new List<List<int>>();
        foreach (var j in kept)
        {
            var parent = joints[j].Parent;
            if (parent >= 0 && children[parent] == 1)
            {
                limbOf[parent].Add(j);
                limbOf[j] = limbOf[parent];
            }
            else
            {
                limbs.Add(limbOf[j] = [j]);
            }
        }
        return limbs;
    }

    private List<(int Left, int Right)> Pairs(int[] kept)
    {
        var byName = kept.ToDictionary(j => joints[j].Name, StringComparer.Ordinal);
        var (pairs, used) = (new List<(int, int)>(), new HashSet<int>());
        foreach (var j in kept)
        {
            foreach (var mirrored in Mirrored(joints[j].Name))
            {
                if (byName.TryGetValue(mirrored, out var other) && other != j && !used.Contains(j) && !used.Contains(other))
                {
                    pairs.Add((j, other));
                    used.UnionWith([j, other]);
                }
            }
        }
        return pairs;
    }

    // LeftArm, leftArm, lThigh, L_Hip: what their other side is called.
    private static IEnumerable<string> Mirrored(string name)
    {
        foreach (var (left, right) in new[] { ("Left", "Right"), ("left", "right"), ("LEFT", "RIGHT") })
        {
            if (name.Contains(left, StringComparison.Ordinal))
                yield return name.Replace(left, right, StringComparison.Ordinal);
        }
        if (name.Length > 1 && ((name[0] == 'l' && char.IsUpper(name[1])) || (name[0] is 'L' or 'l' && name[1] == '_')))
            yield return (name[0] == 'l' ? "r" : "R") + name[1..];
    }

    private static void Identity(Span<double> matrix)
    {
        matrix.Clear();
        matrix[0] = matrix[4] = matrix[8] = 1;
    }

    // result = matrix · rotation by degrees about an axis.
    private static void Turn(ReadOnlySpan<double> matrix, int axis, double degrees, Span<double> result)
    {
        var (sine, cosine) = Math.SinCos(degrees * Math.PI / 180);
        var (a, b) = ((axis + 1) % 3, (axis + 2) % 3);
        for (var row = 0; row < 3; row++)
        {
            result[3 * row + axis] = matrix[3 * row + axis];
            result[3 * row + a] = matrix[3 * row + a] * cosine + matrix[3 * row + b] * sine;
            result[3 * row + b] = matrix[3 * row + b] * cosine - matrix[3 * row + a] * sine;
        }
    }
}
