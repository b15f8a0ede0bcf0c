using Kinema.Storage;
using static System.FormattableString;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>Tells of classes that no clip has, where the number of classes was taken from the largest label.</summary>
internal static class EmptyClasses
{
    /// <summary>The remark; none where every class has a clip, or nothing has a label.</summary>
    /// <param name="path">What to call the files.</param>
    /// <param name="classes">The names, by label.</param>
    /// <param name="labels">Those of all clips; -1 is none.</param>
    /// <param name="named">Whether the classes have names of their own, given or known.</param>
    public static IReadOnlyList<string> Remark(string path, IReadOnlyList<string> classes, IEnumerable<int> labels, bool named)
    {
        var present = labels.Where(label => label >= 0).ToHashSet();
        string[] empty = [.. classes.Where((_, label) => !present.Contains(label))];
        if (empty.Length == 0 || present.Count == 0)
            return [];
        var advice = named ? "" : "; if they are classes, name all with --classes, else number the labels from 0 without gaps";
        return [Invariant($"class-without-clip: {path}: {empty.Length} of {Plural.Of(classes.Count, "class")} {(empty.Length == 1 ? "has" : "have")} no clip: ")
            + OneLine.Some(empty) + advice];
    }
}
