using System.Globalization;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>
/// What the columns of a table hold, told from its header or, where there is none, from their number. Either every joint has columns of its
/// own (wide), or a row is about the joint it names (long).
/// </summary>
internal sealed class TableSchema
{
    /// <summary>Longer fields are no names of columns.</summary>
    private const int LongestName = 64;

    private TableSchema(byte delimiter, bool hasHeader, TableColumn[] columns, SkeletonLayout layout)
    {
        (Delimiter, HasHeader, Columns, Layout) = (delimiter, hasHeader, columns, layout);
        Names = new JointNames(layout);
        IsLong = Has(ColumnKind.Joint);
    }

    public byte Delimiter { get; }

    /// <summary>Whether the first line is no data.</summary>
    public bool HasHeader { get; }

    public TableColumn[] Columns { get; }

    /// <summary>The joints of the rows.</summary>
    public SkeletonLayout Layout { get; }

    public JointNames Names { get; }

    /// <summary>Whether a row is about one joint.</summary>
    public bool IsLong { get; }

    public bool Has(ColumnKind kind) => Columns.Any(column => column.Kind == kind);

    /// <summary>Whether a first line is a header that names a clip column, so that one table holds many clips.</summary>
    public static bool HoldsManyClips(ReadOnlySpan<byte> line)
    {
        var fields = new FieldReader(line, TableText.DelimiterOf(line));
        while (fields.MoveNext())
        {
            if (fields.Current.Length < LongestName && TableColumn.KindOf(System.Text.Encoding.UTF8.GetString(fields.Current)) == ColumnKind.Clip)
                return true;
        }
        return false;
    }

    /// <summary>Whether a first line may be that of a table, as a sentence is not: fields that are all numbers, or two that are named like columns.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> line)
    {
        var (count, numbers, known) = (0, 0, 0);
        var fields = new FieldReader(line, TableText.DelimiterOf(line));
        for (; fields.MoveNext(); count++)
        {
            if (TableText.IsMissing(fields.Current) || PlainNumber.TryParse(fields.Current, out _))
                numbers++;
            else if (fields.Current.Length < LongestName && System.Text.Encoding.UTF8.GetString(fields.Current) is var name
                && (TableColumn.KindOf(name) != ColumnKind.Ignored || TableColumn.Split(name) is not null))
                known++;
        }
        return count > 1 && (numbers == count || known > 1);
    }

    /// <summary>Reads the first line of a table.</summary>
    /// <param name="line">The line.</param>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="layout">The joints; null takes a built-in layout of exactly the joints that are named.</param>
    /// <param name="where">The file, for messages.</param>
    /// <exception cref="KinemaException">The columns do not give every coordinate of every joint once.</exception>
    public static TableSchema Read(ReadOnlySpan<byte> line, int number, SkeletonLayout? layout, string where)
    {
        if (line.Length > TableText.LongestLine)
            throw Refusal.At(where, number, $"the line has more than 1 MiB: this is no table");
        var delimiter = TableText.DelimiterOf(line);
        var names = new List<string>();
        var isHeader = false;
        var fields = new FieldReader(line, delimiter);
        while (fields.MoveNext())
        {
            isHeader |= !TableText.IsMissing(fields.Current) && !PlainNumber.TryParse(fields.Current, out _);
            names.Add(TableText.Text(fields.Current, where, number));
        }
        if (fields.IsBroken)
            throw Refusal.At(where, number, $"a double quote is not closed, or something stands behind a closed one");
        var columns = isHeader ? Named(names, ref layout, where, number) : Counted(names.Count, layout, where, number);
        var schema = new TableSchema(delimiter, isHeader, columns, layout!);
        schema.Check(where, number);
        return schema;
    }

    private static TableColumn[] Counted(int count, SkeletonLayout? layout, string where, int number)
    {
        if (layout is null)
            throw Refusal.At(
                where, number, $"there is no header, so the {count} columns do not say what they are: name the layout with --layout, or write a header");
        var (v, dimensions) = (layout.JointCount, layout.Dimensions);
        var extra = count % (v * dimensions) == 1 ? 1 : 0;
        var (numbers, width) = (count - extra, (count - extra) / v);
        if (numbers % v != 0 || (width != dimensions && width != dimensions + 1))
        {
            var wanted = FormattableString.Invariant($"{v} joints × {dimensions} coordinates of layout {layout.Name} = {v * dimensions}");
            var more = FormattableString.Invariant($"one more where a frame number comes first; {v * (dimensions + 1)} with a confidence for every joint");
            throw Refusal.At(where, number, $"there is no header, and {count} columns are not {wanted} ({more})");
        }
        var columns = new TableColumn[count];
        if (extra == 1)
            columns[0] = new TableColumn("1", ColumnKind.Frame);
        for (var i = extra; i < count; i++)
        {
            var (joint, slot) = ((i - extra) / width, (i - extra) % width);
            var name = (i + 1).ToString(CultureInfo.InvariantCulture);
            columns[i] = new TableColumn(name, ColumnKind.Value, joint, slot == dimensions ? TableColumn.Score : slot);
        }
        return columns;
    }

    private static TableColumn[] Named(List<string> names, ref SkeletonLayout? layout, string where, int number)
    {
        var columns = names.Select(name => new TableColumn(name, TableColumn.KindOf(name))).ToArray();
        var isLong = columns.Any(column => column.Kind == ColumnKind.Joint);
        var parts = names.Select((name, i) => columns[i].Kind == ColumnKind.Ignored ? TableColumn.Split(name) : null).ToArray();
        if (isLong)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                if (columns[i].Kind == ColumnKind.Ignored && TableColumn.SlotOf(names[i]) is { } slot)
                    columns[i] = columns[i] with { Kind = ColumnKind.Value, Slot = slot };
            }
            if (layout is null)
                throw Refusal.At(where, number, $"a table with one joint a row does not say how its joints hang together: name the layout with --layout");
            return columns;
        }
        string[] told = [.. parts.OfType<(string Joint, int Slot)>().Select(part => part.Joint).Distinct(StringComparer.Ordinal)];
        const string unknown = "the joints of the header are those of no built-in layout, or of several: "
            + "name the layout with --layout, a YAML file of your own if need be";
        layout ??= JointNames.Guess(told) ?? throw Refusal.At(where, number, $"{unknown}; the header has {OneLine.Some(told, 5)}");
        var joints = new JointNames(layout);
        var first = parts.Min(part => part is { } named && joints.Named(named.Joint) is null ? JointNames.Number(named.Joint) : null);
        for (var i = 0; i < columns.Length; i++)
        {
            if (parts[i] is not { } part)
                continue;
            // Numbered joints count from 0 or from 1: a header that begins with joint 1 has all of them up to V.
            var joint = joints.Named(part.Joint) ?? JointNames.Number(part.Joint) - (first == 1 ? 1 : 0);
            if (joint < layout.JointCount)
                columns[i] = columns[i] with { Kind = ColumnKind.Value, Joint = joint.Value, Slot = part.Slot };
            else if (part.Slot < TableColumn.Score && JointNames.Number(part.Joint) is not null)
                throw Refusal.At(where, number, $"column '{OneLine.Of(names[i])}': layout {layout.Name} has {layout.JointCount} joints");
        }
        return columns;
    }

    // Every coordinate of every joint once, every other kind at most once; nothing is quietly taken for something else.
    private void Check(string where, int number)
    {
        foreach (var group in Columns.Where(column => column.Kind != ColumnKind.Ignored).GroupBy(column => (column.Kind, column.Joint, column.Slot)))
        {
            if (group.Count() > 1)
                throw Refusal.At(where, number, $"columns '{OneLine.Of(group.First().Name)}' and '{OneLine.Of(group.ElementAt(1).Name)}' mean the same");
        }
        if (IsLong && !Has(ColumnKind.Frame))
            throw Refusal.At(where, number, $"a table with one joint a row needs a column 'frame'");
        var given = Columns.Where(column => column.Kind == ColumnKind.Value).Select(column => (column.Joint, column.Slot)).ToHashSet();
        var missing = new List<string>();
        foreach (var joint in IsLong ? [-1] : Enumerable.Range(0, Layout.JointCount))
        {
            for (var axis = 0; axis < Layout.Dimensions; axis++)
            {
                if (!given.Contains((joint, axis)))
                    missing.Add(joint < 0 ? $"{"xyz"[axis]}" : $"{Layout.Joints[joint]}.{"xyz"[axis]}");
            }
        }
        if (missing.Count > 0)
        {
            var unknown = Columns.Where(column => column.Kind == ColumnKind.Ignored).Select(column => column.Name).ToList();
            var others = unknown.Count > 0 ? $"; not understood: {OneLine.Some(unknown)}" : "";
            var joints = FormattableString.Invariant($"{Layout.JointCount} joints of {Layout.Dimensions} coordinates");
            throw Refusal.At(where, number, $"no column for {OneLine.Some(missing)} of layout {Layout.Name}, which has {joints}{others}");
        }
    }
}
