using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>
/// Opens clips of one's own: tables (CSV, TSV), JSON of pose estimators, BVH; a file, a folder or a zip. What they are is told from their
/// content, and <see cref="ConvertOptions"/> says what that leaves open.
/// </summary>
/// <example>
/// <code>
/// using var source = ConvertSources.Open("gestures/", new ConvertOptions { Layout = "upper-body-9.yaml", Labels = "labels.csv" });
/// var clips = ClipCollection.Of(source).ToDataset(source);
/// </code>
/// </example>
public static class ConvertSources
{
    private const string Undivided = "all";

    /// <summary>Opens a set. Nothing but names, labels and, of large tables, an index is read.</summary>
    /// <param name="path">A file, folder or zip.</param>
    /// <param name="options">What the files do not say.</param>
    /// <exception cref="KinemaException">
    /// An option is wrong (<see cref="ExitCode.Usage"/>), or no clips of a known form are there, their layout or labels cannot be told, or
    /// labels are wrong (<see cref="ExitCode.Data"/>).
    /// </exception>
    public static ConvertedSource Open(string path, ConvertOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return Open(FormRecognition.Open(path, options), form => Open(path, options, form));
    }

    /// <summary>
    /// Opens clips as <see cref="Open(string, ConvertOptions)"/> does without options, for a network that is to name them: labels are not read, and
    /// tables of them in a folder are left aside.
    /// </summary>
    /// <param name="path">A file, folder or zip.</param>
    /// <param name="layout">Their joints.</param>
    /// <param name="persons">M, at most.</param>
    internal static ConvertedSource OpenUnlabelled(string path, SkeletonLayout layout, int persons)
    {
        var options = new ConvertOptions { Unlabelled = true, MaximumPersons = persons };
        return Open(FormRecognition.Open(path, options, layout, [.. LabelTables.In(path)]), form =>
        {
            string[] names = [.. form.Items.Select(item => item.Name)];
            var labels = ClipLabels.Resolve(names, [.. names.Select(_ => ClipMarks.None)], map: null, list: null, unlabelled: true, path);
            string[] remarks = [.. form.Faults.Select(fault => fault.Message)];
            return new ConvertedSource(form, map: null, options, labels, NameOf(path), [new Protocol(Undivided, _ => null)], remarks);
        });
    }

    private static ConvertedSource Open(ClipForm form, Func<ClipForm, ConvertedSource> open)
    {
        try
        {
            var twice = form.Items.Index().GroupBy(item => item.Item.Name, item => item.Index, StringComparer.Ordinal)
                .FirstOrDefault(group => group.Count() > 1);
            return twice is null
                ? open(form)
                : throw new KinemaException(ExitCode.Data,
                    $"{form.Where(twice.First())} and {form.Where(twice.ElementAt(1))} are both clip {OneLine.Of(twice.Key)}; rename one of them");
        }
        catch
        {
            form.Dispose();
            throw;
        }
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    private static ConvertedSource Open(string path, ConvertOptions options, ClipForm form)
    {
        var map = MapOf(form.Layout, options);
        var list = options.Labels is { } labels ? LabelList.Load(labels) : null;
        var classes = options.Classes is { } file ? LabelMap.Load(file) : null;
        var marks = Usable(Marks(form, list, options), options, path, out var aside);
        var resolved = ClipLabels.Resolve([.. form.Items.Select(item => item.Name)], marks, classes, list, options.Unlabelled, options.Labels ?? path);
        var errors = resolved.Faults.Where(fault => fault.Severity == FaultSeverity.Error).ToList();
        if (errors.Count > 0)
        {
            throw new KinemaException(ExitCode.Data, errors[0].Message
                + (errors[0].Kind == "no-label" && options.LabelFrom is not (null or "folder") && !new LabelPattern(options.LabelFrom).TellsLabel
                    ? "; the pattern of --label-from has no group 'label'" : "")
                + (errors.Count > 1 ? $" (also: {errors[1].Message})" : ""));
        }
        var protocols = Protocols(resolved, options, path);
        var name = options.Name ?? NameOf(path);
        return new ConvertedSource(form, map, options, resolved, name, protocols, [.. Remarks(form, resolved, protocols, name), .. aside]);
    }

    // What was told from the files, since a wrong guess shows nowhere else before the training.
    private static IEnumerable<string> Remarks(ClipForm form, ClipLabels labels, List<Protocol> protocols, string name)
    {
        var classes = labels.Classes.Count == 0 ? "no classes" : $"classes from 0: {OneLine.Some([.. labels.Classes], 12)}";
        yield return FormattableString.Invariant($"{name}: layout {form.Layout.Name}, {form.Layout.JointCount} joints; {classes}");
        foreach (var aside in LeftAside.Remark(name, form.LeftAside))
            yield return aside;
        if (protocols is [{ Name: Undivided }])
        {
            yield return $"{name}: every clip trains and none tests: divide them with --split-by, or later with 'kinema data split --by … --into FILE'";
        }
    }

    // By the rule that is asked for; else by what is written; else everything trains.
    private static List<Protocol> Protocols(ClipLabels labels, ConvertOptions options, string path)
    {
        var protocols = new List<Protocol>();
        if (options.Split is { } rule)
        {
            var facts = labels.Clips.Select(clip => new ClipFacts(clip.Name, clip.Label, clip.Subject, clip.Camera, clip.Setup, 0, 0)).ToArray();
            foreach (var split in SplitAssignment.Make(facts, rule))
            {
                labels.CheckSplit(split, path);
                protocols.Add(split.ToProtocol());
            }
        }
        if (labels.Clips.Any(clip => clip.Split is not null))
        {
            var official = SplitAssignment.Of("official", labels.Clips.Select(clip => (clip.Name, clip.Split)));
            labels.CheckSplit(official, path);
            protocols.Add(official.ToProtocol());
        }
        if (protocols.Count == 0)
            protocols.Add(new Protocol(Undivided, _ => "train"));
        return protocols;
    }

    /// <summary>The map from the layout of the files to the one that is asked for; null if they are the same.</summary>
    internal static LayoutMap? MapOf(SkeletonLayout layout, ConvertOptions options)
    {
        if (options.Map is { } path)
        {
            var map = LayoutMap.Load(path);
            return map.From.Joints.SequenceEqual(layout.Joints)
                ? map
                : throw new KinemaException(ExitCode.Data, $"{path}: maps from layout {map.From.Name}; the clips have {layout.Name}, whose joints are others");
        }
        if (options.To is not { } name)
            return null;
        var to = Layouts.Get(name);
        return to.HasJointsOf(layout) ? null : LayoutMap.Between(layout, to);
    }

    // Labels that the files themselves carry are no reason to refuse clips of which none are asked.
    private static ClipMarks[] Usable(ClipMarks[] marks, ConvertOptions options, string path, out string[] aside)
    {
        aside = [];
        if (options is not { Unlabelled: true, Labels: null, LabelFrom: null, Classes: null })
            return marks;
        try
        {
            LabelMap.Of(marks.Select(mark => mark.Label).OfType<string>(), path);
            return marks;
        }
        catch (KinemaException error)
        {
            aside = [$"{error.Message}; as --unlabelled was given, the labels in the files are left aside"];
            return [.. marks.Select(mark => mark with { Label = null })];
        }
    }

    // The list says it first, then the names, then the files themselves: for those alone clips are read.
    private static ClipMarks[] Marks(ClipForm form, LabelList? list, ConvertOptions options)
    {
        ILabelSource? names = options.LabelFrom is null ? null : options.LabelFrom == "folder" ? new LabelFolder() : new LabelPattern(options.LabelFrom);
        using var reader = list is null && names is null && form.HasMarks ? form.Open() : null;
        var marks = new ClipMarks[form.Items.Count];
        for (var i = 0; i < marks.Length; i++)
        {
            var name = form.Items[i].Name;
            marks[i] = (list?.Of(name) ?? ClipMarks.None).Or(names?.Of(name)).Or(form.Marks(i) ?? Written(reader, i));
        }
        return marks;
    }

    private static ClipMarks? Written(FormReader? reader, int item)
    {
        try
        {
            return reader?.Read(item).Marks;
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
        {
            return null;                                       // a damaged clip is named when it is read in earnest
        }
    }
}
