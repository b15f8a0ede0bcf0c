using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// Clips as a mirror shows them, so that what a right hand did a left one does:
///   1. the joints of each pair change places                   <see cref="SkeletonLayout.LeftRight"/>
///   2. x ← 2c - x                                              all persons alike; c is where the first person's centre is when first seen
/// The clip stays where it is, in a picture too. x is the axis that points to the right of a picture of the layout
/// (<see cref="LayoutDrawing.Right"/>), which is x in all that are built in.
/// </summary>
/// <remarks>
/// Frames in which a person is not seen are zeros and stay so. In a picture a joint that is not seen (<see cref="SeenJoints"/>) lies at (0, 0) and stays
/// there too; in space the origin is a place like others, that of whichever joint a clip is measured from. Where the first person is never seen, c is
/// the next one's. Where a picture shows the person without the centre, the middle of the first pair that is seen stands for it, and so does the middle
/// of its own pair for a centre that is left or right: a clip mirrored twice is itself.
/// </remarks>
public sealed class ClipMirror
{
    private readonly SkeletonLayout layout;
    private readonly JointPair[] pairs;
    private readonly JointPair[] anchors;              // c is the middle of the first of them that is seen
    private readonly int axis;
    private readonly bool isPicture;

    /// <summary>A mirror for clips of one layout.</summary>
    /// <param name="layout">The layout, which says what is left and right.</param>
    /// <exception cref="KinemaException">It does not (<see cref="ExitCode.Configuration"/>).</exception>
    public ClipMirror(SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.LeftRight.Count == 0)
        {
            throw new KinemaException(ExitCode.Configuration,
                $"layout {layout.Name} does not say which joints are left and right, so its clips cannot be mirrored: set data.mirror to 0, or name the pairs under left-right in a layout file and convert the clips with that");
        }

        (this.layout, pairs, axis, isPicture) = (layout, [.. layout.LeftRight], layout.Drawing.Right.Index, layout.Dimensions == 2);
        var center = pairs.FirstOrDefault(pair => pair.Left == layout.Center || pair.Right == layout.Center, new JointPair(layout.Center, layout.Center));
        anchors = [center, .. pairs];
    }

    /// <summary>The mirrored clip. It reads the other one's coordinates whenever its own are asked for, and keeps none.</summary>
    /// <param name="clip">A clip of the layout.</param>
    /// <exception cref="KinemaException">It has other joints (<see cref="ExitCode.Data"/>).</exception>
    public SkeletonClip Of(SkeletonClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (clip.Joints != layout.JointCount)
            throw new KinemaException(ExitCode.Data, $"clip {clip.Name} has V = {clip.Joints}; the mirror of layout {layout.Name} takes V = {layout.JointCount}");
        return new SkeletonClip(clip.Name, clip.Frames, clip.Joints, clip.Persons, new MirroredStore(clip, this))
        {
            Label = clip.Label, Subject = clip.Subject, Camera = clip.Camera, Setup = clip.Setup,
        };
    }

    private void Apply(Span<double> points, int frames)
    {
        var seen = SeenJoints.In(layout, points, frames);
        if (Middle(points, seen) is not { } middle) return;
        var row = layout.JointCount * 3;
        for (var start = 0; start < points.Length; start += row)
        {
            var frame = points.Slice(start, row);
            if (!SeenJoints.Shows(frame)) continue;
            foreach (var (left, right) in pairs)
            {
                for (var i = 0; i < 3; i++)
                    (frame[(left * 3) + i], frame[(right * 3) + i]) = (frame[(right * 3) + i], frame[(left * 3) + i]);
            }

            for (var joint = 0; joint < layout.JointCount; joint++)
            {
                ref var x = ref frame[(joint * 3) + axis];
                if (!IsHidden(frame, joint, seen)) x = (2 * middle) - x;
            }
        }
    }

    private double? Middle(ReadOnlySpan<double> points, SeenJoints seen)
    {
        var row = layout.JointCount * 3;
        for (var start = 0; start < points.Length; start += row)
        {
            var frame = points.Slice(start, row);
            if (!SeenJoints.Shows(frame)) continue;
            foreach (var (left, right) in anchors)
            {
                if (!IsHidden(frame, left, seen) && !IsHidden(frame, right, seen))
                    return (frame[(left * 3) + axis] + frame[(right * 3) + axis]) / 2;
            }
        }

        return null;                                   // nobody, or nothing that has a middle
    }

    private bool IsHidden(ReadOnlySpan<double> frame, int joint, SeenJoints seen) => isPicture && !seen.IsSeen(frame, joint);

    private sealed class MirroredStore(SkeletonClip clip, ClipMirror mirror) : CoordinateStore
    {
        public override void Read(Span<double> destination)
        {
            clip.CopyTo(destination);
            mirror.Apply(destination, clip.Frames);
        }
    }
}
