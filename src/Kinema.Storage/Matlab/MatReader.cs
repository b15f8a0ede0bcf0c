using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kinema.Storage.Matlab;

/// <summary>
/// Reads a MATLAB 5 file: a header of 128 bytes, then elements, each a tag (type and size in bytes) and data padded to 8 bytes. A variable
/// is an element of elements (flags, dimensions, name, numbers), or a zlib stream with such an element inside.
/// </summary>
internal sealed class MatReader(string where, long limit)
{
    private const int HeaderLength = 128, VersionAt = 124, EndianAt = 126;
    private const int MostDimensions = 32;

    private readonly List<MatArray> arrays = [];
    private readonly List<SkippedVariable> skipped = [];
    private bool bigEndian;
    private long unpacked, converted;

    public MatFile Read(ReadOnlySpan<byte> content)
    {
        ReadHeader(content);
        var rest = new MatElements(content[HeaderLength..], bigEndian, where);
        while (rest.Next(out var type, out var data))
        {
            if (type == MatType.Compressed)
            {
                ReadCompressed(data);
            }
            else if (type == MatType.Matrix)
            {
                ReadMatrix(data);
            }

            // Anything else at this level carries no variable; the format lets readers pass over it.
        }

        return new MatFile(where, arrays, skipped);
    }

    private void ReadHeader(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith("MATLAB 7.3"u8) || content is [0x89, (byte)'H', (byte)'D', (byte)'F', ..])
        {
            throw Damaged("is a MATLAB 7.3 file (HDF5), which is not read: save it in MATLAB with '-v7'");
        }

        if (content.Length < HeaderLength)
        {
            throw Damaged($"no MATLAB file: {content.Length} bytes are less than its header of {HeaderLength}");
        }

        bigEndian = content[EndianAt..HeaderLength] switch
        {
            [(byte)'I', (byte)'M'] => false,
            [(byte)'M', (byte)'I'] => true,
            _ => throw Damaged("no MATLAB 5 file: the mark 'MI' is missing at byte 126 (files of MATLAB 4 are not read: save it with '-v7')"),
        };
        var version = bigEndian
            ? BinaryPrimitives.ReadUInt16BigEndian(content[VersionAt..])
            : BinaryPrimitives.ReadUInt16LittleEndian(content[VersionAt..]);
        if (version != 0x0100)
        {
            throw Damaged($"is of version {version >> 8}.{version & 0xFF}; MATLAB 5 files of version 1.0 are read");
        }
    }

    private void ReadCompressed(ReadOnlySpan<byte> packed)
    {
        using var source = new MemoryStream(packed.ToArray(), writable: false);
        using var inflater = new ZLibStream(source, CompressionMode.Decompress);
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 14];
        try
        {
            for (int count; (count = inflater.Read(buffer)) > 0;)
            {
                unpacked += count;
                if (unpacked > limit)
                {
                    throw Damaged($"unpacks to more than {limit} bytes, the most that is read of one file");
                }

                memory.Write(buffer, 0, count);
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException)          // ZLibException is one of the latter
        {
            throw new KinemaException(ExitCode.Data, $"{where}: a compressed variable is damaged; download it again", error);
        }

        var inside = new MatElements(memory.GetBuffer().AsSpan(0, (int)memory.Length), bigEndian, where);
        while (inside.Next(out var type, out var data))
        {
            if (type == MatType.Compressed)
            {
                throw Damaged("holds a compressed variable inside another");
            }

            if (type == MatType.Matrix)
            {
                ReadMatrix(data);
            }
        }
    }

    private void ReadMatrix(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;                                          // how MATLAB writes an empty array without a name
        }

        var parts = new MatElements(content, bigEndian, where);
        var flags = parts.Require(MatType.UInt32, "array flags");
        if (flags.Length != 8)
        {
            throw Damaged($"a variable has {flags.Length} bytes of flags where there are 8");
        }

        var word = bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(flags) : BinaryPrimitives.ReadUInt32LittleEndian(flags);
        var kind = (MatClass)(word & 0xFF);
        var complex = (word & 0x0800) != 0;
        if (kind is MatClass.Opaque)
        {
            skipped.Add(new SkippedVariable("", MatClasses.Name(kind)));            // has no dimensions, and a name elsewhere
            return;
        }

        var dimensions = ReadDimensions(parts.Require(MatType.Int32, "dimensions"));
        var name = Encoding.Latin1.GetString(parts.Require(MatType.Int8, "a name"));
        if (complex || !MatClasses.IsNumeric(kind))
        {
            skipped.Add(new SkippedVariable(name, complex && MatClasses.IsNumeric(kind) ? "a complex array" : MatClasses.Name(kind)));
            return;
        }

        arrays.Add(new MatArray(name, dimensions, ReadNumbers(ref parts, dimensions, name)));
    }

    private int[] ReadDimensions(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % 4 != 0 || bytes.Length is < 8 or > 4 * MostDimensions)
        {
            throw Damaged($"a variable has {bytes.Length} bytes of dimensions; 4 each of 2 to {MostDimensions} are read");
        }

        var dimensions = new int[bytes.Length / 4];
        for (var i = 0; i < dimensions.Length; i++)
        {
            var four = bytes[(4 * i)..];
            dimensions[i] = bigEndian ? BinaryPrimitives.ReadInt32BigEndian(four) : BinaryPrimitives.ReadInt32LittleEndian(four);
            if (dimensions[i] < 0)
            {
                throw Damaged($"a variable has a dimension of {dimensions[i]}");
            }
        }

        return dimensions;
    }

    private double[] ReadNumbers(ref MatElements parts, int[] dimensions, string name)
    {
        // The sizes are only believed once the bytes are there; their product may be beyond any integer.
        var wanted = 1.0;
        foreach (var size in dimensions)
        {
            wanted *= size;
        }

        if (!parts.Next(out var type, out var data))
        {
            throw Damaged($"the variable '{Printable.Of(name)}' has no numbers");
        }

        var width = MatNumbers.SizeInBytes(type);
        if (width == 0)
        {
            throw Damaged($"the variable '{Printable.Of(name)}' has numbers of the unknown type {(uint)type}");
        }

        if (wanted * width != data.Length)
        {
            throw Damaged($"the variable '{Printable.Of(name)}' has {data.Length} bytes of numbers; ({string.Join(", ", dimensions)}) of {width} each are expected");
        }

        var count = data.Length / width;
        converted += 8L * count;
        if (converted > limit)
        {
            throw Damaged($"holds more than {limit} bytes of numbers, the most that is read of one file");
        }

        var values = new double[count];
        MatNumbers.Convert(type, data, bigEndian, values);
        return values;
    }

    private KinemaException Damaged(string what) => new(ExitCode.Data, $"{where}: {what}");
}
