using System.Buffers;
using Kinema.Skeletons.Clips;

namespace Kinema.Skeletons.Datasets;

/// <summary>A clip that equals another, number for number. Both are indices into <see cref="ClipDataset.Clips"/>.</summary>
/// <param name="Clip">The clip of the split looked at.</param>
/// <param name="Original">The first clip of the other split that it equals.</param>
public readonly record struct ClipCopy(int Clip, int Original);

/// <summary>
/// Finds test clips that are copies of training clips. A network may know them by heart, so accuracy is reported with and without them.
/// In NW-UCLA, 95 of the 464 test clips are such copies.
/// </summary>
public static class ClipCopies
{
    /// <summary>The clips of one split that have a copy in another: every coordinate is equal. Names and labels do not matter.</summary>
    /// <param name="dataset">The clips.</param>
    /// <param name="split">The split looked at.</param>
    /// <param name="among">The split that is searched for originals.</param>
    /// <returns>The copies, in the order of the split.</returns>
    public static IReadOnlyList<ClipCopy> Find(ClipDataset dataset, string split = "test", string among = "train") =>
        Find(dataset.Clips, dataset.Split(split), dataset.Split(among), index => Fingerprint(dataset.Clips[index]));

    /// <summary>The same with fingerprints that are known already, so that clips are read once for many pairs of splits.</summary>
    internal static IReadOnlyList<ClipCopy> Find(
        IReadOnlyList<SkeletonClip> clips, IReadOnlyList<int> split, IReadOnlyList<int> among, Func<int, ulong> fingerprint)
    {
        var originals = among.ToLookup(fingerprint);
        var copies = new List<ClipCopy>();
        foreach (var index in split)
        {
            foreach (var original in originals[fingerprint(index)])
            {
                if (original != index && Same(clips[index], clips[original]))
                {
                    copies.Add(new ClipCopy(index, original));
                    break;
                }
            }
        }
        return copies;
    }

    /// <summary>The names of those clips, as evaluation takes them.</summary>
    /// <param name="dataset">The clips.</param>
    /// <param name="split">The split looked at.</param>
    /// <param name="among">The split that is searched for originals.</param>
    public static IReadOnlySet<string> Names(ClipDataset dataset, string split = "test", string among = "train") =>
        Find(dataset, split, among).Select(copy => dataset.Clips[copy.Clip].Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>The names of those clips, where there can be any: null for the training clips themselves, and of a part of a set without any.</summary>
    /// <param name="dataset">The clips, perhaps a part of a set.</param>
    /// <param name="split">The split looked at.</param>
    public static IReadOnlySet<string>? NamesIfTrained(ClipDataset dataset, string split = "test")
    {
        ArgumentNullException.ThrowIfNull(dataset);
        const string originals = "train";
        return split == originals || !dataset.Splits.ContainsKey(originals) || !dataset.Splits.ContainsKey(split) ? null : Names(dataset, split, originals);
    }

    /// <summary>FNV over whole numbers of 64 bits: only to find candidates, which are then compared in full.</summary>
    internal static ulong Fingerprint(ReadOnlySpan<double> coordinates, int frames)
    {
        var hash = 14695981039346656037UL ^ (ulong)frames;
        foreach (var value in coordinates)
            hash = ((hash ^ BitConverter.DoubleToUInt64Bits(value + 0.0)) * 1099511628211UL) ^ (hash >> 32);      // -0 + 0 = 0: the two are equal
        return hash;
    }

    private static ulong Fingerprint(SkeletonClip clip)
    {
        var buffer = ArrayPool<double>.Shared.Rent(clip.Length);
        clip.CopyTo(buffer);
        var hash = Fingerprint(buffer.AsSpan(0, clip.Length), clip.Frames);
        ArrayPool<double>.Shared.Return(buffer);
        return hash;
    }

    private static bool Same(SkeletonClip a, SkeletonClip b)
    {
        if (a.Frames != b.Frames || a.Persons != b.Persons || a.Joints != b.Joints)
            return false;
        var (left, right) = (ArrayPool<double>.Shared.Rent(a.Length), ArrayPool<double>.Shared.Rent(b.Length));
        a.CopyTo(left);
        b.CopyTo(right);
        var same = left.AsSpan(0, a.Length).SequenceEqual(right.AsSpan(0, b.Length));
        ArrayPool<double>.Shared.Return(left);
        ArrayPool<double>.Shared.Return(right);
        return same;
    }
}
