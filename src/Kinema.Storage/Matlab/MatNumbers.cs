using System.Numerics;
using System.Runtime.InteropServices;

namespace Kinema.Storage.Matlab;

/// <summary>Numbers as a MATLAB 5 file stores them. MATLAB writes an array of doubles as small integers where that loses nothing.</summary>
internal static class MatNumbers
{
    /// <summary>The size of one number; 0 for a type that holds none.</summary>
    public static int SizeInBytes(MatType type) => type switch
    {
        MatType.Int8 or MatType.UInt8 => 1,
        MatType.Int16 or MatType.UInt16 => 2,
        MatType.Int32 or MatType.UInt32 or MatType.Float32 => 4,
        MatType.Int64 or MatType.UInt64 or MatType.Float64 => 8,
        _ => 0,
    };

    /// <summary>All numbers as doubles.</summary>
    /// <param name="type">One that holds numbers.</param>
    /// <param name="bytes">Theirs, a multiple of the type's size.</param>
    /// <param name="bigEndian">The byte order of the file.</param>
    /// <param name="values">Takes them.</param>
    public static void Convert(MatType type, ReadOnlySpan<byte> bytes, bool bigEndian, Span<double> values)
    {
        var swap = bigEndian == BitConverter.IsLittleEndian;
        switch (type)
        {
            case MatType.Int8: Convert<sbyte>(bytes, swap, values); break;
            case MatType.UInt8: Convert<byte>(bytes, swap, values); break;
            case MatType.Int16: Convert<short>(bytes, swap, values); break;
            case MatType.UInt16: Convert<ushort>(bytes, swap, values); break;
            case MatType.Int32: Convert<int>(bytes, swap, values); break;
            case MatType.UInt32: Convert<uint>(bytes, swap, values); break;
            case MatType.Float32: Convert<float>(bytes, swap, values); break;
            case MatType.Float64: Convert<double>(bytes, swap, values); break;
            case MatType.Int64: Convert<long>(bytes, swap, values); break;
            case MatType.UInt64: Convert<ulong>(bytes, swap, values); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "holds no numbers");
        }
    }

    private static void Convert<T>(ReadOnlySpan<byte> bytes, bool swap, Span<double> values)
        where T : unmanaged, INumberBase<T>
    {
        Span<T> one = stackalloc T[1];
        var room = MemoryMarshal.AsBytes(one);
        for (var i = 0; i < values.Length; i++)
        {
            bytes.Slice(i * room.Length, room.Length).CopyTo(room);
            if (swap)
            {
                room.Reverse();
            }

            values[i] = double.CreateTruncating(one[0]);
        }
    }
}
