using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kinema.Recipes;

/// <summary>A recipe as text: the canonical YAML of <c>config.yaml</c>, which reads back to the same recipe, and JSON.</summary>
public static partial class RecipeText
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every key with its value, in the order of <see cref="RecipeKeys.All"/>. Equal recipes give equal text.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="remark">Text to put behind a key as a comment (e.g. where its value came from), or null for none.</param>
    public static string ToYaml(Recipe recipe, Func<RecipeKey, string?>? remark = null)
    {
        var text = new StringBuilder();
        string[] open = [];
        foreach (var key in RecipeKeys.All)
        {
            var names = key.Path.Split('.');
            var common = open.Zip(names[..^1]).TakeWhile(pair => pair.First == pair.Second).Count();
            for (var depth = common; depth < names.Length - 1; depth++)
                text.Append(' ', 2 * depth).Append(names[depth]).Append(":\n");
            open = names[..^1];
            text.Append(' ', 2 * open.Length).Append(names[^1]).Append(": ").Append(key.Text(recipe));
            text.Append(remark?.Invoke(key) is { } note ? $"  # {note.ReplaceLineEndings(" ")}\n" : "\n");
        }

        return text.ToString();
    }

    /// <summary>The recipe as one JSON object, nested as the YAML is.</summary>
    /// <param name="json">Where to write the object's value.</param>
    /// <param name="recipe">The recipe.</param>
    public static void WriteJson(Utf8JsonWriter json, Recipe recipe)
    {
        string[] open = [];
        json.WriteStartObject();
        foreach (var key in RecipeKeys.All)
        {
            var names = key.Path.Split('.');
            var common = open.Zip(names[..^1]).TakeWhile(pair => pair.First == pair.Second).Count();
            for (var depth = open.Length; depth > common; depth--)
                json.WriteEndObject();
            for (var depth = common; depth < names.Length - 1; depth++)
                json.WriteStartObject(names[depth]);
            open = names[..^1];
            json.WritePropertyName(names[^1]);
            WriteValue(json, key.Get(recipe));
        }

        for (var depth = open.Length; depth >= 0; depth--)
            json.WriteEndObject();
    }

    /// <summary>The recipe as indented JSON text.</summary>
    public static string ToJson(Recipe recipe)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            WriteJson(json, recipe);
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    /// <summary>One value as YAML on one line: plain where it reads back unchanged, else in double quotes. Numbers are exact.</summary>
    internal static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Enum choice => choice.ToString().ToLowerInvariant(),
        IReadOnlyList<int> list => $"[{string.Join(", ", list.Select(number => Scalar(number)))}]",
        string text => NeedsNoQuotes().IsMatch(text) && !Reserved().IsMatch(text) ? text : JsonSerializer.Serialize(text, Readable),
        _ => throw new ArgumentException($"a recipe holds no {value.GetType().Name}", nameof(value)),
    };

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null: json.WriteNullValue(); break;
            case bool flag: json.WriteBooleanValue(flag); break;
            case int number: json.WriteNumberValue(number); break;
            case double number: json.WriteNumberValue(number); break;
            case IReadOnlyList<int> list:
                json.WriteStartArray();
                foreach (var number in list)
                    json.WriteNumberValue(number);
                json.WriteEndArray();
                break;
            case Enum: json.WriteStringValue(Scalar(value)); break;
            default: json.WriteStringValue((string)value); break;
        }
    }

    [GeneratedRegex(@"\A[A-Za-z/](?:[A-Za-z0-9._/ -]*[A-Za-z0-9._/-])?\z")]
    private static partial Regex NeedsNoQuotes();

    /// <summary>Words some YAML reader takes for something other than text.</summary>
    [GeneratedRegex(@"\A(?:null|true|false|yes|no|on|off|y|n)\z", RegexOptions.IgnoreCase)]
    private static partial Regex Reserved();
}
