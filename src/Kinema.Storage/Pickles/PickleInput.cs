using System.Buffers.Binary;

namespace Kinema.Storage.Pickles;

/// <summary>
/// Bytes with a known end and a position. Nothing is allocated before its bytes are known to exist, so a lying length costs nothing.
/// </summary>
internal sealed class PickleInput(string path, ExitCode exitCode, Stream stream, long length)
{
    private readonly byte[] buffer = new byte[1 << 16];
    private int at, filled;

    internal string Path => path;

    internal ExitCode ExitCode => exitCode;

    /// <summary>Bytes consumed so far.</summary>
    internal long Position { get; private set; }

    internal long Length => length;

    internal long Remaining => length - Position;

    internal byte ReadByte()
    {
        if (at == filled)
        {
            Fill();
        }

        Position++;
        return buffer[at++];
    }

    internal ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadSmall(2));

    internal int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadSmall(4));

    internal uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadSmall(4));

    internal long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadSmall(8));

    internal double ReadDoubleBigEndian() => BinaryPrimitives.ReadDoubleBigEndian(ReadSmall(8));

    /// <summary>An array of exactly so many bytes.</summary>
    internal byte[] ReadBytes(long count)
    {
        if (count < 0 || count > Remaining)
        {
            throw CutOff();
        }

        if (count > Array.MaxLength)
        {
            throw new KinemaException(
                exitCode, $"{path}: holds one piece of {count} bytes at byte {Position}, which is too large to be read");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)count);
        var buffered = Math.Min(bytes.Length, filled - at);
        buffer.AsSpan(at, buffered).CopyTo(bytes);
        at += buffered;
        var rest = bytes.AsSpan(buffered);
        while (rest.Length > 0)
        {
            var read = stream.Read(rest);
            rest = read > 0 ? rest[read..] : throw CutOff();
        }

        Position += count;
        return bytes;
    }

    /// <summary>Moves on without keeping the bytes.</summary>
    internal void Skip(long count)
    {
        if (count < 0 || count > Remaining)
        {
            throw CutOff();
        }

        var buffered = (int)Math.Min(count, filled - at);
        at += buffered;
        stream.Seek(count - buffered, SeekOrigin.Current);
        Position += count;
    }

    /// <summary>Text up to the next line feed, as GLOBAL writes names; null when it is longer than any name.</summary>
    internal string? ReadLine()
    {
        const int longest = 256;
        Span<char> line = stackalloc char[longest];
        for (var i = 0; i < longest; i++)
        {
            var b = ReadByte();
            if (b == (byte)'\n')
            {
                return new string(line[..i]);
            }

            line[i] = (char)b;
        }

        return null;
    }

    internal KinemaException CutOff() =>
        new(exitCode, $"{path}: ends in the middle of a value (at byte {Position}); was the copy cut off?");

    private ReadOnlySpan<byte> ReadSmall(int count)
    {
        if (filled - at < count)
        {
            return ReadBytes(count);
        }

        at += count;
        Position += count;
        return buffer.AsSpan(at - count, count);
    }

    private void Fill()
    {
        (at, filled) = (0, 0);
        filled = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, Math.Max(0, Remaining)));
        if (filled <= 0)
        {
            throw CutOff();
        }
    }
}
