using System.Text;

namespace Kinema.Skeletons.Datasets;

/// <summary>Text of a file that nobody checked yet, fit for one line of a message.</summary>
internal static class OneLine
{
    private const int Longest = 60;

    public static string Of(ReadOnlySpan<char> text)
    {
        var line = new StringBuilder(Math.Min(text.Length, Longest) + 1);
        foreach (var c in text[..Math.Min(text.Length, Longest)])
            line.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return text.Length > Longest ? line.Append('…').ToString() : line.ToString();
    }

    public static string Of(ReadOnlySpan<byte> utf8) => Of(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, 4 * Longest)]));

    /// <summary>The first names of a list, and how many more there are.</summary>
    public static string Some(IReadOnlyCollection<string> names, int most = 3) =>
        string.Join(", ", names.Take(most).Select(name => Of(name)))
        + (names.Count > most ? FormattableString.Invariant($" and {names.Count - most} more") : "");
}
