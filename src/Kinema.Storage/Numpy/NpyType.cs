using System.Buffers.Binary;

namespace Kinema.Storage.Numpy;

/// <summary>The element type of a NumPy array: truth values, integers and floats, little endian.</summary>
/// <param name="Kind">NumPy's letter: <c>b</c> truth value, <c>i</c> signed and <c>u</c> unsigned integer, <c>f</c> floating point.</param>
/// <param name="Size">Bytes of one element: 1, 2, 4 or 8.</param>
public readonly record struct NpyType(char Kind, int Size)
{
    /// <summary>The type a <see cref="StoredTensor"/> has for it; null for unsigned integers of more than 8 bits, which are widened.</summary>
    public StoredType? Stored => (Kind, Size) switch
    {
        ('b', 1) => StoredType.Bool, ('u', 1) => StoredType.UInt8, ('i', 1) => StoredType.Int8, ('i', 2) => StoredType.Int16,
        ('i', 4) => StoredType.Int32, ('i', 8) => StoredType.Int64, ('f', 2) => StoredType.Float16, ('f', 4) => StoredType.Float32,
        ('f', 8) => StoredType.Float64, _ => null,
    };

    /// <summary>Whether elements are floating-point numbers.</summary>
    public bool IsFloatingPoint => Kind == 'f';

    internal bool IsKnown => Stored is not null || (Kind == 'u' && Size is 2 or 4 or 8);

    /// <summary>What NumPy calls a stored type; null for bfloat16, which NumPy lacks.</summary>
    public static NpyType? Of(StoredType type) => type switch
    {
        StoredType.Bool => new('b', 1), StoredType.UInt8 => new('u', 1), StoredType.Int8 => new('i', 1), StoredType.Int16 => new('i', 2),
        StoredType.Int32 => new('i', 4), StoredType.Int64 => new('i', 8), StoredType.Float16 => new('f', 2),
        StoredType.Float32 => new('f', 4), StoredType.Float64 => new('f', 8), _ => null,
    };

    /// <summary>As NumPy writes it: <c>&lt;f4</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{(Size == 1 ? '|' : '<')}{Kind}{Size}");

    internal void ToSingles(ReadOnlySpan<byte> bytes, Span<float> result)
    {
        if (Stored is { } stored)
        {
            ElementConversion.ToSingles(stored, bytes, result);
            return;
        }

        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Unsigned(bytes, i);
        }
    }

    internal void ToDoubles(ReadOnlySpan<byte> bytes, Span<double> result)
    {
        if (Stored is { } stored)
        {
            ElementConversion.ToDoubles(stored, bytes, result);
            return;
        }

        for (var i = 0; i < result.Length; i++)
        {
            result[i] = Unsigned(bytes, i);
        }
    }

    /// <summary>Unsigned integers in the next wider signed type; null when one is too large for 64 bits with a sign.</summary>
    internal (StoredType Type, byte[] Bytes)? Widened(ReadOnlySpan<byte> bytes)
    {
        var count = bytes.Length / Size;
        var wide = Size == 2 ? 4 : 8;
        var result = new byte[count * wide];
        for (var i = 0; i < count; i++)
        {
            var value = Unsigned(bytes, i);
            if (value > long.MaxValue)
            {
                return null;
            }

            if (wide == 4)
            {
                BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(i * 4), (int)value);
            }
            else
            {
                BinaryPrimitives.WriteInt64LittleEndian(result.AsSpan(i * 8), (long)value);
            }
        }

        return (wide == 4 ? StoredType.Int32 : StoredType.Int64, result);
    }

    private ulong Unsigned(ReadOnlySpan<byte> bytes, int index) => Size switch
    {
        2 => BinaryPrimitives.ReadUInt16LittleEndian(bytes[(index * 2)..]),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(bytes[(index * 4)..]),
        _ => BinaryPrimitives.ReadUInt64LittleEndian(bytes[(index * 8)..]),
    };
}
