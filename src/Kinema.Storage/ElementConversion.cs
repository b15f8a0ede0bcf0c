using System.Runtime.InteropServices;

namespace Kinema.Storage;

/// <summary>
/// Element-wise conversion from stored bytes to the types that code computes with. The bytes may start at any address: a span reinterpreted
/// as wider elements is read unaligned, which every platform .NET runs on allows.
/// </summary>
internal static class ElementConversion
{
    internal static void ToSingles(StoredType type, ReadOnlySpan<byte> bytes, Span<float> result)
    {
        switch (type)
        {
            case StoredType.Float32: bytes.CopyTo(MemoryMarshal.AsBytes(result)); break;
            case StoredType.Float64: Convert<double, float>(bytes, result, static x => (float)x); break;
            case StoredType.Float16: Convert<Half, float>(bytes, result, static x => (float)x); break;
            case StoredType.BFloat16: Convert<ushort, float>(bytes, result, BFloat16Bits.ToSingle); break;
            case StoredType.Int64: Convert<long, float>(bytes, result, static x => x); break;
            case StoredType.Int32: Convert<int, float>(bytes, result, static x => x); break;
            case StoredType.Int16: Convert<short, float>(bytes, result, static x => x); break;
            case StoredType.Int8: Convert<sbyte, float>(bytes, result, static x => x); break;
            case StoredType.UInt8: Convert<byte, float>(bytes, result, static x => x); break;
            case StoredType.Bool: Convert<byte, float>(bytes, result, static x => x == 0 ? 0 : 1); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "not a stored type");
        }
    }

    internal static void ToDoubles(StoredType type, ReadOnlySpan<byte> bytes, Span<double> result)
    {
        switch (type)
        {
            case StoredType.Float32: Convert<float, double>(bytes, result, static x => x); break;
            case StoredType.Float64: bytes.CopyTo(MemoryMarshal.AsBytes(result)); break;
            case StoredType.Float16: Convert<Half, double>(bytes, result, static x => (double)x); break;
            case StoredType.BFloat16: Convert<ushort, double>(bytes, result, static x => BFloat16Bits.ToSingle(x)); break;
            case StoredType.Int64: Convert<long, double>(bytes, result, static x => x); break;
            case StoredType.Int32: Convert<int, double>(bytes, result, static x => x); break;
            case StoredType.Int16: Convert<short, double>(bytes, result, static x => x); break;
            case StoredType.Int8: Convert<sbyte, double>(bytes, result, static x => x); break;
            case StoredType.UInt8: Convert<byte, double>(bytes, result, static x => x); break;
            case StoredType.Bool: Convert<byte, double>(bytes, result, static x => x == 0 ? 0 : 1); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "not a stored type");
        }
    }

    /// <summary>From the integer types and bool; floating-point types need a check for whole numbers first.</summary>
    internal static void ToInt64s(StoredType type, ReadOnlySpan<byte> bytes, Span<long> result)
    {
        switch (type)
        {
            case StoredType.Int64: bytes.CopyTo(MemoryMarshal.AsBytes(result)); break;
            case StoredType.Int32: Convert<int, long>(bytes, result, static x => x); break;
            case StoredType.Int16: Convert<short, long>(bytes, result, static x => x); break;
            case StoredType.Int8: Convert<sbyte, long>(bytes, result, static x => x); break;
            case StoredType.UInt8: Convert<byte, long>(bytes, result, static x => x); break;
            case StoredType.Bool: Convert<byte, long>(bytes, result, static x => x == 0 ? 0 : 1); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "not an integer type");
        }
    }

    private static void Convert<TFrom, TTo>(ReadOnlySpan<byte> bytes, Span<TTo> result, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
    {
        var values = MemoryMarshal.Cast<byte, TFrom>(bytes);
        for (var i = 0; i < values.Length; i++)
        {
            result[i] = convert(values[i]);
        }
    }
}
