using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>
/// Columns of tables that mean nothing to us. They are left aside, since tables hold much that is none of our business; but a column that is
/// misspelt is left aside too, and nothing would tell that its clips have no subject.
/// </summary>
internal static class UnknownColumns
{
    /// <summary>One note for all tables; none where every column is understood.</summary>
    /// <param name="schemas">What their headers say.</param>
    /// <param name="paths">The tables, in the same order.</param>
    public static IEnumerable<DatasetFault> In(IReadOnlyList<TableSchema> schemas, IReadOnlyList<string> paths)
    {
        var known = TableColumn.KnownNames.ToArray();
        var first = schemas.Index().FirstOrDefault(schema => Of(schema.Item).Any());
        if (first.Item is null)
            yield break;
        string[] names = [.. schemas.SelectMany(Of).Distinct(StringComparer.Ordinal)];
        // A header may have a million columns, and one of them a million letters: the nearest name is looked for of some that might be a word.
        var told = names.Take(Compared).Select(name =>
            $"'{OneLine.Of(name)}'{(name.Length <= LongestWord ? Suggestion.For(JointNames.Normal(name), known) : "")}").ToList();
        // A name that is nearly one of ours first: the others may be meant to be passed over.
        told = [.. told.OrderByDescending(text => !text.EndsWith('\''))];
        yield return new DatasetFault(FaultSeverity.Note, "unknown-column",
            $"{paths[first.Index]}: {(names.Length == 1 ? "a column is" : "columns are")} not understood and left aside: {string.Join(", ", told.Take(Shown))}"
            + (names.Length > Shown ? FormattableString.Invariant($" and {names.Length - Shown} more") : ""));
    }

    private const int Shown = 5, Compared = 200, LongestWord = 40;

    private static IEnumerable<string> Of(TableSchema schema) =>
        schema.Columns.Where(column => column.Kind == ColumnKind.Ignored && column.Name.Trim().Length > 0).Select(column => column.Name.Trim());
}
