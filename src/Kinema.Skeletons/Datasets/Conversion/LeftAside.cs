using static System.FormattableString;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>Arrays and pickles beside files of clips: they may hold clips, too, and are converted only when one is given by itself.</summary>
internal static class LeftAside
{
    /// <summary>With the point, in small letters.</summary>
    public static readonly string[] Endings = [".npy", ".npz", ".pkl", ".pickle"];

    /// <summary>Those among some files, by their paths.</summary>
    public static IReadOnlyList<string> In(IEnumerable<InputFile> files) =>
        [.. files.Where(file => Endings.Contains(file.Ending)).Select(file => file.Inside).Order(StringComparer.Ordinal)];

    /// <summary>Those of a folder or zip.</summary>
    public static IReadOnlyList<string> In(ClipFiles files) =>
        In(Enumerable.Range(0, files.Names.Count).Select(index => new InputFile(files.Inside(index), index, files.Sizes[index])));

    /// <summary>The line that says so of a set; none where there is nothing to say.</summary>
    public static IEnumerable<string> Remark(string name, IReadOnlyList<string> aside) => aside.Count == 0 ? [] :
        [Invariant($"{name}: left aside, since arrays and pickles are converted one by one: {OneLine.Some(aside)}")];

    /// <summary>What to do with files of which nothing else, or nothing certain, can be read.</summary>
    public static string Advice(IReadOnlyList<string> aside) => $"arrays and pickles are converted one by one: give one of {OneLine.Some(aside)}";
}
