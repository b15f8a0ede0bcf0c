using System.Buffers.Text;

namespace Kinema.Skeletons.Datasets;

/// <summary>Reads decimal numbers as the double nearest to them: quickly those without an exponent and of few digits, as files are full of.</summary>
internal static class PlainNumber
{
    private const int MostDigits = 19;                     // that 64 bits are sure to hold

    // Every power of ten that a double holds exactly and MostDigits decimals may need.
    private static readonly double[] Powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19];

    /// <summary>
    /// Reads digits, with a sign and a point or without, as far as they go. What is behind them is the caller's business: an exponent there
    /// makes it another number.
    /// </summary>
    /// <param name="text">Begins with the number.</param>
    /// <param name="value">The double nearest to it.</param>
    /// <param name="length">Its bytes.</param>
    /// <returns>False if there are no digits, or too many for this way.</returns>
    public static bool TryRead(ReadOnlySpan<byte> text, out double value, out int length)
    {
        var i = 0;
        var negative = false;
        if (text.Length > 0 && text[0] is (byte)'-' or (byte)'+')
            negative = text[i++] == '-';
        var mantissa = 0UL;
        var first = i;
        i = Digits(text, i, ref mantissa);
        var (count, decimals) = (i - first, 0);
        if ((uint)i < (uint)text.Length && text[i] == '.')
        {
            first = ++i;
            i = Digits(text, i, ref mantissa);
            decimals = i - first;
            count += decimals;
        }
        length = i;
        if (count is 0 or > MostDigits || mantissa > 1UL << 53)
        {
            value = 0;
            return false;
        }
        // m/10^d with both exact, so that the quotient is rounded once and is the nearest double.
        value = mantissa / Powers[decimals];
        if (negative)
            value = -value;
        return true;
    }

    /// <summary>Reads a field that is nothing but a number: an exponent, NaN and infinity are allowed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> field, out double value) =>
        (TryRead(field, out value, out var length) && length == field.Length)
        || (Utf8Parser.TryParse(field, out value, out length) && length == field.Length);

    private static int Digits(ReadOnlySpan<byte> text, int i, ref ulong mantissa)
    {
        for (; (uint)i < (uint)text.Length; i++)
        {
            var digit = (uint)text[i] - '0';
            if (digit > 9)
                break;
            mantissa = mantissa * 10 + digit;              // wraps round where there are too many, and is not used then
        }
        return i;
    }
}
