using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Kinema.Cli;

/// <summary>
/// Results for scripts: one document with <c>schema</c> (what it is) and <c>version</c> (grows when a key changes its meaning or goes),
/// keys in snake_case, numbers that JSON cannot hold (NaN, infinity) as null.
/// </summary>
internal static class Json
{
    private static readonly JsonSerializerOptions Indented = Options(indented: true), OneLine = Options(indented: false);

    /// <summary>Writes the one document of a command.</summary>
    /// <param name="terminal">Its stdout takes the text.</param>
    /// <param name="schema">What the document is, such as <c>kinema.doctor</c>.</param>
    /// <param name="content">An object whose properties become the keys beside schema and version.</param>
    public static void Write(Terminal terminal, string schema, object content) => terminal.Out.WriteLine(Text(schema, content, Indented));

    /// <summary>Writes one object of a stream on a line of its own, at once.</summary>
    /// <inheritdoc cref="Write"/>
    public static void WriteLine(Terminal terminal, string schema, object content)
    {
        terminal.Out.WriteLine(Text(schema, content, OneLine));
        terminal.Out.Flush();
    }

    private static string Text(string schema, object content, JsonSerializerOptions options)
    {
        var document = JsonSerializer.SerializeToNode(content, options)!.AsObject();
        document.Insert(0, "schema", JsonValue.Create(schema));
        document.Insert(1, "version", JsonValue.Create(1));
        return document.ToJsonString(options);
    }

    private static JsonSerializerOptions Options(bool indented) => new(JsonSerializerDefaults.General)
    {
        WriteIndented = indented,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteOrNull(), new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    private sealed class FiniteOrNull : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) { writer.WriteNumberValue(value); } else { writer.WriteNullValue(); }
        }
    }
}
