namespace Kinema.Storage;

/// <summary>The element type of a tensor in a file. Values are always stored little endian.</summary>
public enum StoredType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Signed 16-bit integer.</summary>
    Int16,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>IEEE 754 half precision: 5 bits of exponent, 10 of fraction.</summary>
    Float16,

    /// <summary>The upper half of a float: 8 bits of exponent, 7 of fraction.</summary>
    BFloat16,

    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>IEEE 754 double precision.</summary>
    Float64,
}

/// <summary>What follows from a <see cref="StoredType"/>.</summary>
public static class StoredTypes
{
    /// <summary>The size of one element in bytes.</summary>
    public static int SizeInBytes(this StoredType type) => type switch
    {
        StoredType.Bool or StoredType.UInt8 or StoredType.Int8 => 1,
        StoredType.Int16 or StoredType.Float16 or StoredType.BFloat16 => 2,
        StoredType.Int32 or StoredType.Float32 => 4,
        StoredType.Int64 or StoredType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a stored type"),
    };

    /// <summary>Whether elements of this type are floating-point numbers.</summary>
    public static bool IsFloatingPoint(this StoredType type) =>
        type is StoredType.Float16 or StoredType.BFloat16 or StoredType.Float32 or StoredType.Float64;
}
