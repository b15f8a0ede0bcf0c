using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// What to say, wherever numbers come from, of a packed set that lacks clips its source has: accuracies on a part are no accuracies on the whole,
/// and the set by itself does not show that it is one.
/// </summary>
public static class IncompleteSet
{
    /// <summary>One line; null of a set that lacks nothing, or only what is left out by rule.</summary>
    /// <param name="data">The clips.</param>
    public static string? Remark(ClipDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var missing = data.LeftOut.Where(kind => !LeftOutByRule.Covers(kind.Key)).OrderByDescending(kind => kind.Value)
            .ThenBy(kind => kind.Key, StringComparer.Ordinal).ToList();
        if (missing.Count == 0)
            return null;
        var reasons = OneLine.Some([.. missing.Select(kind => FormattableString.Invariant($"{kind.Value} {kind.Key}"))], 8);
        return $"{data.Name}: is not whole: it was packed without {Plural.Of((int)Math.Min(missing.Sum(kind => (long)kind.Value), int.MaxValue), "clip")} ({reasons}), "
            + "so that numbers of it are not those of the whole set; 'kinema data inspect' says more";
    }
}
