using System.Buffers.Binary;

namespace Kinema.Storage.Numpy;

/// <summary>What a <c>.npy</c> file says of its array before the elements: type, order of axes and shape.</summary>
/// <param name="Type">The element type.</param>
/// <param name="IsFortranOrder">Whether the first axis is the fastest, not the last.</param>
/// <param name="Shape">The extents; empty for a scalar.</param>
/// <param name="ElementCount">The product of the extents.</param>
/// <param name="Bytes">How many bytes come before the elements.</param>
internal sealed record NpyHeader(NpyType Type, bool IsFortranOrder, IReadOnlyList<long> Shape, long ElementCount, int Bytes)
{
    /// <summary>Headers longer than this are refused: those of plain arrays have 118 bytes or a few more.</summary>
    private const int Longest = 1 << 16;

    /// <summary>The first bytes of every file; a byte that no text begins with, and the name.</summary>
    internal static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header, versions 1 to 3, and leaves the stream at the first element.</summary>
    /// <exception cref="KinemaException">It is none, or of an array that is not read.</exception>
    internal static NpyHeader Read(Stream stream, string where, ExitCode exitCode)
    {
        Span<byte> start = stackalloc byte[12];
        var read = stream.ReadAtLeast(start[..8], 8, throwOnEndOfStream: false);
        if (read < 8 || !start[..6].SequenceEqual(Magic))
        {
            throw Wrong(read == 0 ? "is empty" : "not a NumPy array: it does not begin with \\x93NUMPY");
        }

        var version = start[6];
        if (version is < 1 or > 3 || start[7] != 0)
        {
            throw Wrong($"NumPy format {version}.{start[7]} is not one of 1.0, 2.0 and 3.0");
        }

        var sizeBytes = version == 1 ? 2 : 4;
        if (stream.ReadAtLeast(start[8..(8 + sizeBytes)], sizeBytes, throwOnEndOfStream: false) < sizeBytes)
        {
            throw Wrong("ends within its header; was the copy cut off?");
        }

        var length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (length > Longest)
        {
            throw Wrong($"a header of {length} bytes is not that of a plain array; at most {Longest} are read");
        }

        var text = new byte[length];
        if (stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) < text.Length)
        {
            throw Wrong("ends within its header; was the copy cut off?");
        }

        return new NpyHeaderParser(text, where, exitCode).Parse(8 + sizeBytes + text.Length);

        KinemaException Wrong(string what) => new(exitCode, $"{where}: {what}");
    }
}
