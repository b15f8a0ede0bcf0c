using System.Text;
using System.Text.Unicode;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>What all tables have in common: delimiters, numbers, texts, and how their faults are told.</summary>
internal static class TableText
{
    /// <summary>The longest line that is believed: some 40,000 numbers.</summary>
    public const int LongestLine = 1 << 20;

    private static readonly string[] MissingWords = ["nan", "na", "n/a", "null", "none", "-"];

    /// <summary>The delimiter of a table, told from its first line: the tab, semicolon or comma there are most of outside of quotes.</summary>
    public static byte DelimiterOf(ReadOnlySpan<byte> line)
    {
        var (tabs, semicolons, commas, quoted) = (0, 0, 0, false);
        foreach (var b in line)
        {
            quoted ^= b == '"';
            if (quoted)
                continue;
            tabs += b == '\t' ? 1 : 0;
            semicolons += b == ';' ? 1 : 0;
            commas += b == ',' ? 1 : 0;
        }
        return (byte)(tabs > 0 && tabs >= semicolons && tabs >= commas ? '\t' : semicolons > 0 && 2 * semicolons >= commas ? ';' : ',');
    }

    /// <summary>Refuses text in another encoding than UTF-8, of which only the first bytes are looked at; skips a byte order mark.</summary>
    public static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> bytes, string where)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            throw new KinemaException(ExitCode.Data, $"{where}: is UTF-16 text; save it as UTF-8");
        return bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
    }

    /// <summary>Whether a line says nothing: it is empty, or a comment that begins with #.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line)
    {
        var text = line.Trim(" \t\r"u8);
        return text.Length == 0 || text[0] == '#';
    }

    /// <summary>Takes the next line off a text; false at its end.</summary>
    public static bool NextLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        line = end < 0 ? rest : rest[..end];
        var any = rest.Length > 0;
        rest = end < 0 ? [] : rest[(end + 1)..];
        return any;
    }

    /// <summary>Whether a field is empty or a word for "no value": NaN, NA, N/A, null, none, -; in any case.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> field)
    {
        if (field.Length is 0 or > 4)
            return field.Length == 0;
        foreach (var word in MissingWords)
        {
            if (Ascii.EqualsIgnoreCase(field, word))
                return true;
        }
        return false;
    }

    /// <summary>Why a field is no number, with what to do about it.</summary>
    public static string NotANumber(ReadOnlySpan<byte> field) =>
        field.Contains((byte)',') && IsDecimalComma(field)
            ? $"'{OneLine.Of(field)}' has a decimal comma; write {OneLine.Of(field).Replace(',', '.')}, as programs outside of a spreadsheet do"
            : $"'{OneLine.Of(field)}' is not a number";

    /// <summary>The text of a field of a line, quotes inside undone.</summary>
    /// <exception cref="KinemaException">It is no UTF-8.</exception>
    public static string Text(ReadOnlySpan<byte> field, string where, int line)
    {
        if (!Utf8.IsValid(field))
            throw Refusal.At(where, line, $"'{OneLine.Of(field)}' is not valid UTF-8; save the file as UTF-8");
        return Encoding.UTF8.GetString(field).Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    private static bool IsDecimalComma(ReadOnlySpan<byte> field)
    {
        var at = field.IndexOf((byte)',');
        Span<byte> pointed = stackalloc byte[Math.Min(field.Length, 40)];
        field[..pointed.Length].CopyTo(pointed);
        if (at < pointed.Length)
            pointed[at] = (byte)'.';
        return PlainNumber.TryParse(pointed, out _);
    }
}
