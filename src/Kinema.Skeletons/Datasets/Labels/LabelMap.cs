using System.Globalization;
using Kinema.Skeletons.Datasets.Tables;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Labels;

/// <summary>
/// The classes of a data set and what they are called in files: numbers without gaps from 0 or from 1, and a name for each. Inside Kinema
/// labels count from 0.
/// </summary>
public sealed class LabelMap
{
    private static readonly string[] Columns = ["label", "name"];
    private readonly Dictionary<string, int> indices = new(StringComparer.Ordinal);

    private LabelMap(IReadOnlyList<string> names, int first)
    {
        (Names, First) = (names, first);
        for (var i = 0; i < names.Count; i++)
            indices[names[i]] = i;
    }

    /// <summary>The names, in the order of labels.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The number of the first class in the files: 0 or 1.</summary>
    public int First { get; }

    /// <summary>Reads a map: a CSV with the columns <c>label,name</c>, or YAML with <c>label: name</c> lines under the key <c>classes</c>.</summary>
    /// <param name="path">The file; YAML if it ends in <c>.yaml</c> or <c>.yml</c>.</param>
    /// <exception cref="KinemaException">
    /// The file is missing or wrong: a label or a name twice, a gap, a first label other than 0 and 1 (<see cref="ExitCode.Data"/>).
    /// </exception>
    public static LabelMap Load(string path) => Parse(LabelTable.ReadAll(path), path);

    /// <summary>Reads a map from memory.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="source">Its path, for messages and for its kind.</param>
    /// <exception cref="KinemaException">As <see cref="Load"/>.</exception>
    public static LabelMap Parse(ReadOnlySpan<byte> utf8, string source)
    {
        var pairs = LabelTable.IsYaml(source) ? LabelYaml.Pairs(utf8, source, "classes") : Pairs(LabelTable.Read(utf8, source, Columns, Columns));
        var (byNumber, byName) = (new SortedDictionary<int, string>(), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var (key, name, line) in pairs)
        {
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw Refusal.At(source, line, $"label '{OneLine.Of(key)}' is not a whole number from 0");
            if (name.Length == 0)
                throw Refusal.At(source, line, $"class {number} has no name");
            if (!byNumber.TryAdd(number, name))
                throw Refusal.At(source, line, $"label {number} is there twice: '{OneLine.Of(byNumber[number])}' and '{OneLine.Of(name)}'");
            if (!byName.TryAdd(name, number))
                throw Refusal.At(source, line, $"the name '{OneLine.Of(name)}' is there twice: labels {byName[name]} and {number}");
        }
        if (byNumber.Count == 0)
            throw new KinemaException(ExitCode.Data, $"{source}: names no class");
        CheckGaps(byNumber.Keys, source, "give the classes numbers without gaps");
        return new LabelMap([.. byNumber.Values], byNumber.Keys.First());
    }

    /// <summary>
    /// The map that a set's labels make by themselves: numbers keep their order, and the classes are called by them; names are sorted.
    /// </summary>
    /// <param name="labels">The labels of all clips, as written.</param>
    /// <param name="source">Where they were read, for messages.</param>
    /// <exception cref="KinemaException">
    /// Numbers that do not begin with 0 or 1, have gaps, or stand beside names (<see cref="ExitCode.Data"/>).
    /// </exception>
    public static LabelMap Of(IEnumerable<string> labels, string source)
    {
        var known = labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        var numbers = new SortedSet<int>();
        string? name = null;
        foreach (var label in known)
        {
            if (int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
            else
                name ??= label;
        }
        if (numbers.Count > 0 && name is not null)
            throw Refusal.Data($"{source}: labels are partly numbers ({numbers.Min}) and partly names ('{OneLine.Of(name)}'): use one or the other");
        if (name is not null)
            return new LabelMap(known, 0);
        if (numbers.Count == 0)
            return new LabelMap([], 0);
        CheckGaps(numbers, source, "if these are all classes, number them without gaps or take them as names (a letter before the number makes it one); "
            + "else name all with --classes");
        return new LabelMap([.. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture))], numbers.Min);
    }

    /// <summary>The class that a label means, 0-based; null if it is none of the map.</summary>
    /// <param name="label">A number of the files, or a name.</param>
    public int? IndexOf(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (indices.TryGetValue(label, out var index))
            return index;
        return int.TryParse(label, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= First && number - First < Names.Count
            ? number - First
            : null;
    }

    /// <summary>The classes and the range of their labels, for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Names.Count} classes, labels {First} to {First + Names.Count - 1}");

    private static void CheckGaps(IReadOnlyCollection<int> numbers, string source, string remedy)
    {
        var (least, most) = (numbers.Min(), numbers.Max());
        if (least is not (0 or 1))
        {
            throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                $"{source}: the first label is {least}; labels count from 0 or from 1: {remedy}"));
        }
        if (most - least + 1 != numbers.Count)
        {
            var known = numbers.ToHashSet();
            var gap = least;
            while (known.Contains(gap))
                gap++;
            throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                $"{source}: {numbers.Count} labels from {least} to {most}, without {gap}: {remedy}"));
        }
    }

    private static IEnumerable<(string Key, string Name, int Line)> Pairs(IEnumerable<LabelRow> rows) =>
        rows.Select(row => (row.Fields[0] ?? "", row.Fields[1] ?? "", row.Line));
}
