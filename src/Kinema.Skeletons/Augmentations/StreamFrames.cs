using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;

namespace Kinema.Skeletons.Augmentations;

/// <summary>What a stream shows of one coordinate of a body over time: joints or bones, as they are or as differences of frames.</summary>
internal sealed class StreamFrames
{
    private readonly int[]? origins;                   // of every joint, the one it is shown relative to; null where none is
    private readonly int root;
    private readonly bool keepsRoot;
    private readonly bool isMotion;

    public StreamFrames(SkeletonLayout layout, SkeletonStream stream, StreamVariant variant)
    {
        if (stream.IsBone()) origins = [.. layout.Parents];
        else if (variant == StreamVariant.Csre) origins = [.. Enumerable.Repeat(layout.Root, layout.JointCount)];
        (root, keepsRoot, isMotion) = (layout.Root, variant == StreamVariant.Csre, stream.IsMotion());
    }

    /// <summary>to ← a frame of joints (V), as the stream shows one.</summary>
    public void Relate(ReadOnlySpan<double> from, Span<double> to)
    {
        from.CopyTo(to);
        if (origins is null) return;
        for (var v = 0; v < to.Length; v++) to[v] -= from[origins[v]];
        if (keepsRoot) to[root] = from[root];
    }

    /// <summary>Frames as <see cref="Relate"/> left them, (T, V), to the stream's single-precision numbers.</summary>
    public void Show(ReadOnlySpan<double> frames, int joints, Span<float> destination)
    {
        if (!isMotion)
        {
            Planes.Round(frames, destination);
            return;
        }
        var moving = frames.Length - joints;
        Planes.Difference(frames[joints..], frames[..moving], destination[..moving]);
        destination[moving..].Clear();
    }
}
