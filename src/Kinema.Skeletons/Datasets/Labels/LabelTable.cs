using Kinema.Skeletons.Datasets.Tables;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Labels;

/// <summary>A row of a list: its fields in the order of the columns that were asked for; null where one is empty or not there.</summary>
internal readonly record struct LabelRow(string?[] Fields, int Line);

/// <summary>Reads small tables of texts: lists of labels, of classes, of splits.</summary>
internal static class LabelTable
{
    public static bool IsYaml(string path) =>
        path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    /// <summary>A file of at most 16 MiB.</summary>
    public static byte[] ReadAll(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return ClipLimits.ReadAll(stream, path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: no such file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The rows of a table whose first line names its columns.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="source">Its path, for messages.</param>
    /// <param name="columns">Those that are known, in the order of the fields.</param>
    /// <param name="required">Those that must be there.</param>
    /// <exception cref="KinemaException">A column is missing, twice or unknown, or a row has another number of fields.</exception>
    public static IReadOnlyList<LabelRow> Read(ReadOnlySpan<byte> utf8, string source, string[] columns, string[] required)
    {
        var rest = TableText.Content(utf8, source);
        int[]? places = null;                                  // of a field of the file: the column, -1 for none
        byte delimiter = 0;
        var rows = new List<LabelRow>();
        for (var number = 1; TableText.NextLine(ref rest, out var line); number++)
        {
            if (TableText.IsBlank(line))
                continue;
            if (places is null)
            {
                delimiter = TableText.DelimiterOf(line);
                places = Places(Texts(line, delimiter, source, number), columns, required, source, number);
                continue;
            }
            var texts = Texts(line, delimiter, source, number);
            if (texts.Count != places.Length)
                throw Refusal.At(source, number, $"{texts.Count} fields; the first line has {places.Length}");
            var fields = new string?[columns.Length];
            for (var i = 0; i < texts.Count; i++)
            {
                if (places[i] >= 0 && texts[i].Length > 0)
                    fields[places[i]] = texts[i];
            }
            rows.Add(new LabelRow(fields, number));
        }
        return places is not null
            ? rows
            : throw Refusal.Data($"{source}: the file is empty; its first line names its columns: {string.Join(",", columns)}");
    }

    private static int[] Places(List<string> header, string[] columns, string[] required, string source, int line)
    {
        var places = header.Select(name => Array.IndexOf(columns, name.ToLowerInvariant())).ToArray();
        var missing = required.FirstOrDefault(name => !places.Contains(Array.IndexOf(columns, name)));
        if (missing is not null)
        {
            throw Refusal.At(source, line,
                $"no column '{missing}': the first line names the columns, {string.Join(",", columns)}; it is '{OneLine.Of(string.Join(",", header))}'");
        }
        var unknown = header.Where((_, i) => places[i] < 0).ToList();
        if (unknown.Count > 0)
        {
            var nearest = Suggestion.For(unknown[0], columns);
            throw Refusal.At(source, line, $"unknown column '{OneLine.Of(unknown[0])}'{nearest}: known are {string.Join(", ", columns)}");
        }
        var twice = places.GroupBy(place => place).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? places : throw Refusal.At(source, line, $"column '{columns[twice.Key]}' is there twice");
    }

    private static List<string> Texts(ReadOnlySpan<byte> line, byte delimiter, string source, int number)
    {
        var texts = new List<string>();
        var fields = new FieldReader(line, delimiter);
        while (fields.MoveNext())
            texts.Add(TableText.Text(fields.Current, source, number));
        return fields.IsBroken
            ? throw Refusal.At(source, number, $"a double quote is not closed, or something stands behind a closed one")
            : texts;
    }
}
