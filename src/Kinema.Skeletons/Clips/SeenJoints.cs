using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Clips;

/// <summary>
/// Which joints of a clip are seen. Sensors and pose estimators write zeros for a joint that they lost, and sets for a person who is not there. One
/// joint may lie at the origin and be seen: the layout's centre, if the clip is measured from it. In space that is assumed wherever anything else of
/// the person is seen. In a picture the origin, its corner or its middle, means not seen, unless in every frame that shows the first person who is
/// shown the centre lies there and no other joint does, and x takes both signs.
/// </summary>
internal readonly struct SeenJoints
{
    private readonly int center;

    private SeenJoints(int center, bool centerMayBeOrigin) => (this.center, CenterMayBeOrigin) = (center, centerMayBeOrigin);

    /// <summary>Whether a centre at the origin is seen, in frames that show the person.</summary>
    public bool CenterMayBeOrigin { get; }

    /// <summary>Looks at a clip.</summary>
    /// <param name="layout">The clip's joints.</param>
    /// <param name="points">Its coordinates, [m][t][v][x, y, z].</param>
    /// <param name="frames">T.</param>
    public static SeenJoints In(SkeletonLayout layout, ReadOnlySpan<double> points, int frames) =>
        new(layout.Center, layout.Dimensions == 3 || (IsCentered(layout, points, frames) && TakesBothSigns(points, layout.Drawing.Right.Index)));

    /// <summary>Whether coordinates of this range may be measured from the origin, rather than from the corner of a picture.</summary>
    /// <param name="layout">The joints.</param>
    /// <param name="low">The smallest along the axis to the right of a picture (<see cref="LayoutDrawing.Right"/>).</param>
    /// <param name="high">The largest.</param>
    public static bool LieAboutOrigin(SkeletonLayout layout, double low, double high) => layout.Dimensions == 3 || (low < 0 && high > 0);

    /// <summary>Whether anything is seen of a joint, or of a person in one frame.</summary>
    /// <param name="points">All its coordinates.</param>
    public static bool Shows(ReadOnlySpan<double> points) => points.ContainsAnyExcept(0.0);

    /// <summary>Whether a joint of a person is seen in one frame.</summary>
    /// <param name="person">The person's coordinates in the frame, [v][x, y, z].</param>
    /// <param name="joint">The joint.</param>
    public bool IsSeen(ReadOnlySpan<double> person, int joint) =>
        Shows(person.Slice(joint * 3, 3)) || (joint == center && CenterMayBeOrigin && Shows(person));

    private static bool IsCentered(SkeletonLayout layout, ReadOnlySpan<double> points, int frames)
    {
        var row = layout.JointCount * 3;
        for (var person = 0; person < points.Length; person += frames * row)
        {
            var isShown = false;
            for (var start = person; start < person + (frames * row); start += row)
            {
                var frame = points.Slice(start, row);
                if (!Shows(frame)) continue;
                for (var joint = 0; joint < layout.JointCount; joint++)
                {
                    if (Shows(frame.Slice(joint * 3, 3)) == (joint == layout.Center)) return false;
                }

                isShown = true;
            }

            if (isShown) return true;
        }

        return false;
    }

    private static bool TakesBothSigns(ReadOnlySpan<double> points, int axis)
    {
        var (below, above) = (false, false);
        for (var i = axis; i < points.Length && !(below && above); i += 3)
            (below, above) = (below || points[i] < 0, above || points[i] > 0);
        return below && above;
    }
}
