using System.Globalization;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>Reads a decimal number as the float nearest to it, ties to even: quickly for the numbers that occur, slowly for all others.</summary>
internal static class NtuNumber
{
    private const int MostDigits = 19;                     // that 64 bits are sure to hold
    private const double SmallestNormal = 1.17549435082228750797e-38;

    // Powers of ten that a double holds exactly.
    private static readonly double[] Powers =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>Reads the number at a place, up to the next blank.</summary>
    /// <param name="line">The text.</param>
    /// <param name="at">Where the number begins; moved behind it if it is one.</param>
    /// <param name="value">The number; NaN and infinity are numbers here.</param>
    public static bool TryRead(ReadOnlySpan<byte> line, ref int at, out float value)
    {
        var i = at;
        var negative = false;
        if ((uint)i < (uint)line.Length && line[i] is (byte)'-' or (byte)'+')
            negative = line[i++] == '-';
        var digits = 0UL;
        var first = i;
        i = Digits(line, i, ref digits);
        var count = i - first;
        var scale = 0;
        if ((uint)i < (uint)line.Length && line[i] == '.')
        {
            first = ++i;
            i = Digits(line, i, ref digits);
            scale = i - first;
            count += scale;
        }
        if (count is > 0 and <= MostDigits && digits <= 1UL << 53 && ((uint)i >= (uint)line.Length || line[i] <= ' '))
        {
            // Both are exact, so the quotient is the double nearest to the number, and rounding that again is right unless it lies just
            // between two floats: then the number itself may lie on either side.
            var quotient = digits / Powers[scale];
            if ((BitConverter.DoubleToUInt64Bits(quotient) & 0x1FFF_FFFF) != 0x1000_0000 && (quotient >= SmallestNormal || digits == 0))
            {
                value = negative ? -(float)quotient : (float)quotient;
                at = i;
                return true;
            }
        }
        return TryReadSlowly(line, ref at, out value);
    }

    private static int Digits(ReadOnlySpan<byte> line, int i, ref ulong digits)
    {
        for (; (uint)i < (uint)line.Length; i++)
        {
            var digit = (uint)line[i] - '0';
            if (digit > 9)
                break;
            digits = digits * 10 + digit;                  // wraps round where there are too many, and is not used then
        }
        return i;
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
