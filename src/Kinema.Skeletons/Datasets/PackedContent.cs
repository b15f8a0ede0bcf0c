using System.Globalization;
using System.Text;
using System.Text.Json;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>What a packed file says of itself besides its clips: everything that is known before the first clip is written.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Preparation">What was done to the coordinates.</param>
/// <param name="Layout">The joints.</param>
/// <param name="Classes">The class names.</param>
/// <param name="Type">Float32 or Float64.</param>
/// <param name="Protocols">Name and, where not all classes take part, the labels that do.</param>
internal sealed record PackedContent(
    string Name, string Preparation, SkeletonLayout Layout, IReadOnlyList<string> Classes, StoredType Type,
    IReadOnlyList<(string Name, IReadOnlyList<int>? Classes)> Protocols)
{
    // No split is named longer than this, and no protocol has more than these: room for them is kept in the header.
    private const int LongestSplit = 32, MostSplits = 8;

    /// <summary>What a source says of itself.</summary>
    public static PackedContent Of(ClipSource source) => new(source.Name, source.Preparation, source.Layout, source.Classes, source.Precision,
        [.. source.Protocols.Select(protocol => (protocol.Name, protocol.Classes))]);

    /// <summary>V·C numbers in a row.</summary>
    public int RowLength => Layout.JointCount * Layout.Dimensions;

    /// <summary>Bytes of a row.</summary>
    public int RowBytes => RowLength * Type.SizeInBytes();

    /// <summary>The bytes kept for the header, whatever numbers it will hold; a multiple of 8.</summary>
    public int HeaderRoom()
    {
        const long most = long.MaxValue;
        var splits = from protocol in Protocols
                     from number in Enumerable.Range(0, MostSplits)
                     select (SplitName(protocol.Name, new string((char)('a' + number), LongestSplit)), most);
        return Header(most, most, most, [.. splits], new string('0', 64), new string(' ', LeftOutClips.Room)).Length;
    }

    /// <summary>The bytes the file begins with.</summary>
    public byte[] Header(
        long rows, long clips, long nameBytes, IReadOnlyList<(string Name, long Count)> splits, string checksum, string leftOut, int room = 0)
    {
        var entries = new List<SafeTensorsEntry>();
        var offset = 0L;
        Add("joints", Type, rows, Layout.JointCount, Layout.Dimensions);
        Add("offsets", StoredType.Int64, clips == long.MaxValue ? clips : clips + 1);
        foreach (var column in PackedDataset.Columns)
            Add(column, StoredType.Int64, clips);
        foreach (var (name, count) in splits)
            Add(PackedDataset.SplitPrefix + name, StoredType.Int64, count);
        Add("names", StoredType.UInt8, nameBytes);
        return SafeTensors.Header(entries, Metadata(checksum, leftOut), room);

        void Add(string name, StoredType type, params long[] shape)
        {
            // Saturates: where only the room is asked for, what counts is the number of digits.
            var length = shape.Aggregate((Int128)type.SizeInBytes(), (product, extent) => Int128.Min(product * extent, long.MaxValue));
            entries.Add(new SafeTensorsEntry(name, type, shape, offset, (long)Int128.Min(length, long.MaxValue - offset)));
            offset = (long)Int128.Min(offset + length, long.MaxValue);
        }
    }

    /// <summary>What a split is called in the file: <c>train</c> of the official protocol, else <c>xsub.train</c>.</summary>
    public static string SplitName(string protocol, string split) => protocol == ClipProtocol.Official ? split : $"{protocol}.{split}";

    /// <exception cref="KinemaException">A name cannot be written, since the file keeps one a line or has too little room.</exception>
    public void Check(string path)
    {
        foreach (var name in Classes.Append(Name).Append(Preparation))
        {
            if (name.Contains('\n'))
                throw new KinemaException(ExitCode.Data, $"{path}: the name '{name.ReplaceLineEndings(" ")}' has a line break");
        }
    }

    /// <exception cref="KinemaException">More splits than there is room for.</exception>
    public static void CheckSplits(string path, string protocol, IReadOnlyCollection<string> splits)
    {
        if (splits.Count > MostSplits)
        {
            throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                $"{path}: protocol {protocol} has {splits.Count} splits ({OneLine.Some(splits)}); at most {MostSplits} fit"));
        }
        if (splits.FirstOrDefault(split => Encoding.UTF8.GetByteCount(split) > LongestSplit || split.Any(IsStrange)) is { } odd)
        {
            throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                $"{path}: protocol {protocol}: the split '{OneLine.Of(odd)}' cannot be kept: the name of a split has at most {LongestSplit} bytes of UTF-8 ")
                + "and no dot, quote, backslash, control character or surrogate (such as of an emoji); rename it");
        }
    }

    // What divides names in the file, or is longer there than it is.
    private static bool IsStrange(char c) => c is '.' or '"' or '\\' || char.IsControl(c) || char.IsSurrogate(c);

    private Dictionary<string, string> Metadata(string checksum, string leftOut) => new(StringComparer.Ordinal)
    {
        ["format"] = PackedDataset.Format,
        ["version"] = PackedDataset.Version,
        ["name"] = Name,
        ["preparation"] = Preparation,
        ["layout"] = Layout.Yaml,
        ["classes"] = string.Join('\n', Classes),
        ["protocols"] = JsonSerializer.Serialize(Protocols.Select(protocol => new Dictionary<string, object?>
        {
            ["name"] = protocol.Name, ["classes"] = protocol.Classes,
        })),
        ["left-out"] = leftOut,
        ["checksum"] = checksum,
    };
}
