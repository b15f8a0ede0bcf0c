using System.Buffers;
using System.Text;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Reads what <see cref="PackedDataset"/> writes. The joints stay in the file; clips read them when asked. Those of a small set are all
/// looked at when it is opened, and its checksum is compared; those of a large one are looked at when their clip is read, and its checksum is
/// believed, unless it is opened to be examined.
/// </summary>
internal sealed class PackedReader
{
    /// <summary>Bytes of joints from which a set is large: looking at all of them would take longer than opening a file may.</summary>
    internal const long Large = 256 << 20;

    /// <summary>The kind of fault of a set whose stored checksum is not that of its clips.</summary>
    internal const string ChangedContent = "checksum";

    private readonly string path;
    private readonly SafeTensorsFile file;
    private readonly bool looksLater;
    private readonly List<DatasetFault> faults = [];

    private PackedReader(string path, bool examine, long large)
    {
        this.path = path;
        file = SafeTensorsFile.Open(path, ExitCode.Data);
        looksLater = !examine && file.Names.Contains("joints") && file.Entry("joints").Length >= large;
    }

    /// <summary>Opens a packed file and checks all of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">The layout the user asked for, or null to take the file's own.</param>
    /// <param name="compareChecksum">
    /// Whether to look at all clips and to compare the stored checksum with theirs however large the set is. Then those that are damaged are listed
    /// and can be read.
    /// </param>
    /// <param name="large">Bytes of joints from which a set is large.</param>
    public static ExaminedDataset Read(string path, SkeletonLayout? layout, bool compareChecksum, long large = Large)
    {
        var reader = new PackedReader(path, compareChecksum, large);
        ClipDataset dataset;
        try
        {
            dataset = reader.Read(layout);
            if (!reader.looksLater)
                reader.CheckContent(dataset);
        }
        catch
        {
            reader.file.Dispose();                     // a file that is refused must not stay locked
            throw;
        }
        reader.faults.AddRange(LeftOutClips.Faults(dataset, path));
        return new ExaminedDataset(dataset, reader.faults);
    }

    /// <summary>The names of the clips of a packed file; nothing else of it is read, or checked.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="KinemaException">It cannot be read, or has no names (<see cref="ExitCode.Data"/>).</exception>
    public static string[] NamesIn(string path)
    {
        using var file = SafeTensorsFile.Open(path, ExitCode.Data);
        return NamesOf(file);
    }

    /// <summary>Whether the joints of a packed file may be taken for those of another layout.</summary>
    /// <param name="own">The file's layout.</param>
    /// <param name="path">The file.</param>
    /// <param name="wanted">The other.</param>
    /// <exception cref="KinemaException">They are others (<see cref="ExitCode.Data"/>).</exception>
    public static void CheckLayout(SkeletonLayout own, string path, SkeletonLayout wanted)
    {
        if (!wanted.Joints.SequenceEqual(own.Joints))
        {
            var other = wanted.JointCount == own.JointCount ? "other joints" : $"{wanted.JointCount}";
            throw new KinemaException(ExitCode.Data, $"{path}: its layout is {own.Name} with V = {own.JointCount} joints; {wanted.Name} has {other}");
        }
        if (wanted.Dimensions != own.Dimensions)
            throw new KinemaException(ExitCode.Data, $"{path}: its layout is {own.Name} of {own.Dimensions} coordinates; {wanted.Name} has {wanted.Dimensions}");
    }

    private static string[] NamesOf(SafeTensorsFile file) => Encoding.UTF8.GetString(file.Read("names").Bytes.Span).Split('\n');

    private ClipDataset Read(SkeletonLayout? wanted)
    {
        if (!file.Metadata.TryGetValue("format", out var format) || format != PackedDataset.Format)
            throw Wrong($"not a packed data set: its metadata has no format '{PackedDataset.Format}'");
        if (Text("version") != PackedDataset.Version)
            throw Wrong($"packed in version {Text("version")} of the format; this Kinema reads version {PackedDataset.Version}");
        var own = Layouts.Parse(Text("layout"), $"{path}: layout");
        if (wanted is not null)
            CheckLayout(own, path, wanted);
        var layout = wanted ?? own;
        // One a line; that there are none is no line.
        var classes = Text("classes") is { Length: > 0 } names ? names.Split('\n') : [];
        var clips = ReadClips(layout, classes.Length);
        var protocols = new PackedProtocols(file, path, clips.Length, classes.Length).Read();
        return new ClipDataset
        {
            Name = Text("name"),
            Preparation = Text("preparation"),
            Precision = file.Entry("joints").Type,
            LeftOut = LeftOutClips.Parse(file.Metadata.GetValueOrDefault("left-out"), path),
            Layout = layout,
            Classes = classes,
            Clips = clips,
            Protocol = protocols[0].Name,
            Protocols = protocols,
            Splits = protocols[0].Splits,
            Checksum = looksLater ? Text("checksum") : null,
        };
    }

    private SkeletonClip[] ReadClips(SkeletonLayout layout, int classes)
    {
        var names = NamesOf(file);
        var offsets = Column("offsets", names.Length + 1);
        var persons = Column("persons", names.Length);
        var (labels, subjects) = (Column("labels", names.Length), Column("subjects", names.Length));
        var (cameras, setups) = (Column("cameras", names.Length), Column("setups", names.Length));
        var joints = file.Entry("joints");
        if (joints.Type is not (StoredType.Float32 or StoredType.Float64)
            || !joints.Shape.SequenceEqual([offsets[^1], layout.JointCount, layout.Dimensions]))
        {
            throw Wrong(
                $"joints is {joints.Type} ({string.Join(", ", joints.Shape)}); offsets and layout {layout.Name} want Float32 or Float64 "
                + $"({offsets[^1]}, {layout.JointCount}, {layout.Dimensions})");
        }
        var clips = new SkeletonClip[names.Length];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < clips.Length; i++)
        {
            var rows = offsets[i + 1] - offsets[i];
            if (!seen.Add(names[i]))
                throw Wrong($"clip {names[i]} is there twice");
            if (offsets[i + 1] <= offsets[i] || rows < 1 || (i == 0 && offsets[0] != 0))     // the difference itself may overflow
                throw Wrong($"clip {names[i]} has no frames (rows {offsets[i]} to {offsets[i + 1]})");
            if (persons[i] < 1 || rows % persons[i] != 0)
                throw Wrong($"clip {names[i]}: {rows} rows cannot be {persons[i]} persons over equally many frames");
            if (rows / persons[i] > ClipLimits.Frames)
                throw Wrong($"clip {names[i]} has {rows / persons[i]} frames; a clip has at most {ClipLimits.Frames}: cut it");
            if (rows > Array.MaxLength / sizeof(double) / (layout.JointCount * 3))
                throw Wrong($"clip {names[i]}: {rows} rows of {layout.JointCount} joints are more than fit in memory at once");
            if (labels[i] < -1 || labels[i] >= classes)
                throw Wrong($"clip {names[i]}: label {labels[i]} is out of range 0 to {classes - 1} (-1: unknown)");
            var frames = (int)(rows / persons[i]);
            var store = new FileStore(file, joints, offsets[i] * layout.JointCount * layout.Dimensions, looksLater ? (names[i], frames, layout) : null);
            clips[i] = new SkeletonClip(names[i], frames, layout.JointCount, (int)persons[i], store)
            {
                Label = (int)labels[i],
                Subject = (int)subjects[i],
                Camera = (int)cameras[i],
                Setup = (int)setups[i],
            };
        }
        return clips;
    }

    // A checksum is taken clip after clip, by one thread; the coordinates are looked at beside it.
    private void CheckContent(ClipDataset dataset)
    {
        var stored = Text("checksum");
        ManyClips.Both(() => _ = dataset.Checksum, () => CheckCoordinates(dataset.Clips, dataset.Layout));
        if (dataset.Checksum != stored)
            Fault(ChangedContent,
                $"{path}: its content has changed since it was written: its checksum is no longer the stored one; take a sound copy, or make the set again");
    }

    private void CheckCoordinates(IReadOnlyList<SkeletonClip> clips, SkeletonLayout layout)
    {
        var complaints = new string?[clips.Count];
        ManyClips.ForEach(clips.Count, i =>
        {
            var buffer = ArrayPool<double>.Shared.Rent(clips[i].Length);
            clips[i].CopyTo(buffer);
            complaints[i] = CoordinateCheck.FirstFault(buffer.AsSpan(0, clips[i].Length), clips[i].Frames, layout);
            ArrayPool<double>.Shared.Return(buffer);
        });
        for (var i = 0; i < clips.Count; i++)
        {
            if (complaints[i] is { } complaint)
                Fault("damaged-clip", $"{path}: clip {clips[i].Name}: {complaint}");
        }
    }

    private long[] Column(string name, int count)
    {
        var entry = file.Entry(name);
        return entry.Type == StoredType.Int64 && entry.ElementCount == count
            ? file.Read(name).ToInt64s()
            : throw Wrong($"{name} is {entry.Type} with {entry.ElementCount} numbers; {count} of Int64 are wanted");
    }

    private string Text(string key) => file.Metadata.TryGetValue(key, out var text) ? text : throw Wrong($"its metadata lacks '{key}'");

    private KinemaException Wrong(string what) => new(ExitCode.Data, $"{path}: {what}");

    private void Fault(string kind, string message) => faults.Add(new DatasetFault(FaultSeverity.Error, kind, message));

    /// <summary>The coordinates of one clip inside the file; those of a large set that is used are checked when they are read.</summary>
    private sealed class FileStore(
        SafeTensorsFile file, SafeTensorsEntry joints, long first, (string Clip, int Frames, SkeletonLayout Layout)? check) : CoordinateStore
    {
        public override void Read(Span<double> destination)
        {
            var dimensions = (int)joints.Shape[2];
            var count = destination.Length / 3 * dimensions;
            var bytes = ArrayPool<byte>.Shared.Rent(count * joints.Type.SizeInBytes());
            var read = bytes.AsSpan(0, count * joints.Type.SizeInBytes());
            file.ReadBytes(joints, first * joints.Type.SizeInBytes(), read);
            PackedRows.Decode(read, joints.Type, dimensions, destination);
            ArrayPool<byte>.Shared.Return(bytes);
            if (check is { } known && CoordinateCheck.FirstFault(destination, known.Frames, known.Layout) is { } fault)
                throw new KinemaException(ExitCode.Data, $"{file.Path}: clip {known.Clip}: {fault}");
        }
    }
}
