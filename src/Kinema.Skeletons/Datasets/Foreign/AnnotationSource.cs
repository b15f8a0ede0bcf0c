using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Storage.Pickles;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// A pickle of PYSKL or MMAction2: <c>{"split": {name: [frame_dir, …]}, "annotations": [{frame_dir, label, keypoint (M, T, V, C),
/// keypoint_score (M, T, V), …}, …]}</c>, the older list of annotations, or one annotation. Key points are read one clip at a time.
/// </summary>
/// <remarks>
/// Coordinates are kept as they are: pixels of the picture in a 2-dimensional layout, metres in that of NTU RGB+D. Scores are not kept, but a
/// joint of score 0 was not seen and gets the coordinates 0. Pickles are data here: one that asks for a call is refused by its name.
/// </remarks>
internal sealed class AnnotationSource : ClipSource
{
    private readonly string path;
    private readonly OpenPickle pickle;
    private readonly Annotation[] annotations;

    private AnnotationSource(string path, OpenPickle pickle, ForeignOptions options)
    {
        (this.path, this.pickle, Options) = (path, pickle, options);
        var (entries, splits) = Divide(pickle.Root);
        annotations = Read(entries);
        var first = annotations.FirstOrDefault(annotation => Annotation.TryShape(annotation.Points, out _, out _, out _, out _))
            ?? throw Wrong("none of its annotations has key points (M, T, V, C)");
        Annotation.TryShape(first.Points, out _, out _, out var joints, out var channels);
        Layout = LayoutGuess.For(joints, channels, options.Layout, path);
        Name = options.Name ?? (ClipNames.Clean(Path.GetFileNameWithoutExtension(path)) ?? "clips");
        var largest = annotations.Max(annotation => annotation.Label);
        var ntu = ClipNames.Recording(annotations[0].Name).Setup > 0;
        Classes = options.Classes ?? ClipNames.Classes(largest + 1, ntu, Layout);
        Remarks = EmptyClasses.Remark(path, Classes, annotations.Select(annotation => annotation.Label), named: ntu || options.Classes is not null);
        Items = [.. annotations.Select(annotation => new SourceItem(annotation.Name, Bytes(annotation)))];
        var protocols = SplitProtocols.Of(splits);
        Protocols = protocols.Count > 0 ? protocols : [new Protocol("official", _ => SideOf(Path.GetFileNameWithoutExtension(path)))];
        var present = annotations.Select(annotation => annotation.Name).ToHashSet(StringComparer.Ordinal);
        Known = [.. splits.SelectMany(split => split.Clips).Where(name => !present.Contains(name)).Distinct(StringComparer.Ordinal)
            .Select(name => new SkippedClip(name, LeftOutClips.Absent, $"{path}: clip {name} is in a list of its split but has no annotation"))];
    }

    public override string Name { get; }

    public override string Preparation => Options.Named("pyskl 1");

    public override SkeletonLayout Layout { get; }

    public override IReadOnlyList<string> Classes { get; }

    public override IReadOnlyList<SourceItem> Items { get; }

    public override IReadOnlyList<SkippedClip> Known { get; }

    public override IReadOnlyList<string> Remarks { get; }

    public override IReadOnlyList<Protocol> Protocols { get; }

    private ForeignOptions Options { get; }

    /// <summary>Runs the pickle and looks through its annotations; key points stay in the file.</summary>
    /// <exception cref="KinemaException">It is damaged, holds code, or is another pickle (<see cref="ExitCode.Data"/>).</exception>
    public static AnnotationSource Open(string path, ForeignOptions options)
    {
        var pickle = OpenPickle.Open(path);
        try
        {
            return new AnnotationSource(path, pickle, options);
        }
        catch
        {
            pickle.Dispose();
            throw;
        }
    }

    protected internal override string ContentKey => FileStamp.Of(path);

    public override ItemReader Open() => new Reader(this);

    public override void Dispose()
    {
        pickle.Dispose();
        base.Dispose();
    }

    private (IReadOnlyList<PickleValue> Entries, List<(string Name, IReadOnlyList<string> Clips)> Splits) Divide(PickleValue root)
    {
        if (root is PickleSequence list)
            return (list.Items, []);
        if (root is not PickleDictionary dictionary)
            throw Wrong($"expected annotations, or split and annotations; got {root.Kind}");
        if (Annotation.NameOf(dictionary) is not null)
            return ([dictionary], []);
        if (!dictionary.TryGet("annotations", out var annotations) || annotations is not PickleSequence sequence)
            throw Wrong("has no list under 'annotations'");
        List<(string, IReadOnlyList<string>)> splits = [];
        if (dictionary.TryGet("split", out var split) && split is PickleDictionary named)
        {
            foreach (var (key, value) in named.Entries)
            {
                if (key is PickleText { Value: var name } && value is PickleSequence { Items: var clips })
                    splits.Add((name, [.. clips.OfType<PickleText>().Select(clip => ClipNames.Clean(clip.Value)).OfType<string>()]));
            }
        }
        return (sequence.Items, splits);
    }

    private Annotation[] Read(IReadOnlyList<PickleValue> entries)
    {
        if (entries.Count == 0)
            throw Wrong("holds no annotation");
        var (taken, repeats) = (new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        var read = new Annotation[entries.Count];
        var arrays = new HashSet<PickleTensor>(ReferenceEqualityComparer.Instance);
        for (var i = 0; i < read.Length; i++)
        {
            if (entries[i] is not PickleDictionary entry || Annotation.NameOf(entry) is not { } name)
                throw Wrong(FormattableString.Invariant($"annotation {i} is no dictionary with a text under 'frame_dir'"));
            read[i] = Annotation.Of(entry, ClipNames.Unique(name, taken, repeats));

            // A small file could else name one large array a million times and never be read to its end.
            if (read[i].Points is { } points && !arrays.Add(points))
                throw Wrong($"annotation {read[i].Name} has the very array of another annotation");
        }
        return read;
    }

    private static long Bytes(Annotation annotation) =>
        annotation.Points is { } points ? points.Shape.Aggregate(1L, (product, extent) => product * extent) * points.Type.SizeInBytes() : 0;

    private static string SideOf(string file) =>
        file.Contains("val", StringComparison.OrdinalIgnoreCase) || file.Contains("test", StringComparison.OrdinalIgnoreCase) ? "test" : "train";

    private KinemaException Wrong(string what) => new(ExitCode.Data, $"{path}: {what}");

    private sealed class Reader(AnnotationSource source) : ItemReader
    {
        private readonly RaggedClip ragged = new(source.Layout, source.Options);

        public override ItemClips Read(int item)
        {
            var annotation = source.annotations[item];
            var (layout, name) = (source.Layout, annotation.Name);
            if (annotation.Points is null)
                return Skip(LeftOutByRule.NoKeypoints, "has no array under 'keypoint'; sets that keep key points in files of their own are not read");
            if (!Annotation.TryShape(annotation.Points, out var persons, out var frames, out var joints, out var channels)
                || joints != layout.JointCount || (channels != layout.Dimensions && (channels, layout.Dimensions) is not (3, 2)))
            {
                return Skip("damaged", FormattableString.Invariant($"expected key points (M, T, {layout.JointCount}, {layout.Dimensions}); got ")
                    + $"({string.Join(", ", annotation.Points.Shape)})");
            }
            if (persons == 0)
                return Skip("no-frame", "shows nobody");
            ForeignLimits.Check(frames, joints, persons, $"{source.path}: clip {name}");
            if (annotation.Label >= source.Classes.Count)
            {
                return RaggedClip.WithoutLabel(
                    name, source.path, FormattableString.Invariant($"its label is {annotation.Label}; there are {source.Classes.Count} classes"));
            }

            var points = Points(annotation.Points, (int)channels);
            if (annotation.Scores is { } scores && layout.Dimensions == 2)
            {
                if (scores.Shape.Aggregate(1L, (product, extent) => product * extent) != points.Length / 3)
                    return Skip("damaged", $"expected scores (M, T, V) as of its key points; got ({string.Join(", ", scores.Shape)})");
                Blank(points, source.pickle.Read(scores).ToDoubles());
            }
            var (subject, camera, setup) = ClipNames.Recording(name);
            var told = annotation.Frames ?? frames;
            var read = ragged.Of(                                                      // PYSKL never looks beyond total_frames either
                new ClipFacts(name, annotation.Label, subject, camera, setup, 0, 0), points, (int)persons, (int)frames, source.path,
                used: told is > 0 && told < frames ? (int)told : null);
            return told != frames && read.Clips.Count > 0
                ? read with
                {
                    Notes = [.. read.Notes, new SkippedClip(name, "frame-count", FormattableString.Invariant(
                        $"{source.path}: clip {name}: total_frames is {told}, its key points have {frames} frames"))],
                }
                : read;

            ItemClips Skip(string kind, string why) => new([], [new SkippedClip(name, kind, $"{source.path}: clip {name}: {why}")], []);
        }

        // (M, T, V, C) to [m][t][v][x, y, z]; of a 2-dimensional layout a third channel is the score.
        private double[] Points(PickleTensor array, int channels)
        {
            var values = source.pickle.Read(array).ToDoubles();
            if (channels == 3 && source.Layout.Dimensions == 3)
                return values;
            var points = new double[values.Length / channels * 3];
            for (var (from, to) = (0, 0); from < values.Length; from += channels, to += 3)
            {
                if (channels == 2 || values[from + 2] != 0)
                    (points[to], points[to + 1]) = (values[from], values[from + 1]);
            }
            return points;
        }

        private static void Blank(double[] points, double[] scores)
        {
            for (var i = 0; i < scores.Length; i++)
            {
                if (scores[i] == 0)
                    (points[3 * i], points[3 * i + 1]) = (0, 0);
            }
        }
    }
}
