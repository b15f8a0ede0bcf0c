using System.Text.Json;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>What the JSON reader throws, as the one-line mistakes of a file that users see.</summary>
internal static class JsonFaults
{
    /// <summary>The refusal of a text that is no JSON, or holds a text that is not valid UTF-8; null for any other exception.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="where">What to call the text in messages.</param>
    /// <param name="line">The number of its first line, where it is a piece of a longer text.</param>
    /// <example><code>catch (Exception error) when (JsonFaults.Of(error, where) is { } fault) { throw fault; }</code></example>
    public static KinemaException? Of(Exception error, string where, long line = 1) => error switch
    {
        JsonException json => new KinemaException(ExitCode.Data, FormattableString.Invariant(
            $"{where}: not valid JSON at line {json.LineNumber + line}, byte {json.BytePositionInLine + 1}: it is damaged or cut off"), json),
        InvalidOperationException text => new KinemaException(
            ExitCode.Data, $"{where}: a text in it is not valid UTF-8: the file is damaged", text),
        _ => null,
    };
}
