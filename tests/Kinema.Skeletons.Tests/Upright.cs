using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests;

/// <summary>Whether a real body stands as its layout draws it.</summary>
internal static class Upright
{
    /// <summary>In the first frame the head is above the left foot.</summary>
    public static void Check(SkeletonClip clip, SkeletonLayout layout)
    {
        Assert.True(Of(clip, layout, "head", 1) > Of(clip, layout, "left-foot", 1), $"{clip}: the head is not above the foot");
    }

    /// <summary>The share of clips in whose first frame the right shoulder has the larger x: near one in sets that are faced by everybody.</summary>
    public static double FacingShare(IReadOnlyList<SkeletonClip> clips, SkeletonLayout layout) =>
        clips.Average(clip => Of(clip, layout, "right-shoulder", 0) > Of(clip, layout, "left-shoulder", 0) ? 1.0 : 0);

    private static double Of(SkeletonClip clip, SkeletonLayout layout, string joint, int axis) => clip.Coordinates[(layout.IndexOf(joint)!.Value * 3) + axis];
}
