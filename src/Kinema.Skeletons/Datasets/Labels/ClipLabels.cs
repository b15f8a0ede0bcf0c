using System.Globalization;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Labels;

/// <summary>What is known of one clip, in numbers: <see cref="Clips.SkeletonClip"/> has the same.</summary>
internal readonly record struct ResolvedClip(string Name, int Label, int Subject, int Camera, int Setup, string? Split);

/// <summary>
/// Makes numbers of what files, lists and names say about clips, and checks it: clips without label, labels that are no class or out of
/// range, entries of a list without a clip, classes without a clip.
/// </summary>
internal sealed class ClipLabels
{
    private readonly List<DatasetFault> faults = [];

    private ClipLabels(IReadOnlyList<ResolvedClip> clips, IReadOnlyList<string> classes) => (Clips, Classes) = (clips, classes);

    /// <summary>The clips, in the order they were given.</summary>
    public IReadOnlyList<ResolvedClip> Clips { get; }

    public IReadOnlyList<string> Classes { get; }

    /// <summary>What is wrong or worth saying.</summary>
    public IReadOnlyList<DatasetFault> Faults => faults;

    /// <summary>Resolves the marks of all clips.</summary>
    /// <param name="names">The clips.</param>
    /// <param name="marks">What is said of each.</param>
    /// <param name="map">The classes; null takes those that occur.</param>
    /// <param name="list">The list of labels, if there is one.</param>
    /// <param name="unlabelled">Whether clips may be without label.</param>
    /// <param name="source">The set, for messages.</param>
    public static ClipLabels Resolve(
        IReadOnlyList<string> names, IReadOnlyList<ClipMarks> marks, LabelMap? map, LabelList? list, bool unlabelled, string source)
    {
        map ??= LabelMap.Of(marks.Select(mark => mark.Label).OfType<string>(), source);
        var subjects = new MarkNumbers("subject", marks.Select(mark => mark.Subject));
        var cameras = new MarkNumbers("camera", marks.Select(mark => mark.Camera));
        var setups = new MarkNumbers("setup", marks.Select(mark => mark.Setup));
        var clips = new ResolvedClip[names.Count];
        for (var i = 0; i < clips.Length; i++)
        {
            var mark = marks[i];
            var label = mark.Label is null ? null : map.IndexOf(mark.Label);
            clips[i] = new ResolvedClip(names[i], label ?? -1, subjects.Of(mark.Subject), cameras.Of(mark.Camera), setups.Of(mark.Setup), Side(mark.Split));
        }
        var result = new ClipLabels(clips, map.Names);
        result.CheckLabels(marks, map, unlabelled, source);
        if (list?.Unused is { Count: > 0 } unused)
            result.Warn("label-without-clip", $"{list.Path}: {unused.Count} {(unused.Count == 1 ? "entry has" : "entries have")} no clip: {OneLine.Some(unused)}; take them out, or find the clips");
        foreach (var remark in new[] { subjects.Remark, cameras.Remark, setups.Remark }.OfType<string>())
            result.Note("numbered", $"{source}: {remark}");
        return result;
    }

    private void CheckLabels(IReadOnlyList<ClipMarks> marks, LabelMap map, bool unlabelled, string source)
    {
        var strange = Enumerable.Range(0, Clips.Count).Where(i => marks[i].Label is not null && Clips[i].Label < 0).ToList();
        if (strange.Count > 0)
        {
            var label = marks[strange[0]].Label!;
            var more = strange.Count > 1 ? FormattableString.Invariant($" (and {strange.Count - 1} clips more)") : "";
            Error("unknown-label", $"{source}: clip {OneLine.Of(Clips[strange[0]].Name)}: label '{OneLine.Of(label)}' is none of {map}"
                + $"{Suggestion.For(label, map.Names)}{Base(marks, map)}{more}; correct it, or name the class with --classes");
        }
        var without = Enumerable.Range(0, Clips.Count).Where(i => marks[i].Label is null).Select(i => Clips[i].Name).ToList();
        if (without.Count > 0)
        {
            var text = FormattableString.Invariant($"{source}: {without.Count} of {Plural.Of(Clips.Count, "clip")} {(without.Count == 1 ? "has" : "have")} no label: {OneLine.Some(without)}");
            if (unlabelled)
                Note("no-label", text);
            else
                Error("no-label", $"{text}; name them in a list with --labels (clip,label), "
                    + "say with --label-from how names tell it, or allow them with --unlabelled");
        }
        if (map.First == 1)
        {
            Note("labels-from-1",
                FormattableString.Invariant($"{source}: labels count from 1 in the files (1 to {map.Names.Count}); they count from 0 here"));
        }
        var present = Clips.Select(clip => clip.Label).ToHashSet();
        var empty = map.Names.Where((_, label) => !present.Contains(label)).ToList();
        if (empty.Count > 0 && present.Any(label => label >= 0))
        {
            Warn("class-without-clip",
                FormattableString.Invariant($"{source}: {empty.Count} of {map.Names.Count} classes have no clip: {OneLine.Some(empty)}"));
        }
    }

    /// <summary>Checks that both sides of a division have every class.</summary>
    public void CheckSplit(SplitAssignment split, string source)
    {
        foreach (var side in new[] { "train", "test" })
        {
            var present = Clips.Where(clip => split.Sides.GetValueOrDefault(clip.Name) == side).Select(clip => clip.Label).ToHashSet();
            if (present.Count == 0)
                Warn("empty-split", $"{source}: division '{split.Name}': no clip is in '{side}'");
            var missing = Classes.Where((_, label) => !present.Contains(label)).ToList();
            if (present.Any(label => label >= 0) && missing.Count > 0)
            {
                var which = FormattableString.Invariant($"{missing.Count} of {Classes.Count} classes: {OneLine.Some(missing)}");
                Warn("missing-class", $"{source}: division '{split.Name}': '{side}' has no clip of {which}; divide otherwise");
            }
        }
        var outside = Clips.Where(clip => !split.Sides.ContainsKey(clip.Name)).Select(clip => clip.Name).ToList();
        if (outside.Count > 0)
            Note("no-split", FormattableString.Invariant($"{source}: division '{split.Name}': {outside.Count} clips take no part: {OneLine.Some(outside)}"));
    }

    // All numbers one higher than the map has them, or one lower: counted from another base.
    private static string Base(IReadOnlyList<ClipMarks> marks, LabelMap map)
    {
        var numbers = marks.Select(mark => int.TryParse(mark.Label, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
            .Where(number => number >= 0).ToList();
        if (numbers.Count == 0)
            return "";
        var (least, most) = (numbers.Min(), numbers.Max());
        return least == 1 && map.First == 0 && most == map.Names.Count ? " (the clips' labels count from 1, the map's from 0)"
            : least == 0 && map.First == 1 && most == map.Names.Count - 1 ? " (the clips' labels count from 0, the map's from 1)"
            : "";
    }

    private static string? Side(string? text) => text?.ToLowerInvariant() switch
    {
        null => null,
        "train" or "training" => "train",
        "test" or "testing" => "test",
        "val" or "valid" or "validation" => "val",
        var other => other,
    };

    private void Error(string kind, string message) => faults.Add(new DatasetFault(FaultSeverity.Error, kind, message));

    private void Warn(string kind, string message) => faults.Add(new DatasetFault(FaultSeverity.Warning, kind, message));

    private void Note(string kind, string message) => faults.Add(new DatasetFault(FaultSeverity.Note, kind, message));
}
