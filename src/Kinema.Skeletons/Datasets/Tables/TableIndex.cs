using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>Rows of one clip that follow each other in a table.</summary>
/// <param name="Table">The table's number.</param>
/// <param name="Offset">Where they begin, in bytes.</param>
/// <param name="Length">How many bytes they are.</param>
/// <param name="Line">The number of the first row's line.</param>
internal readonly record struct TableRun(int Table, long Offset, int Length, int Line);

/// <summary>A clip of a table: its rows, and what the first of them says about it.</summary>
internal sealed class IndexedClip(string name, ClipMarks marks)
{
    public string Name => name;

    public ClipMarks Marks => marks;

    public List<TableRun> Runs { get; } = [];

    public long Bytes => Runs.Sum(run => (long)run.Length);
}

/// <summary>
/// Reads a table once and notes where the rows of every clip lie, so that clips can be read one by one though the table is larger than
/// memory. Neither coordinates nor frames are looked at.
/// </summary>
internal sealed class TableIndex(SkeletonLayout? layout)
{
    /// <summary>Stretches of rows of one clip, in all tables together.</summary>
    private const int MostRuns = 2_000_000;

    private const int Chunk = 1 << 20;
    private readonly Dictionary<string, IndexedClip> clips = new(StringComparer.Ordinal);
    private readonly byte[] buffer = new byte[Chunk + TableText.LongestLine];
    private int runs;

    /// <summary>What the columns of each table are.</summary>
    public List<TableSchema> Schemas { get; } = [];

    /// <summary>The clips in the order they are met.</summary>
    public List<IndexedClip> Clips { get; } = [];

    /// <summary>Adds the clips of one more table.</summary>
    public void Add(Stream stream, string where)
    {
        var table = Schemas.Count;
        var (offset, number, filled, first) = (0L, 1, 0, true);    // of the buffer's beginning
        TableSchema? schema = null;
        IndexedClip? current = null;
        byte[] key = [];
        for (var ended = false; !ended;)
        {
            var count = stream.Read(buffer, filled, buffer.Length - filled);
            ended = count == 0;
            filled += count;
            var rest = (ReadOnlySpan<byte>)buffer.AsSpan(0, filled);
            if (first)
            {
                if (filled < 3 && !ended)
                    continue;                                  // a byte order mark may come yet
                var content = TableText.Content(rest, where);
                (offset, first) = (rest.Length - content.Length, false);
                rest = content;
            }
            while (rest.Length > 0)
            {
                var end = rest.IndexOf((byte)'\n');
                if (end < 0 && !ended)
                    break;
                var length = end < 0 ? rest.Length : end + 1;
                if (length > TableText.LongestLine)
                    throw Refusal.At(where, number, $"the line has more than 1 MiB: this is no table");
                Line(rest[..length].TrimEnd((byte)'\n'), length);
                rest = rest[length..];
                offset += length;
                number++;
            }
            if (rest.Length > TableText.LongestLine)
                throw Refusal.At(where, number, $"the line has more than 1 MiB: this is no table");
            rest.CopyTo(buffer);
            filled = rest.Length;
        }
        Schemas.Add(schema ?? throw new KinemaException(ExitCode.Data, $"{where}: the file is empty"));

        void Line(ReadOnlySpan<byte> line, int length)
        {
            if (TableText.IsBlank(line))
                return;
            if (schema is null)
            {
                schema = TableSchema.Read(line, number, layout, where);
                layout ??= schema.Layout;
                if (!schema.Has(ColumnKind.Clip))
                    throw Refusal.At(where, number, $"a table of many clips has a column 'clip'");
                return;
            }
            var clip = ClipOf(line, schema);
            if (clip.Length == 0)
                throw Refusal.At(where, number, $"the clip has no name");
            if (current is null || !clip.SequenceEqual(key))
            {
                key = clip.ToArray();
                current = Find(TableText.Text(clip, where, number), line, schema, where, number);
            }
            Extend(current, new TableRun(table, offset, length, number), where);
        }
    }

    private static ReadOnlySpan<byte> ClipOf(ReadOnlySpan<byte> line, TableSchema schema)
    {
        var fields = new FieldReader(line, schema.Delimiter);
        for (var i = 0; fields.MoveNext() && i < schema.Columns.Length; i++)
        {
            if (schema.Columns[i].Kind == ColumnKind.Clip)
                return fields.Current;
        }
        return [];
    }

    private IndexedClip Find(string name, ReadOnlySpan<byte> line, TableSchema schema, string where, int number)
    {
        if (clips.TryGetValue(name, out var known))
        {
            return known.Runs[0].Table == Schemas.Count
                ? known
                : throw Refusal.At(where, number, $"clip '{OneLine.Of(name)}' is in another table too");
        }
        if (name.Any(char.IsControl))
            throw Refusal.At(where, number, $"the clip's name '{OneLine.Of(name)}' has a control character");
        var clip = new IndexedClip(name, MarksOf(line, schema, where, number));
        clips.Add(name, clip);
        Clips.Add(clip);
        return clip;
    }

    private static ClipMarks MarksOf(ReadOnlySpan<byte> line, TableSchema schema, string where, int number)
    {
        var marks = ClipMarks.None;
        var fields = new FieldReader(line, schema.Delimiter);
        for (var i = 0; fields.MoveNext() && i < schema.Columns.Length; i++)
        {
            if (fields.Current.Length == 0)
                continue;
            marks = schema.Columns[i].Kind switch
            {
                ColumnKind.Label => marks with { Label = TableText.Text(fields.Current, where, number) },
                ColumnKind.Subject => marks with { Subject = TableText.Text(fields.Current, where, number) },
                ColumnKind.Camera => marks with { Camera = TableText.Text(fields.Current, where, number) },
                ColumnKind.Setup => marks with { Setup = TableText.Text(fields.Current, where, number) },
                ColumnKind.Split => marks with { Split = TableText.Text(fields.Current, where, number) },
                _ => marks,
            };
        }
        return marks;
    }

    private void Extend(IndexedClip clip, TableRun row, string where)
    {
        if (clip.Runs.Count > 0 && clip.Runs[^1] is var last && last.Table == row.Table && last.Offset + last.Length == row.Offset
            && last.Length + (long)row.Length <= ClipLimits.Bytes)
        {
            clip.Runs[^1] = last with { Length = last.Length + row.Length };
            return;
        }
        if (++runs > MostRuns)
        {
            throw Refusal.At(where, row.Line,
                $"the rows of one clip do not lie together (more than {MostRuns} stretches): sort the table by clip");
        }
        clip.Runs.Add(row);
    }
}
