namespace Kinema.Torch;

/// <summary>The type of a tensor's elements; numbered as libtorch numbers them.</summary>
public enum ScalarType
{
    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8 = 0,

    /// <summary>Signed 8-bit integer.</summary>
    Int8 = 1,

    /// <summary>Signed 16-bit integer.</summary>
    Int16 = 2,

    /// <summary>Signed 32-bit integer.</summary>
    Int32 = 3,

    /// <summary>Signed 64-bit integer: labels and indices.</summary>
    Int64 = 4,

    /// <summary>IEEE half precision.</summary>
    Float16 = 5,

    /// <summary>IEEE single precision: the default.</summary>
    Float32 = 6,

    /// <summary>IEEE double precision: used to check gradients.</summary>
    Float64 = 7,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 11,

    /// <summary>The upper half of a single: 8 bits of exponent, 7 of mantissa.</summary>
    BFloat16 = 15,
}

/// <summary>How the elements lie in memory.</summary>
public enum MemoryFormat
{
    /// <summary>The last axis varies fastest.</summary>
    Contiguous = 0,

    /// <summary>As in the source tensor.</summary>
    Preserve = 1,

    /// <summary>Of a tensor (N, C, H, W): the channel varies fastest, memory N, H, W, C.</summary>
    ChannelsLast = 2,
}
