using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;

namespace Kinema.Skeletons.Preparation;

/// <summary>What a clip must be to come into a packed set, whatever its source says of it: of a name that is not there yet, labelled and finite.</summary>
/// <param name="source">Where the clips come from.</param>
internal sealed class ClipAdmission(ClipSource source)
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>Takes names for given: those of clips that are in the set already.</summary>
    public void Add(IEnumerable<string> taken) => names.UnionWith(taken);

    /// <summary>Why a clip cannot be in the set; null if it can, and then its name is taken.</summary>
    /// <param name="clip">The clip.</param>
    /// <exception cref="InvalidOperationException">It has not the joints of its source's layout.</exception>
    public SkippedClip? Refusal(SkeletonClip clip)
    {
        if (clip.Joints != source.Layout.JointCount)
            throw new InvalidOperationException($"clip {clip.Name} has {clip.Joints} joints; its source's layout has {source.Layout.JointCount}");
        if (clip.Name.Contains('\n') || clip.Name.Length == 0)
            return new SkippedClip(clip.Name, "bad-name", $"clip '{clip.Name.ReplaceLineEndings(" ")}': its name is empty or has a line break");
        if (clip.Frames > ClipLimits.Frames)
            return new SkippedClip(clip.Name, "too-long", $"clip {clip.Name} has {clip.Frames} frames; a clip has at most {ClipLimits.Frames}");
        if (clip.Label < -1 || clip.Label >= source.Classes.Count)
            return new SkippedClip(clip.Name, "bad-label", $"clip {clip.Name}: label {clip.Label} is out of range 0 to {source.Classes.Count - 1}");
        var buffer = ArrayPool<double>.Shared.Rent(clip.Length);
        clip.CopyTo(buffer);
        var fault = CoordinateCheck.FirstFault(buffer.AsSpan(0, clip.Length), clip.Frames, source.Layout);
        ArrayPool<double>.Shared.Return(buffer);
        if (fault is not null)
            return new SkippedClip(clip.Name, "bad-coordinate", $"clip {clip.Name}: {fault}");
        return names.Add(clip.Name) ? null : new SkippedClip(clip.Name, "repeated-name", $"clip {clip.Name} is there twice; the first is kept");
    }
}
