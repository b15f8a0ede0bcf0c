using System.Globalization;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>Reads a decimal number as the float nearest to it, ties to even: quickly for the numbers that occur, slowly for all others.</summary>
internal static class NtuNumber
{
    private const double SmallestNormal = 1.17549435082228750797e-38;

    /// <summary>Reads the number at a place, up to the next blank.</summary>
    /// <param name="line">The text.</param>
    /// <param name="at">Where the number begins; moved behind it if it is one.</param>
    /// <param name="value">The number; NaN and infinity are numbers here.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, ref int at, out float value)
    {
        var rest = line[Math.Min(at, line.Length)..];
        if (PlainNumber.TryRead(rest, out var nearest, out var length) && (length == rest.Length || rest[length] <= ' '))
        {
            // Rounding the nearest double again is right unless it lies just between two floats: then the number itself may lie on either side.
            if ((BitConverter.DoubleToUInt64Bits(nearest) & 0x1FFF_FFFF) != 0x1000_0000 && (Math.Abs(nearest) >= SmallestNormal || nearest == 0))
            {
                value = (float)nearest;
                at += length;
                return true;
            }
        }
        return TryReadSlowly(line, ref at, out value);
    }

    private static bool TryReadSlowly(ReadOnlySpan<byte> line, ref int at, out float value)
    {
        var end = at;
        while ((uint)end < (uint)line.Length && line[end] > ' ')
            end++;
        if (!float.TryParse(line[at..end], NumberStyles.Float, CultureInfo.InvariantCulture, out value))
            return false;
        at = end;
        return true;
    }
}
