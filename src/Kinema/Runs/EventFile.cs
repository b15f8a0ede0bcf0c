using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Kinema.Storage;

namespace Kinema.Runs;

/// <summary>
/// Scalars for TensorBoard: <c>events.out.tfevents.*</c>. The file is a sequence of records
///   length (8 bytes) | masked CRC-32C of the length (4) | event (protobuf) | masked CRC-32C of the event (4)        little endian
/// with event = { 1: wall time (double), 2: step (int64), 3: file version (text)
///                | 5: summary { 1: { 1: tag, 2: value (float) } } | 7: session { 1: status } }.
/// A resumed run starts a file of its own, whose first event tells TensorBoard to drop what an older file holds from that step on.
/// </summary>
public sealed class EventFile : IDisposable
{
    private readonly FileStream stream;
    private readonly TimeProvider time;

    private EventFile(FileStream stream, TimeProvider time) => (this.stream, this.time) = (stream, time);

    /// <summary>The file.</summary>
    public string Path => stream.Name;

    /// <summary>Starts a new event file in a folder.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="time">The clock; names the file and stamps the events.</param>
    /// <param name="firstStep">First step this file will hold; above 0 on resume.</param>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: the file cannot be made.</exception>
    public static EventFile Create(string folder, TimeProvider time, long firstStep = 0)
    {
        try
        {
            var first = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{time.GetUtcNow().ToUnixTimeSeconds()}.kinema");
            var path = System.IO.Path.Combine(folder, first);
            for (var n = 2; File.Exists(path); n++)
                path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{first}.{n}"));

            var file = new EventFile(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read), time);
            file.Start(firstStep);
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Usage,
                $"{folder}: no event file can be made here: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>
    /// The tag under which a metric is shown: <c>train_loss</c> becomes <c>train/loss</c>, so that TensorBoard groups by split.
    /// </summary>
    public static string TagOf(string metric) =>
        metric.StartsWith("train_", StringComparison.Ordinal) || metric.StartsWith("test_", StringComparison.Ordinal)
            ? $"{metric[..metric.IndexOf('_', StringComparison.Ordinal)]}/{metric[(metric.IndexOf('_', StringComparison.Ordinal) + 1)..]}"
            : metric;

    /// <summary>Writes one number.</summary>
    /// <param name="tag">Name of the curve.</param>
    /// <param name="value">The number; NaN and infinity are kept.</param>
    /// <param name="step">Place on the axis, usually the epoch.</param>
    public void AddScalar(string tag, double value, long step)
    {
        var scalar = new Protobuf().Text(1, tag).Single(2, (float)value);
        Write(new Protobuf().Double(1, Now).Varint(2, step).Message(5, new Protobuf().Message(1, scalar)));
    }

    /// <summary>Writes the numbers of an epoch, and flushes the file so that TensorBoard sees them.</summary>
    public void AddRow(EpochRow row)
    {
        foreach (var (name, value) in row.Values)
        {
            if (value is { } number)
                AddScalar(TagOf(name), number, row.Epoch);
        }

        stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>CRC-32C as the format stores it, rotated and shifted so that a checksum of checksums stays sound.</summary>
    private static uint MaskedCrc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }

    private double Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    private void Start(long firstStep)
    {
        Write(new Protobuf().Double(1, Now).Text(3, "brain.Event:2"));
        if (firstStep > 0)
        {
            var session = new Protobuf().Varint(1, 1);      // status 1: start
            Write(new Protobuf().Double(1, Now).Varint(2, firstStep).Message(7, session));
        }

        stream.Flush();
    }

    private void Write(Protobuf message)
    {
        var content = message.ToArray();
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], MaskedCrc(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, MaskedCrc(content));
        stream.Write(head);
        stream.Write(content);
        stream.Write(tail);
    }

    /// <summary>The five field kinds that events need.</summary>
    private sealed class Protobuf
    {
        private readonly List<byte> bytes = [];

        public byte[] ToArray() => [.. bytes];

        public Protobuf Varint(int field, long value) => Key(field, 0).Raw((ulong)value);

        public Protobuf Double(int field, double value)
        {
            Span<byte> eight = stackalloc byte[8];
            BinaryPrimitives.WriteDoubleLittleEndian(eight, value);
            return Key(field, 1).Add(eight);
        }

        public Protobuf Single(int field, float value)
        {
            Span<byte> four = stackalloc byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(four, value);
            return Key(field, 5).Add(four);
        }

        public Protobuf Text(int field, string text) => Block(field, Encoding.UTF8.GetBytes(text));

        public Protobuf Message(int field, Protobuf message) => Block(field, message.ToArray());

        private Protobuf Block(int field, byte[] content) => Key(field, 2).Raw((ulong)content.Length).Add(content);

        private Protobuf Key(int field, int kind) => Raw((ulong)(field << 3 | kind));

        private Protobuf Raw(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
                bytes.Add((byte)(value | 0x80));
            bytes.Add((byte)value);
            return this;
        }

        private Protobuf Add(ReadOnlySpan<byte> more)
        {
            bytes.AddRange(more);
            return this;
        }
    }
}
