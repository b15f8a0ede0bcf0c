namespace Kinema.Storage;

/// <summary>
/// Conversion between float and bfloat16, kept as its 16 bits: the sign, the exponent and the first 7 bits of the fraction of a float.
/// </summary>
public static class BFloat16Bits
{
    /// <summary>The float these bits stand for; exact.</summary>
    public static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>The nearest bfloat16, ties to even; NaN stays NaN, values past the largest become infinite.</summary>
    public static ushort FromSingle(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return (ushort)((bits >> 16) | 0x0040);       // rounding could carry a NaN's fraction into infinity
        }

        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
