using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kinema.Storage;

namespace Kinema.Runs;

/// <summary>
/// The JSON of a run folder: keys and enum values in snake_case, absent values left out, one schema name and version per document.
/// </summary>
internal static class RunJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public static void Save<T>(string path, T document) =>
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(document, Options) + "\n");

    /// <summary>Reads a document.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Data"/>: missing, unreadable, or not such a document.</exception>
    public static T Load<T>(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<T>(stream, Options) ?? throw new JsonException("the file holds null");
        }
        catch (JsonException error)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: is damaged: {error.Message.ReplaceLineEndings(" ")}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }
}
