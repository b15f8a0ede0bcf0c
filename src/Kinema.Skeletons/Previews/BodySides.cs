using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Previews;

/// <summary>Which joints are on a body's left and which on its right: the two differ in shade, and the left in rings for joints.</summary>
internal static class BodySides
{
    /// <summary>The side of every joint, by the layout's left-right pairs.</summary>
    public static Shade[] Of(SkeletonLayout layout)
    {
        var sides = new Shade[layout.JointCount];
        foreach (var pair in layout.LeftRight) (sides[pair.Left], sides[pair.Right]) = (Shade.Left, Shade.Right);
        return sides;
    }
}
