using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// Kinetics-skeleton as ST-GCN published it: a folder or zip with one JSON file for each clip below <c>…train</c> and <c>…val</c>, and,
/// if there, <c>…_label.json</c>. Two bodies of 18 joints of OpenPose; see <see cref="KineticsClip"/> for what is kept of them.
/// </summary>
internal sealed class KineticsSource : ClipSource
{
    private const int LabelBytes = 256 << 20;               // one file for all clips: 22 MB in the published set

    private readonly ClipFiles files;
    private readonly int[] clips;                           // places in files.Names
    private readonly int[] labelFiles;
    private readonly string[] names;
    private readonly Dictionary<string, KineticsLabel> labels = new(StringComparer.Ordinal);
    private readonly Lazy<IReadOnlyList<string>> classes;

    private KineticsSource(ClipFiles files, ForeignOptions options)
    {
        this.files = files;
        Layout = options.Layout ?? Layouts.Get("openpose-18");
        if (Layout.JointCount != KineticsClip.Joints || Layout.Dimensions != 2)
            throw Wrong($"its clips have {KineticsClip.Joints} joints of 2 coordinates; layout {Layout.Name} has {Layout.JointCount} of {Layout.Dimensions}");
        Name = options.Name ?? "kinetics-skeleton";
        Options = options;
        using var reader = files.Open();
        labelFiles = Ordered(files, IsLabels);
        foreach (var index in labelFiles)
            KineticsLabels.Read(reader.Read(index, LabelBytes), files.Where(index), labels);

        var all = Ordered(files, IsClip);
        List<SkippedClip> known = [];
        clips = [.. all.Where(index => labels.GetValueOrDefault(Stem(index), new(null, -1, true)).HasSkeleton)];
        foreach (var index in all.Where(index => labels.TryGetValue(Stem(index), out var label) && !label.HasSkeleton))
        {
            var reason = $"{files.Where(index)}: its label says that no body was found";
            known.Add(new SkippedClip(ClipNames.Clean(Stem(index)) ?? "clip", LeftOutByRule.NoBody, reason));
        }
        var present = all.Select(Stem).ToHashSet(StringComparer.Ordinal);
        foreach (var name in labels.Keys.Where(name => !present.Contains(name)))
        {
            var clean = ClipNames.Clean(name) ?? "clip";
            known.Add(new SkippedClip(clean, LeftOutClips.Absent, $"{files.Path}: clip {clean} has a label but no file"));
        }
        if (clips.Length == 0)
            throw Wrong("holds no clip of Kinetics-skeleton: a JSON file in a folder …train or …val");
        Known = known;

        var (taken, repeats) = (new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        names = [.. clips.Select(index => ClipNames.Unique(ClipNames.Clean(Stem(index)) ?? "clip", taken, repeats))];
        var sides = names.Zip(clips, (name, index) => (name, Part(files.Names[index])!)).ToDictionary(StringComparer.Ordinal);
        var hasTest = sides.ContainsValue("test");
        Protocols = [new Protocol("official", clip => sides.TryGetValue(clip.Name, out var part) ? PaddedArrays.Side(part, hasTest) : null)];
        Items = [.. names.Zip(clips, (name, index) => new SourceItem(name, files.Sizes[index]))];
        Remarks = [.. LeftAside.Remark(Name, LeftAside.In(files))];
        classes = new Lazy<IReadOnlyList<string>>(() => options.Classes ?? ReadClasses());
    }

    public override string Name { get; }

    public override string Preparation => Options.Named("st-gcn-kinetics 1");

    public override SkeletonLayout Layout { get; }

    /// <summary>From the label files; without them every clip is looked into once, when first asked for.</summary>
    public override IReadOnlyList<string> Classes => classes.Value;

    public override IReadOnlyList<SourceItem> Items { get; }

    public override IReadOnlyList<SkippedClip> Known { get; }

    public override IReadOnlyList<string> Remarks { get; }

    public override IReadOnlyList<Protocol> Protocols { get; }

    private ForeignOptions Options { get; }

    /// <summary>Opens a folder or zip.</summary>
    /// <exception cref="KinemaException">It cannot be read, or holds no such clip (<see cref="ExitCode.Data"/>).</exception>
    public static KineticsSource Open(string path, ForeignOptions options) => new(ClipFiles.Open(path), options);

    /// <summary>Whether one of the first files named like clips looks like one.</summary>
    public static bool Recognise(string path)
    {
        var files = ClipFiles.Open(path);
        using var reader = files.Open();
        return Ordered(files, IsClip).Take(3).Any(index =>
        {
            try
            {
                return KineticsClip.Looks(reader.Read(index));
            }
            catch (KinemaException)
            {
                return false;
            }
        });
    }

    protected internal override string ContentKey => files.Key([.. clips, .. labelFiles]);

    public override ItemReader Open() => new Reader(this);

    // By name, so that a zip, whose directory has any order, gives what its folder does.
    private static int[] Ordered(ClipFiles files, Func<string, bool> which) =>
        [.. Enumerable.Range(0, files.Names.Count).Where(index => which(files.Names[index])).OrderBy(files.Inside, StringComparer.Ordinal)];

    private static bool IsLabels(string path) => path.EndsWith("_label.json", StringComparison.Ordinal);

    private static bool IsClip(string path) => path.EndsWith(".json", StringComparison.Ordinal) && !IsLabels(path) && Part(path) is not null;

    // The folder a clip lies in: train or val in the archive, kinetics_train and kinetics_val once unpacked.
    private static string? Part(string path)
    {
        var parts = path.Split('/', '\\');
        return parts.Length < 2 ? null : new[] { "train", "val", "test" }.FirstOrDefault(part => parts[^2].EndsWith(part, StringComparison.Ordinal));
    }

    private string Stem(int index) => Path.GetFileNameWithoutExtension(files.Names[index]);

    private IReadOnlyList<string> ReadClasses()
    {
        var found = new Dictionary<int, string?>();
        foreach (var label in labels.Values)
            Add(label.LabelIndex, label.Label);
        if (labels.Count == 0)
        {
            using var reader = files.Open();
            foreach (var index in clips)
            {
                try
                {
                    var clip = KineticsClip.Parse(reader.Read(index), files.Where(index));
                    Add(clip.LabelIndex, clip.Label);
                }
                catch (KinemaException)
                {
                    // Reported when the clip itself is read.
                }
            }
        }
        var numbers = ClipNames.Classes(found.Keys.DefaultIfEmpty(-1).Max() + 1, ntu: false, Layout);
        return [.. numbers.Select((number, index) => found.GetValueOrDefault(index) ?? number)];

        void Add(int index, string? name)
        {
            if (index is >= 0 and < ForeignLimits.Classes)
                found.TryAdd(index, name);
        }
    }

    private KinemaException Wrong(string what) => new(ExitCode.Data, $"{files.Path}: {what}");

    private sealed class Reader(KineticsSource source) : ItemReader
    {
        private readonly ClipFiles.Reader reader = source.files.Open();
        private readonly RaggedClip ragged = new(source.Layout, source.Options);

        public override ItemClips Read(int item)
        {
            var (index, name) = (source.clips[item], source.names[item]);
            var where = source.files.Where(index);
            var clip = KineticsClip.Parse(reader.Read(index), where);
            var label = source.labels.TryGetValue(source.Stem(index), out var listed) && listed.LabelIndex >= 0 ? listed.LabelIndex : clip.LabelIndex;
            if (label >= 0 && clip.LabelIndex >= 0 && label != clip.LabelIndex)
                return RaggedClip.WithoutLabel(name, where, FormattableString.Invariant($"its label is {clip.LabelIndex}, in the label file {label}"));
            if (label < 0 || label >= source.Classes.Count)
                return RaggedClip.WithoutLabel(name, where, FormattableString.Invariant($"its label is {label}; there are {source.Classes.Count} classes"));
            if (clip.Frames == 0)
                return new ItemClips([], [new SkippedClip(name, LeftOutByRule.NoBody, $"{where}: no frame shows a body")], []);
            var read = ragged.Of(new ClipFacts(name, label, 0, 0, 0, 0, 0), clip.Points(), 2, clip.Frames, where);
            return clip.HasMoreBodies ? read with { Notes = [.. read.Notes, new SkippedClip(name, "more-persons", MoreBodies(where))] } : read;
        }

        private static string MoreBodies(string where) => $"{where}: some frame shows more than two bodies; the two with the highest scores are kept";

        public override void Dispose()
        {
            reader.Dispose();
            base.Dispose();
        }
    }
}
