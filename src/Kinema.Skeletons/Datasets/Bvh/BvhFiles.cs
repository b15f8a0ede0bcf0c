using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Tables;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Bvh;

/// <summary>One BVH file for every clip: rotations become positions. Joints are found by their names, whatever their order.</summary>
internal sealed class BvhFiles(InputFiles files, IReadOnlyList<InputFile> chosen, SkeletonLayout layout) : FileForm(files, chosen)
{
    public override SkeletonLayout Layout => layout;

    public override bool HasMarks => false;

    protected override RawClip Parse(ReadOnlySpan<byte> bytes, string where)
    {
        var motion = BvhReader.Read(bytes, where);
        var (skeleton, t, v) = (motion.Skeleton, motion.Frames, layout.JointCount);
        var source = Find(skeleton, where);
        RawClip.CheckSize(1, t, v, where);
        var (positions, rotations) = (new double[3 * skeleton.Joints.Count], new double[9 * skeleton.Joints.Count]);
        var points = new double[t * v * 3];
        for (var frame = 0; frame < t; frame++)
        {
            skeleton.Pose(motion.Motion.AsSpan(frame * skeleton.ChannelCount, skeleton.ChannelCount), positions, rotations);
            for (var joint = 0; joint < v; joint++)
                positions.AsSpan(3 * source[joint], 3).CopyTo(points.AsSpan((frame * v + joint) * 3));
        }
        return new RawClip(t, 1, points, ClipMarks.None, []);
    }

    // The joint of the file for every joint of the layout.
    private int[] Find(BvhSkeleton skeleton, string where)
    {
        var byName = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var j = 0; j < skeleton.Joints.Count; j++)
        {
            byName[skeleton.Joints[j].Name] = j;
            byName.TryAdd(JointNames.Normal(skeleton.Joints[j].Name), j);
        }
        var missing = layout.Joints.Where(joint => !byName.ContainsKey(joint) && !byName.ContainsKey(JointNames.Normal(joint))).ToList();
        if (missing.Count > 0)
        {
            throw new KinemaException(ExitCode.Data, $"{where}: has no joint {OneLine.Some(missing)} of layout {layout.Name}; it has "
                + OneLine.Some([.. skeleton.Joints.Select(joint => joint.Name)], 6));
        }
        return [.. layout.Joints.Select(joint => byName.TryGetValue(joint, out var j) ? j : byName[JointNames.Normal(joint)])];
    }
}
