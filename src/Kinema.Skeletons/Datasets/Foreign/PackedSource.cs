using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// A packed set as a source, to be mapped to other joints or scaled: what <c>data prepare</c> made of a download, for an encoder of another
/// layout. Names of clips, classes, recordings and protocols stay.
/// </summary>
internal sealed class PackedSource : ClipSource
{
    private readonly string file;
    private readonly ClipDataset set;
    private readonly double scale;
    private readonly bool isSound;

    private PackedSource(string file, ClipDataset set, ForeignOptions options, bool isSound = true, string? doubt = null)
    {
        (this.file, this.set, scale, this.isSound) = (file, set, options.Scale, isSound);
        (Name, Doubt) = (options.Name ?? set.Name, doubt);
        Items = [.. set.Clips.Select(clip => new SourceItem(clip.Name, (long)clip.Length / 3 * set.Layout.Dimensions * set.Precision.SizeInBytes()))];
        Protocols = isSound ? [.. set.Protocols.Select(Divide)] : [];
    }

    public override string Name { get; }

    public override string Preparation => set.Preparation.Length > 0 ? set.Preparation : "none 1";

    public override SkeletonLayout Layout => set.Layout;

    public override IReadOnlyList<string> Classes => set.Classes;

    public override IReadOnlyList<SourceItem> Items { get; }

    public override IReadOnlyDictionary<string, int> LeftOutBefore => set.LeftOut;

    public override string? Doubt { get; }

    public override IReadOnlyList<Protocol> Protocols { get; }

    public override StoredType Precision => set.Precision;

    protected internal override string ContentKey => FileStamp.Of(file);

    /// <summary>The packed file that a path means: itself, or the one in a folder; null if there is none.</summary>
    public static string? FileOf(string path) => Directory.Exists(path)
        ? Path.Combine(path, PackedDataset.FileName) is var inside && File.Exists(inside) ? inside : null
        : Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase) && File.Exists(path) ? path : null;

    /// <summary>Opens the set, which must be sound: a large one too is read whole for its checksum, since the set made of it gets a new one.</summary>
    /// <exception cref="KinemaException">
    /// It is damaged (<see cref="ExitCode.Data"/>), or nothing is asked for that would change it (<see cref="ExitCode.Usage"/>).
    /// </exception>
    public static PackedSource Open(string path, ForeignOptions options)
    {
        if (options is { To: null, Map: null, Scale: 1 })
            throw Refusal.Usage($"{path}: is a packed set already; say what it is to become: --to LAYOUT, --map FILE or --scale X");
        var (file, set) = (FileOf(path)!, DatasetReader.OpenWhole(path, compareChecksum: true));
        if (options is { To: { } to, Scale: 1 } && Layouts.Get(to) is var wanted
            && wanted.HasJointsOf(set.Layout))
        {
            throw Refusal.Usage($"{path}: its layout is {wanted.Name} already; --to takes the one it is to have");
        }
        return new PackedSource(file, set, options);
    }

    /// <summary>
    /// Opens the set with nothing changed, for its clips alone; one that is not sound is refused when it is read, and no other. That some were changed
    /// is a <see cref="Doubt"/>.
    /// </summary>
    /// <exception cref="KinemaException">The file is damaged (<see cref="ExitCode.Data"/>).</exception>
    public static PackedSource AsItIs(string path)
    {
        var (set, faults) = DatasetReader.Examine(path, compareChecksum: false);
        var changed = faults.FirstOrDefault(fault => fault.Kind == PackedReader.ChangedContent);
        return new PackedSource(FileOf(path)!, set, new ForeignOptions(), isSound: false, changed?.Message);
    }

    public override ItemReader Open() => new Reader(this);

    // A source puts a clip on one side of a protocol; a set in which one is on two is not squeezed into that.
    private Protocol Divide(ClipProtocol protocol)
    {
        var sides = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (split, clips) in protocol.Splits)
        {
            foreach (var name in clips.Select(index => set.Clips[index].Name))
            {
                if (!sides.TryAdd(name, split))
                    throw Refusal.Data($"{file}: clip {OneLine.Of(name)} is in two splits of the protocol {protocol.Name}; such a set cannot be converted");
            }
        }
        return new Protocol(protocol.Name, clip => sides.GetValueOrDefault(clip.Name), protocol.Classes);
    }

    // The set's clips may be read by all threads.
    private sealed class Reader(PackedSource source) : ItemReader
    {
        public override ItemClips Read(int item)
        {
            var clip = source.set.Clips[item];
            if (source.scale == 1 && source.isSound)
                return ItemClips.One(clip);
            var points = clip.Coordinates.ToArray();
            for (var i = 0; i < points.Length; i++)
                points[i] *= source.scale;
            return CoordinateCheck.FirstFault(points, clip.Frames, source.Layout) is { } fault
                ? new ItemClips([], [new SkippedClip(clip.Name, "damaged", $"{source.file}: clip {clip.Name}: {fault}")], [])
                : ItemClips.One(clip.With(clip.Joints, points));
        }
    }
}
