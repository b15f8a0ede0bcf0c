using System.Globalization;
using System.Numerics;
using System.Text;

namespace Kinema.Storage;

/// <summary>Text from a file that nobody checked yet, fit for one line of an error message.</summary>
internal static class Printable
{
    internal static string Of(string text)
    {
        const int longest = 80;
        var line = new StringBuilder(Math.Min(text.Length, longest) + 1);
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, longest)))
        {
            line.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        }

        return text.Length > longest ? line.Append('…').ToString() : line.ToString();
    }

    /// <summary>A whole number of a pickle may have hundreds of digits.</summary>
    internal static string Of(BigInteger number) => Of(number.ToString(CultureInfo.InvariantCulture));
}
