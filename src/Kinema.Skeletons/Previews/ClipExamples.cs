using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;

namespace Kinema.Skeletons.Previews;

/// <summary>Chooses the clips that stand for a data set.</summary>
public static class ClipExamples
{
    private const int Looked = 8;

    /// <summary>
    /// One clip of each class, or of as many classes as wanted, spread evenly over them: the longest of a class's first eight, since sets
    /// hold clips of a single frame, which show nothing. Of a set without labels, clips spread evenly over it.
    /// </summary>
    /// <param name="dataset">The set.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="split">The split to choose from; null for all clips.</param>
    public static IReadOnlyList<LabelledClip> Of(ClipDataset dataset, int most, string? split = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        SkeletonClip[] clips = [.. split is null ? dataset.Clips : dataset.Split(split).Select(index => dataset.Clips[index])];
        var classes = clips.Where(clip => clip.Label >= 0).GroupBy(clip => clip.Label).OrderBy(group => group.Key)
            .Select(group => group.Take(Looked).MaxBy(clip => clip.Frames)!).ToArray();
        return [.. Spread(classes.Length > 0 ? classes : clips, most).Select(clip => Labelled(dataset, clip))];
    }

    /// <summary>A clip with the name of its class.</summary>
    /// <param name="dataset">The set it is from.</param>
    /// <param name="clip">The clip.</param>
    public static LabelledClip Labelled(ClipDataset dataset, SkeletonClip clip) => new(clip, clip.Label >= 0 ? dataset.Classes[clip.Label] : "");

    private static IEnumerable<T> Spread<T>(T[] items, int most)
    {
        var shown = Math.Min(most, items.Length);
        return Enumerable.Range(0, shown).Select(i => items[(int)((long)i * items.Length / shown)]);
    }
}
