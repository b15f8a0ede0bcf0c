using Kinema.Storage;

namespace Kinema.Skeletons.Streams;

/// <summary>
/// What of the joints a network is shown. Four networks, one a stream, are trained apart and their scores are fused.
///   joint x[t,v],  bone b[t,v] = x[t,v] - x[t,parent(v)],  joint motion x[t+1,v] - x[t,v],  bone motion b[t+1,v] - b[t,v]
/// </summary>
public enum SkeletonStream
{
    /// <summary>The coordinates themselves.</summary>
    Joint,

    /// <summary>Every joint relative to its parent; the root's bone is zero.</summary>
    Bone,

    /// <summary>Forward difference of the joints over time; the last frame is zero.</summary>
    JointMotion,

    /// <summary>Forward difference of the bones over time; the last frame is zero.</summary>
    BoneMotion,
}

/// <summary>Names of the streams, as recipes and <c>--stream</c> give them.</summary>
public static class SkeletonStreams
{
    private static readonly string[] Names = ["joint", "bone", "joint-motion", "bone-motion"];

    /// <summary>All four, in the order of the published tables: J, B, JM, BM.</summary>
    public static IReadOnlyList<SkeletonStream> All { get; } =
        [SkeletonStream.Joint, SkeletonStream.Bone, SkeletonStream.JointMotion, SkeletonStream.BoneMotion];

    /// <summary><c>joint</c>, <c>bone</c>, <c>joint-motion</c> or <c>bone-motion</c>.</summary>
    /// <param name="stream">The stream.</param>
    public static string Name(this SkeletonStream stream) => Names[(int)stream];

    /// <summary>True for the two streams of bones.</summary>
    /// <param name="stream">The stream.</param>
    public static bool IsBone(this SkeletonStream stream) => stream is SkeletonStream.Bone or SkeletonStream.BoneMotion;

    /// <summary>True for the two streams of motion.</summary>
    /// <param name="stream">The stream.</param>
    public static bool IsMotion(this SkeletonStream stream) => stream is SkeletonStream.JointMotion or SkeletonStream.BoneMotion;

    /// <summary>The stream of that name.</summary>
    /// <param name="name">One of the four names.</param>
    /// <exception cref="KinemaException">No stream has that name (<see cref="ExitCode.Usage"/>).</exception>
    public static SkeletonStream Parse(string name)
    {
        var index = Array.IndexOf(Names, name);
        return index >= 0
            ? (SkeletonStream)index
            : throw new KinemaException(ExitCode.Usage,
                $"unknown stream '{name}'{Graphs.Suggestion.For(name, Names)}: a stream is one of {string.Join(", ", Names)}");
    }
}
