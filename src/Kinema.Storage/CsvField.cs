namespace Kinema.Storage;

/// <summary>A field of a CSV that Kinema writes (RFC 4180).</summary>
public static class CsvField
{
    /// <summary>The text, in quotation marks where it holds a comma, a quotation mark or the end of a line.</summary>
    /// <param name="text">Any text.</param>
    public static string Quoted(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}
