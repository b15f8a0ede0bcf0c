using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;

namespace Kinema.Skeletons.Preparation;

/// <summary>A source read into memory: for sets that fit, and for looking at a source before it is prepared.</summary>
/// <param name="Clips">Those that can be used, in the order of the source.</param>
/// <param name="Skipped">Those that cannot, those known beforehand included, and why.</param>
/// <param name="Notes">What is odd about clips that are there.</param>
public sealed record ClipCollection(IReadOnlyList<SkeletonClip> Clips, IReadOnlyList<SkippedClip> Skipped, IReadOnlyList<SkippedClip> Notes)
{
    /// <summary>Reads all items, one after another.</summary>
    /// <param name="source">What to read.</param>
    public static ClipCollection Of(ClipSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var (clips, skipped, notes) = (new List<SkeletonClip>(), new List<SkippedClip>(source.Known), new List<SkippedClip>());
        using var reader = source.Open();
        for (var item = 0; item < source.Items.Count; item++)
        {
            var read = ReadOne(reader, item, source);
            clips.AddRange(read.Clips);
            skipped.AddRange(read.Skipped);
            notes.AddRange(read.Notes);
        }
        return new ClipCollection(clips, skipped, notes);
    }

    /// <summary>One item; a fault of the whole item becomes a skipped clip of its name.</summary>
    /// <param name="reader">One of the source.</param>
    /// <param name="item">Which.</param>
    /// <param name="source">Knows its name.</param>
    public static ItemClips ReadOne(ItemReader reader, int item, ClipSource source)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(source);
        try
        {
            return reader.Read(item);
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
        {
            return new ItemClips([], [new SkippedClip(source.Items[item].Name, "damaged", error.Message)], []);
        }
    }

    /// <summary>The collection as a data set divided by a protocol.</summary>
    /// <param name="source">Where it was read from.</param>
    /// <param name="protocol">One of the source's; null takes the first.</param>
    public ClipDataset ToDataset(ClipSource source, string? protocol = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var chosen = protocol is null ? source.Protocols[0] : source.Protocols.Single(known => known.Name == protocol);
        var splits = new SortedDictionary<string, IReadOnlyList<int>>(StringComparer.Ordinal);
        foreach (var group in Clips.Index().GroupBy(pair => chosen.Side(ClipFacts.Of(pair.Item))))
        {
            if (group.Key is { } side)
                splits[side] = [.. group.Select(pair => pair.Index)];
        }
        return new ClipDataset { Name = source.Name, Layout = source.Layout, Classes = source.Classes, Clips = Clips, Splits = splits };
    }
}
