using System.Text.RegularExpressions;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Labels;

/// <summary>Says what a clip shows and who is in it, by the clip's name.</summary>
internal interface ILabelSource
{
    /// <summary>Null where it says nothing of the clip.</summary>
    ClipMarks? Of(string clip);
}

/// <summary>A list of clips: CSV with the columns <c>clip,label,subject,camera,setup,split</c>, or YAML with <c>clip: label</c> under <c>labels</c>.</summary>
internal sealed class LabelList : ILabelSource
{
    private static readonly string[] Columns = ["clip", "label", "subject", "camera", "setup", "split"];
    private readonly Dictionary<string, (ClipMarks Marks, int Line)> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> byShortName = new(StringComparer.Ordinal);   // null: several
    private readonly Dictionary<string, string> asked = new(StringComparer.Ordinal);          // by name: the clip that asked

    private LabelList(string path) => Path = path;

    public string Path { get; }

    /// <summary>Clips of the list that nobody asked for, with their lines.</summary>
    public IReadOnlyList<string> Unused =>
    [
        .. byName.Where(entry => !asked.ContainsKey(entry.Key))
            .Select(entry => FormattableString.Invariant($"{OneLine.Of(entry.Key)} (line {entry.Value.Line})")),
    ];

    /// <exception cref="KinemaException">The list is missing, wrong, or names a clip twice (<see cref="ExitCode.Data"/>).</exception>
    public static LabelList Load(string path)
    {
        var (list, bytes) = (new LabelList(path), LabelTable.ReadAll(path));
        if (LabelTable.IsYaml(path))
        {
            foreach (var (clip, label, line) in LabelYaml.Pairs(bytes, path, "labels"))
                list.Add(clip, new ClipMarks(label), line);
            return list;
        }
        foreach (var row in LabelTable.Read(bytes, path, Columns, ["clip"]))
        {
            var fields = row.Fields;
            list.Add(fields[0] ?? throw Refusal.At(path, row.Line, $"the clip has no name"),
                new ClipMarks(fields[1], fields[2], fields[3], fields[4], fields[5]), row.Line);
        }
        return list;
    }

    /// <summary>A clip by its name with or without folders and ending.</summary>
    /// <exception cref="KinemaException">A name without folders means several clips.</exception>
    public ClipMarks? Of(string clip)
    {
        var name = clip;
        if (!byName.ContainsKey(clip))
        {
            if (!byShortName.TryGetValue(Short(clip), out name) || name is null || (name.Contains('/') && clip.Contains('/')))
                return null;
        }
        if (asked.TryAdd(name, clip) || asked[name] == clip)
            return byName[name].Marks;
        throw Refusal.At(Path, byName[name].Line,
            $"clip '{OneLine.Of(name)}' means both {OneLine.Of(asked[name])} and {OneLine.Of(clip)}; write the folder, too");
    }

    private void Add(string clip, ClipMarks marks, int line)
    {
        var name = InputFile.WithoutEnding(clip);
        if (!byName.TryAdd(name, (marks, line)))
            throw Refusal.At(Path, line, $"clip '{OneLine.Of(clip)}' is there already, in line {byName[name].Line}; leave one of them");
        byShortName[Short(name)] = byShortName.ContainsKey(Short(name)) ? null : name;
    }

    private static string Short(string name) => name[(name.LastIndexOf('/') + 1)..];
}

/// <summary>The folder a clip lies in is its label.</summary>
internal sealed class LabelFolder : ILabelSource
{
    public ClipMarks? Of(string clip)
    {
        var end = clip.LastIndexOf('/');
        return end > 0 ? new ClipMarks(clip[(clip.LastIndexOf('/', end - 1) + 1)..end]) : null;
    }
}

/// <summary>A pattern finds label, subject, camera, setup and split in the name of a clip, by named groups.</summary>
internal sealed class LabelPattern : ILabelSource
{
    private static readonly string[] Groups = ["label", "subject", "camera", "setup", "split"];
    private readonly Regex regex;

    /// <exception cref="KinemaException">The pattern is wrong, or names none of the groups (<see cref="ExitCode.Usage"/>).</exception>
    public LabelPattern(string pattern)
    {
        try
        {
            // Without backtracking no pattern takes long on any name; the time limit is for the rest.
            regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new KinemaException(ExitCode.Usage,
                $"the pattern '{OneLine.Of(pattern)}' cannot be used: {OneLine.Of(error.Message)}; "
                + @"write it like a(?<label>\d+)_s(?<subject>\d+), without look-around and back references", error);
        }
        var unknown = regex.GetGroupNames().Where(name => !char.IsAsciiDigit(name[0]) && !Groups.Contains(name)).ToList();
        if (unknown.Count > 0)
            throw Refusal.Usage($"the pattern '{OneLine.Of(pattern)}' has a group '{OneLine.Of(unknown[0])}': known are {string.Join(", ", Groups)}");
        if (!regex.GetGroupNames().Any(Groups.Contains))
            throw Refusal.Usage($"the pattern '{OneLine.Of(pattern)}' has no named group: write (?<label>…); known are {string.Join(", ", Groups)}");
    }

    /// <summary>Whether it can tell the label at all.</summary>
    public bool TellsLabel => regex.GetGroupNames().Contains("label");

    public ClipMarks? Of(string clip)
    {
        try
        {
            var match = regex.Match(clip);
            return match.Success ? new ClipMarks(Group("label"), Group("subject"), Group("camera"), Group("setup"), Group("split")) : null;

            string? Group(string name) => match.Groups[name] is { Success: true, Length: > 0 } group ? group.Value : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}
