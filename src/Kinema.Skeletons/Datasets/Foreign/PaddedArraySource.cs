using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Storage.Numpy;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// A folder of padded arrays (N, C, T, V, M): <c>train_data_joint.npy</c>, <c>train_label.pkl</c>, <c>val_…</c>, and
/// <c>train_num_frame.npy</c> where skeleton-contrast made them. Clips are read from the file one by one.
/// </summary>
/// <remarks>
/// These arrays are normalised already as their method wants it. With the numbers of frames at hand, the padding by repetition is cut off;
/// without, nobody can tell repetition from movement, and the frames stay as they are. Frames of zeros at the end go in either case.
/// </remarks>
internal sealed class PaddedArraySource : ClipSource
{
    private static readonly string[] ProtocolNames = ["xsub", "xview", "xset", "xsetup", "csub", "cview", "cset"];

    private readonly string folder;
    private readonly StoredPart[] arrays;

    private PaddedArraySource(string folder, StoredPart[] arrays, SkeletonLayout layout, ForeignOptions options)
    {
        (this.folder, this.arrays, Layout, Options) = (folder, arrays, layout, options);
        var leaf = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        Name = options.Name ?? (ClipNames.Clean(leaf) ?? "clips");
        var largest = arrays.Max(array => array.Labels.DefaultIfEmpty(-1).Max());
        var ntu = arrays.Any(array => array.Names.Length > 0 && ClipNames.Recording(array.Names[0]).Setup > 0);
        Classes = options.Classes ?? ClipNames.Classes(largest + 1, ntu, layout);
        Remarks = EmptyClasses.Remark(folder, Classes, arrays.SelectMany(array => array.Labels), named: ntu || options.Classes is not null);
        var sides = arrays.SelectMany(array => array.Names.Select(name => (name, array.Side))).ToDictionary(StringComparer.Ordinal);
        Protocols = [new Protocol(
            ProtocolNames.FirstOrDefault(known => string.Equals(known, leaf, StringComparison.OrdinalIgnoreCase)) ?? "official",
            clip => sides.GetValueOrDefault(clip.Name))];
        Items = [.. arrays.SelectMany(array => array.Names.Select(name => new SourceItem(name, array.ClipBytes)))];
    }

    public override string Name { get; }

    public override string Preparation => Options.Named(arrays.All(array => array.Lengths is not null)
        ? "skeleton-contrast 1"
        : arrays.All(array => array.Part.Data.EndsWith("_data.npy", StringComparison.Ordinal)) ? "st-gcn 1" : "2s-agcn 1");

    public override SkeletonLayout Layout { get; }

    public override IReadOnlyList<string> Classes { get; }

    public override IReadOnlyList<SourceItem> Items { get; }

    public override IReadOnlyList<string> Remarks { get; }

    public override IReadOnlyList<Protocol> Protocols { get; }

    private ForeignOptions Options { get; }

    /// <summary>Opens a folder, checks the shapes and reads names, labels and lengths.</summary>
    /// <exception cref="KinemaException">A file is missing, damaged or does not fit (<see cref="ExitCode.Data"/>).</exception>
    public static PaddedArraySource Open(string folder, ForeignOptions options)
    {
        var parts = PaddedArrays.In(folder);
        if (parts.Count == 0)
        {
            var inner = PaddedArrays.FoldersIn(folder).Select(path => Path.GetFileName(path)).ToList();
            throw new KinemaException(ExitCode.Data, inner.Count > 0
                ? $"{folder}: holds one set in each of {string.Join(", ", inner)}: give one of these folders"
                : $"{folder}: holds none of {PaddedArrays.Wanted}");
        }
        var (taken, repeats) = (new HashSet<string>(StringComparer.Ordinal), new Dictionary<string, int>(StringComparer.Ordinal));
        var hasTest = parts.Any(part => part.Part == "test");
        SkeletonLayout? layout = null;
        List<StoredPart> arrays = [];
        foreach (var part in parts)
            arrays.Add(Read(part, hasTest));
        if (arrays.All(array => array.Names.Length == 0))
            throw new KinemaException(ExitCode.Data, $"{folder}: its arrays hold no clip");
        return new PaddedArraySource(folder, [.. arrays], layout!, options);

        StoredPart Read(PaddedPart part, bool tested)
        {
            using var data = NpyReader.Open(part.Data);
            if (!data.Type.IsFloatingPoint || data.IsFortranOrder || data.Shape is not [var count, var channels, var frames, var joints, var persons])
            {
                throw new KinemaException(ExitCode.Data,
                    $"{part.Data}: expected floats (N, C, T, V, M) in C order; got {data.Type} ({string.Join(", ", data.Shape)})");
            }
            ForeignLimits.Check(frames, joints, persons, part.Data);
            var found = LayoutGuess.For(joints, channels, options.Layout, part.Data);
            if (layout is not null && layout != found)
                throw new KinemaException(ExitCode.Data, $"{part.Data}: has the joints of layout {found.Name}; {parts[0].Data} those of {layout.Name}");
            layout = found;
            var labels = part.Labels is { } path ? ArrayLabels.Read(path) : null;
            CheckCount(labels?.Labels.Length, count, part.Labels, part.Data);
            if (count > ForeignLimits.Clips)
                throw new KinemaException(ExitCode.Data, $"{part.Data}: claims {count} clips; no set has so many");
            return new StoredPart(
                part, PaddedArrays.Side(part.Part, tested), (int)channels, (int)frames, (int)persons, data.SliceLength * data.Type.Size,
                [.. Enumerable.Range(0, (int)count).Select(i => ClipNames.Unique(labels?.Names?[i] ?? ClipNames.Numbered(part.Part, i), taken, repeats))],
                labels?.Labels ?? [.. Enumerable.Repeat(-1, (int)count)], part.Lengths is { } file ? ReadLengths(file, count, part.Data) : null);
        }
    }

    protected internal override string ContentKey => FileStamp.Of(
        arrays.SelectMany(array => new[] { array.Part.Data, array.Part.Labels, array.Part.Lengths }).OfType<string>());

    public override ItemReader Open() => new Reader(this);

    private static int[] ReadLengths(string path, long count, string data)
    {
        using var array = NpyReader.Open(path);
        if (array.Shape is not ([_] or [_, 1]))
            throw new KinemaException(ExitCode.Data, $"{path}: expected numbers of frames (N); got ({string.Join(", ", array.Shape)})");
        CheckCount(array.Slices, count, path, data);
        return [.. array.ReadAll().ToDoubles().Select(value => value is >= 1 and <= int.MaxValue ? (int)value : 0)];      // false for NaN
    }

    private static void CheckCount(long? found, long count, string? path, string data)
    {
        if (found is { } other && other != count)
            throw new KinemaException(ExitCode.Data, FormattableString.Invariant($"{path}: has {other} entries; {data} has {count} clips"));
    }

    private sealed record StoredPart(
        PaddedPart Part, string Side, int Channels, int Frames, int Persons, long ClipBytes, string[] Names, int[] Labels, int[]? Lengths);

    private sealed class Reader(PaddedArraySource source) : ItemReader
    {
        private readonly NpyReader?[] open = new NpyReader?[source.arrays.Length];
        private readonly RaggedClip ragged = new(source.Layout, source.Options);
        private float[] row = [];
        private double[] points = [];

        public override ItemClips Read(int item)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(item);
            var (index, which) = (item, 0);
            for (; index >= source.arrays[which].Names.Length; which++)
                index -= source.arrays[which].Names.Length;
            var array = source.arrays[which];
            var data = open[which] ??= NpyReader.Open(array.Part.Data);
            var (name, label) = (array.Names[index], array.Labels[index]);
            if (array.Part.Labels is { } labels && (label < 0 || label >= source.Classes.Count))
                return RaggedClip.WithoutLabel(name, labels, FormattableString.Invariant($"its label is none of the {source.Classes.Count} classes"));
            var frames = array.Lengths is { } lengths ? Math.Min(lengths[index], array.Frames) : array.Frames;
            if (frames == 0)
                return new ItemClips([], [new SkippedClip(name, "no-frame", $"{array.Part.Lengths}: clip {name} has no frame")], []);

            var size = array.Persons * frames * source.Layout.JointCount * 3;
            if (row.Length < data.SliceLength)
                row = new float[data.SliceLength];
            if (points.Length < size)
                points = new double[size];
            data.ReadSlice(index, row);
            ChannelsFirst.ToPoints(
                row, points, array.Channels, array.Frames, frames, source.Layout.JointCount, array.Persons, source.Layout.Dimensions);
            var (subject, camera, setup) = ClipNames.Recording(name);
            return ragged.Of(new ClipFacts(name, label, subject, camera, setup, 0, 0), points.AsSpan(0, size), array.Persons, frames, array.Part.Data);
        }

        public override void Dispose()
        {
            foreach (var array in open)
                array?.Dispose();
            base.Dispose();
        }
    }
}
