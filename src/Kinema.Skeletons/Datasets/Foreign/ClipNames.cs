using System.Globalization;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>Names of clips from files of others: fit for one line, unique, and read where they follow the scheme of NTU RGB+D.</summary>
internal static class ClipNames
{
    private const int Longest = 200;

    /// <summary>The name of the n-th clip of a part that names none: <c>train-000001</c>.</summary>
    public static string Numbered(string part, long index) => string.Create(CultureInfo.InvariantCulture, $"{part}-{index + 1:000000}");

    /// <summary>Without control characters and the ending <c>.skeleton</c>; null if nothing is left.</summary>
    public static string? Clean(string? text)
    {
        if (text is null)
            return null;
        if (text.EndsWith(".skeleton", StringComparison.Ordinal))
            text = text[..^".skeleton".Length];
        Span<char> line = stackalloc char[Math.Min(text.Length, Longest)];
        for (var i = 0; i < line.Length; i++)
            line[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) || text[i] is '\u2028' or '\u2029' ? '?' : text[i];
        return line.Trim() is { Length: > 0 } trimmed ? trimmed.ToString() : null;
    }

    /// <summary>The name, or <c>name#2</c> and so on where others had it before.</summary>
    public static string Unique(string name, HashSet<string> taken, Dictionary<string, int> repeats)
    {
        if (taken.Add(name))
            return name;
        string unique;
        do
        {
            repeats[name] = repeats.GetValueOrDefault(name, 1) + 1;          // counted on, so that many equal names stay cheap
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}#{repeats[name]}");
        }
        while (!taken.Add(unique));
        return unique;
    }

    /// <summary>Subject, camera and setup of a name <c>SsssCcccPpppRrrrAaaa</c>; zeros of any other.</summary>
    public static (int Subject, int Camera, int Setup) Recording(string name) =>
        NtuName.Parse(name) is { } told ? (told.Performer, told.Camera, told.Setup) : default;

    /// <summary>
    /// Names for classes that have none: those of NTU RGB+D where there are as many as it has, so that weights trained on files as downloaded
    /// fit; <c>A001</c>… of a part of it; else the labels themselves.
    /// </summary>
    /// <param name="count">How many.</param>
    /// <param name="ntu">Whether the clips are named like its files, or the form is one that only it comes in.</param>
    /// <param name="layout">The joints.</param>
    public static IReadOnlyList<string> Classes(int count, bool ntu, SkeletonLayout layout) => count is 60 or 120 && (ntu || layout.Name == Layouts.Ntu.Name)
        ? [.. NtuClasses.Names.Take(count)]
        : [.. Enumerable.Range(0, Math.Max(1, count)).Select(label =>
            ntu ? string.Create(CultureInfo.InvariantCulture, $"A{label + 1:000}") : string.Create(CultureInfo.InvariantCulture, $"class {label}"))];
}
