using System.Globalization;
using Kinema.Storage;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kinema.Recipes;

/// <summary>
/// Readers from a YAML node to a typed value, one per kind of value. Numbers and booleans are read by YAML 1.2's rules, so <c>1e-4</c> is a
/// number and <c>no</c> is text; a number in quotes is text.
/// </summary>
internal static class RecipeValues
{
    private delegate bool Parser<T>(string text, out T value);

    public static (string Allowed, RecipeValueReader Read) Integer(int least, int most, string unit = "", int multipleOf = 1)
    {
        var allowed = $"a whole number from {least} to {most}" + (multipleOf > 1 ? $", a multiple of {multipleOf}" : "") + In(unit);
        return (allowed, Plain<int>(allowed, TryInteger, value => value >= least && value <= most && value % multipleOf == 0));
    }

    public static (string Allowed, RecipeValueReader Read) Number(double least, double most, string unit = "", bool above = false,
        bool below = false)
    {
        var (from, to) = (above ? "above" : "from", below ? "to below" : "to");
        var allowed = $"a number {from} {RecipeText.Scalar(least)} {to} {RecipeText.Scalar(most)}{In(unit)}";
        return (allowed, Plain<double>(allowed, TryNumber,
            value => (above ? value > least : value >= least) && (below ? value < most : value <= most)));
    }

    public static (string Allowed, RecipeValueReader Read) Flag() =>
        ("true or false", Plain<bool>("true or false", TryFlag, _ => true));

    public static (string Allowed, RecipeValueReader Read) Text(string allowed, Func<string, bool>? suits = null)
    {
        return (allowed, Read);

        bool Read(YamlNode node, out object? value, out string fault)
        {
            value = (node as YamlScalarNode)?.Value;
            var good = value is string text && !IsNull(node) && (suits is null || suits(text));
            fault = good ? "" : $"must be {allowed}; got {Found(node)}";
            return good;
        }
    }

    public static (string Allowed, RecipeValueReader Read) Choice<T>(string[] names, Func<int, T> choice)
    {
        var allowed = string.Join(" or ", names);
        return (allowed, Read);

        bool Read(YamlNode node, out object? value, out string fault)
        {
            var index = node is YamlScalarNode { Value: { } text } ? Array.IndexOf(names, text) : -1;
            value = index < 0 ? null : choice(index);
            fault = index < 0 ? $"must be {allowed}; got {Found(node)}{Hint(node, names)}" : "";
            return index >= 0;
        }
    }

    /// <summary>A choice among names that stay text.</summary>
    public static (string Allowed, RecipeValueReader Read) Choice(params string[] names) => Choice(names, index => names[index]);

    /// <summary>A choice among the values of an enum, by their names in lower case.</summary>
    public static (string Allowed, RecipeValueReader Read) Choice<T>()
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        return Choice([.. values.Select(value => RecipeText.Scalar(value))], index => values[index]);
    }

    public static (string Allowed, RecipeValueReader Read) Rising(int least, int most, string unit)
    {
        var allowed = $"a rising list of whole numbers from {least} to {most}{In(unit)}, e.g. [35, 55]";
        return (allowed, Read);

        bool Read(YamlNode node, out object? value, out string fault)
        {
            var list = new List<int>();
            var good = node is YamlSequenceNode;
            foreach (var item in (node as YamlSequenceNode)?.Children ?? [])
            {
                good &= item is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } && TryInteger(text, out var number)
                    && number >= (list.Count == 0 ? least : list[^1] + 1) && number <= most && Add(list, number);
            }

            (value, fault) = (list.AsReadOnly(), good ? "" : $"must be {allowed}; got {Found(node)}");
            return good;
        }
    }

    /// <summary>The same kind of value, or <c>null</c> for "not given".</summary>
    public static (string Allowed, RecipeValueReader Read) Optional((string Allowed, RecipeValueReader Read) kind)
    {
        return ($"{kind.Allowed}, or null", Read);

        bool Read(YamlNode node, out object? value, out string fault)
        {
            value = null;
            var good = IsNull(node) || kind.Read(node, out value, out _);
            fault = good ? "" : $"must be {kind.Allowed}, or null; got {Found(node)}";
            return good;
        }
    }

    public static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" };

    /// <summary>What stands in the file, short enough for a message.</summary>
    public static string Found(YamlNode node) => node switch
    {
        _ when IsNull(node) => "nothing (null)",
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Short(scalar.Value!),
        YamlScalarNode scalar => $"the text \"{Short(scalar.Value!)}\"",
        YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode) => Short($"[{string.Join(", ", list.Children)}]"),
        YamlSequenceNode => "a list",
        _ => "a section",
    };

    private static RecipeValueReader Plain<T>(string allowed, Parser<T> parse, Func<T, bool> suits)
    {
        return Read;

        bool Read(YamlNode node, out object? value, out string fault)
        {
            if (node is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } && parse(text, out var parsed) && suits(parsed))
            {
                (value, fault) = (parsed, "");
                return true;
            }

            (value, fault) = (null, $"must be {allowed}; got {Found(node)}");
            return false;
        }
    }

    private static bool TryInteger(string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
            CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);

    private static bool TryFlag(string text, out bool value)
    {
        value = text is "true" or "True" or "TRUE";
        return value || text is "false" or "False" or "FALSE";
    }

    private static bool Add(List<int> list, int number)
    {
        list.Add(number);
        return true;
    }

    private static string Hint(YamlNode node, string[] names) =>
        node is YamlScalarNode { Value: { } text } && NearestName.Find(text, names) is { } near ? $"; did you mean {near}?" : "";

    private static string In(string unit) => unit.Length == 0 ? "" : $" ({unit})";

    private static string Short(string text) => text.Length <= 60 ? text : string.Concat(text.AsSpan(0, 57), "...");
}
