using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Writes a packed set clip by clip into a stream: room for the header, the joints as they come, then the columns, and the header last, in
/// its room. Memory does not grow with the coordinates. The same clips give the same bytes, however often the writing was interrupted.
/// </summary>
internal sealed class PackedWriter(Stream stream, PackedContent content) : IDisposable
{
    private readonly int room = content.HeaderRoom();
    private readonly List<ClipFacts> clips = [];
    private readonly DatasetChecksum checksum = new(content.Layout, content.Classes);
    private byte[] bytes = [];

    /// <summary>The clips written so far.</summary>
    public IReadOnlyList<ClipFacts> Clips => clips;

    /// <summary>Rows ΣM·T of joints written so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Where in the stream the next row goes.</summary>
    public long Position => room + Rows * content.RowBytes;

    /// <summary>Leaves room for the header.</summary>
    public void Begin()
    {
        stream.SetLength(0);
        stream.Write(new byte[room]);
    }

    /// <summary>Adds a clip; returns the CRC-32 of its bytes in the file.</summary>
    public uint Append(SkeletonClip clip)
    {
        var written = Encode(clip);
        stream.Write(written);
        Count(ClipFacts.Of(clip), written);
        return Crc32.Of(written);
    }

    /// <summary>
    /// Counts the clips of an item that are in the stream already, from an interrupted run. False, and nothing counted, if their bytes are
    /// not the ones that were written.
    /// </summary>
    public bool RestoreAll(IReadOnlyList<PreparationJournal.Clip> item)
    {
        // Looked at before anything is counted: an item is there or it is not.
        var position = Position;
        foreach (var clip in item)
        {
            var length = (long)clip.Persons * clip.Frames * content.RowBytes;
            if (clip.Persons < 1 || clip.Frames < 1 || length > Array.MaxLength || stream.Length - position < length)
                return false;
            if (Crc32.Of(ReadAt(position, (int)length)) != clip.Crc)
                return false;
            position += length;
        }
        foreach (var clip in item)
            Count(clip.Facts, ReadAt(Position, clip.Persons * clip.Frames * content.RowBytes));
        return true;

        Span<byte> ReadAt(long at, int length)
        {
            stream.Position = at;
            var read = Buffer(length);
            stream.ReadExactly(read);
            return read;
        }
    }

    /// <summary>Writes columns, splits and header.</summary>
    /// <param name="protocols">The splits, in the order of the content's protocols.</param>
    /// <param name="leftOut">How many clips of its source the set lacks, by kind.</param>
    /// <returns>The checksum.</returns>
    /// <exception cref="KinemaException">The names of the splits, or kinds of clips, have no room in the header (<see cref="ExitCode.Data"/>).</exception>
    public string Finish(IReadOnlyList<ClipProtocol> protocols, IReadOnlyDictionary<string, int> leftOut)
    {
        var offsets = new long[clips.Count + 1];
        for (var i = 0; i < clips.Count; i++)
            offsets[i + 1] = offsets[i] + (long)clips[i].Persons * clips[i].Frames;
        var names = Encoding.UTF8.GetBytes(string.Join('\n', clips.Select(clip => clip.Name)));
        List<(string Name, IReadOnlyList<int> Clips)> splits =
        [
            .. from protocol in protocols
               from split in protocol.Splits.OrderBy(split => split.Key, StringComparer.Ordinal)
               select (PackedContent.SplitName(protocol.Name, split.Key), split.Value),
        ];
        foreach (var (name, members) in splits.OrderBy(split => split.Name, StringComparer.Ordinal))
            checksum.AddSplit(name, members);
        var sum = checksum.Finish();
        var header = content.Header(
            Rows, clips.Count, names.Length, [.. splits.Select(split => (split.Name, (long)split.Clips.Count))], sum,
            LeftOutClips.Text(leftOut), room);
        if (header.Length > room)                       // it would run into the joints
            throw Refusal.Data($"{content.Name}: its splits and the kinds of clips it lacks take {header.Length} bytes of header; {room} are kept for them: give the splits shorter names");

        stream.Position = Position;
        stream.SetLength(Position);                     // what an interrupted run may have written behind
        Write(offsets);
        foreach (var column in (Func<ClipFacts, long>[])
            [clip => clip.Persons, clip => clip.Label, clip => clip.Subject, clip => clip.Camera, clip => clip.Setup])
        {
            Write([.. clips.Select(column)]);
        }
        foreach (var (_, members) in splits)
            Write([.. members.Select(index => (long)index)]);
        stream.Write(names);
        stream.Position = 0;
        stream.Write(header);
        return sum;
    }

    public void Dispose() => checksum.Dispose();

    private void Count(ClipFacts clip, ReadOnlySpan<byte> written)
    {
        clips.Add(clip);
        Rows += (long)clip.Persons * clip.Frames;
        var length = written.Length / content.Type.SizeInBytes() / content.Layout.Dimensions * 3;
        var coordinates = ArrayPool<double>.Shared.Rent(length);
        PackedRows.Decode(written, content.Type, content.Layout.Dimensions, coordinates.AsSpan(0, length));
        checksum.Add(clip, content.Layout.JointCount, coordinates.AsSpan(0, length));
        ArrayPool<double>.Shared.Return(coordinates);
    }

    private Span<byte> Encode(SkeletonClip clip)
    {
        var coordinates = ArrayPool<double>.Shared.Rent(clip.Length);
        clip.CopyTo(coordinates);
        var encoded = Buffer(clip.Persons * clip.Frames * content.RowBytes);
        PackedRows.Encode(coordinates.AsSpan(0, clip.Length), content.Type, content.Layout.Dimensions, encoded);
        ArrayPool<double>.Shared.Return(coordinates);
        return encoded;
    }

    private void Write(long[] values) => stream.Write(MemoryMarshal.AsBytes(values.AsSpan()));

    private Span<byte> Buffer(int length)
    {
        if (bytes.Length < length)
            bytes = new byte[Math.Max(length, bytes.Length * 2)];
        return bytes.AsSpan(0, length);
    }
}
