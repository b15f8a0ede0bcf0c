using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kinema.Tests.Shared;

/// <summary>Writes MATLAB 5 files, sound ones and others, after the format's description.</summary>
internal sealed class MatWriter(bool bigEndian = false)
{
    public const uint Int8 = 1, UInt8 = 2, Int16 = 3, UInt16 = 4, Int32 = 5, UInt32 = 6, Float32 = 7, Float64 = 9, Int64 = 12, UInt64 = 13;
    public const uint Matrix = 14, Compressed = 15;

    /// <summary>A file of these elements.</summary>
    public byte[] File(params byte[][] elements)
    {
        var header = new byte[128];
        Encoding.ASCII.GetBytes("MATLAB 5.0 MAT-file, made by a test").CopyTo(header, 0);
        header.AsSpan(35, 81).Fill((byte)' ');
        Word16(0x0100).CopyTo(header, 124);
        Word16(0x4D49).CopyTo(header, 126);                  // "MI" in the writer's byte order
        return [.. header, .. elements.SelectMany(bytes => bytes)];
    }

    /// <summary>One element, padded.</summary>
    public byte[] Element(uint type, byte[] data) => [.. Word(type), .. Word((uint)data.Length), .. data, .. new byte[(8 - (data.Length % 8)) % 8]];

    /// <summary>One element of at most four bytes in the small form.</summary>
    public byte[] Small(uint type, byte[] data) => [.. Word(((uint)data.Length << 16) | type), .. data, .. new byte[4 - data.Length]];

    /// <summary>A variable: flags, dimensions, name, numbers.</summary>
    public byte[] Variable(string name, int[] dimensions, byte[] numbers, uint kind = 6, bool complex = false) => Element(Matrix,
    [
        .. Element(UInt32, [.. Word(kind | (complex ? 0x0800u : 0)), .. Word(0)]),
        .. Element(Int32, [.. dimensions.SelectMany(size => Word((uint)size))]),
        .. name.Length <= 4 ? Small(Int8, Encoding.ASCII.GetBytes(name)) : Element(Int8, Encoding.ASCII.GetBytes(name)),
        .. numbers,
    ]);

    /// <summary>An array of doubles.</summary>
    public byte[] Doubles(string name, int[] dimensions, IEnumerable<double> values) => Variable(name, dimensions, Element(Float64, [.. values.SelectMany(Float)]));

    /// <summary>An element packed by zlib.</summary>
    public byte[] Packed(byte[] element)
    {
        using var memory = new MemoryStream();
        using (var zlib = new ZLibStream(memory, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(element);
        return [.. Word(Compressed), .. Word((uint)memory.Length), .. memory.ToArray()];
    }

    /// <summary>Bytes of a number in the writer's order; lower ones first, or last.</summary>
    public byte[] Ordered(ReadOnlySpan<byte> littleEndian)
    {
        var bytes = littleEndian.ToArray();
        if (bigEndian) Array.Reverse(bytes);
        return bytes;
    }

    public byte[] Word(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Ordered(bytes);
    }

    private byte[] Word16(ushort value) => Ordered([(byte)value, (byte)(value >> 8)]);

    private byte[] Float(double value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        return Ordered(bytes);
    }
}
