using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>Which layout the joints of an array are: the one the user names, or the built-in one that V and C leave.</summary>
internal static class LayoutGuess
{
    /// <param name="joints">V.</param>
    /// <param name="channels">C: coordinates, and for a 2-dimensional layout perhaps a score.</param>
    /// <param name="wanted">The layout the user named.</param>
    /// <param name="where">The file, for messages.</param>
    /// <exception cref="KinemaException">V and C do not fit, or are those of no built-in layout (<see cref="ExitCode.Data"/>).</exception>
    public static SkeletonLayout For(long joints, long channels, SkeletonLayout? wanted, string where)
    {
        if (wanted is null)
        {
            return BuiltIn(joints, channels) ?? throw new KinemaException(ExitCode.Data, FormattableString.Invariant(
                $"{where}: V = {joints} joints of C = {channels} channels may be several layouts, or one of your own: name it with --layout"));
        }
        return wanted.JointCount == joints && (wanted.Dimensions == channels || (wanted.Dimensions == 2 && channels == 3))
            ? wanted
            : throw new KinemaException(ExitCode.Data, FormattableString.Invariant(
                $"{where}: has V = {joints} joints of C = {channels} channels; layout {wanted.Name} has {wanted.JointCount} of {wanted.Dimensions}")
                + (BuiltIn(joints, channels) is { } own && LayoutMaps.Find(own, wanted) is not null
                    ? $"; if they are those of {own.Name}, --to {wanted.Name} in the place of --layout makes clips of these joints" : ""));
    }

    // Those whose numbers leave no doubt; of 18 joints a third channel is the score.
    private static SkeletonLayout? BuiltIn(long joints, long channels) => (joints, channels) switch
    {
        (25, 3) => Layouts.Ntu,
        (20, 3) => Layouts.NwUcla,
        (17, 2) => Layouts.Get("coco-17"),
        (18, 2 or 3) => Layouts.Get("openpose-18"),
        _ => null,
    };
}
