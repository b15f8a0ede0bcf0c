using System.Runtime.InteropServices;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>
/// Gathers the rows of one clip. Rows come in any order: frames are sorted by their number or time, and a second row for the same frame,
/// person and joint is a fault. A field that is empty or a word for "no value" is a joint not seen, and so is one of confidence 0 or below
/// the least that is asked for.
/// </summary>
internal sealed class TableClip(TableSchema schema, double minimumScore, string where)
{
    private const int Slots = 4;                               // x, y, z, confidence
    private readonly int joints = schema.Layout.JointCount;
    private readonly Dictionary<(double Frame, int Person), int> rows = [];
    private readonly List<int> lines = [];                     // by row: where it was first met
    private readonly List<double> values = [];                 // [row][v][slot]
    private readonly Dictionary<string, int> persons = new(StringComparer.Ordinal);
    private readonly List<int> rowsOfPerson = [];
    private readonly HashSet<(int Row, int Joint)> taken = [];  // of a long table
    private ClipMarks marks = ClipMarks.None;
    private bool numberedJoints;                               // some joint was given by its number,
    private (bool Zero, bool Last) numbered;                   // and among these were 0 and V

    /// <summary>Adds a line; of the last of a file it is said that the file may be cut off there.</summary>
    public void Add(ReadOnlySpan<byte> line, int number, bool isLast = false)
    {
        Span<double> point = stackalloc double[Slots];
        point.Fill(double.NaN);
        var buffer = schema.IsLong ? point : Fresh();
        var (frame, person, joint) = (double.NaN, "", -1);
        var count = 0;
        var fields = new FieldReader(line, schema.Delimiter);
        for (; fields.MoveNext(); count++)
        {
            if (count >= schema.Columns.Length || fields.IsBroken)
                continue;
            var column = schema.Columns[count];
            var field = fields.Current;
            switch (column.Kind)
            {
                case ColumnKind.Value:
                    buffer[schema.IsLong ? column.Slot : column.Joint * Slots + column.Slot] = Number(field, column, number);
                    break;
                case ColumnKind.Frame:
                    frame = Number(field, column, number);
                    break;
                case ColumnKind.Person:
                    person = TableText.Text(field, where, number);
                    break;
                case ColumnKind.Joint:
                    joint = Joint(field, column, number);
                    break;
                case ColumnKind.Label or ColumnKind.Subject or ColumnKind.Camera or ColumnKind.Setup or ColumnKind.Split when field.Length > 0:
                    Mark(column, TableText.Text(field, where, number), number);
                    break;
            }
        }
        if (fields.IsBroken)
            throw Refusal.At(where, number, $"a double quote is not closed, or something stands behind a closed one; a field does not reach over its line");
        if (count != schema.Columns.Length)
        {
            var comma = count > schema.Columns.Length && schema.Delimiter == ',' ? " (a decimal comma cuts a number in two: write 1.5, not 1,5)" : "";
            var end = isLast && count < schema.Columns.Length ? "; the file ends here: was it cut off?" : "";
            throw Refusal.At(where, number, $"{count} fields; the first line has {schema.Columns.Length}{comma}{end}");
        }
        if (double.IsNaN(frame) && schema.Has(ColumnKind.Frame))
            throw Refusal.At(where, number, $"the frame has no number");
        Keep(frame, Person(person, number), joint, point, number);
    }

    private Span<double> Fresh()
    {
        RawClip.CheckSize(1, lines.Count + 1L, joints, where);
        CollectionsMarshal.SetCount(values, values.Count + joints * Slots);
        var row = CollectionsMarshal.AsSpan(values)[^(joints * Slots)..];
        row.Fill(double.NaN);
        return row;
    }

    private void Keep(double frame, int person, int joint, ReadOnlySpan<double> point, int number)
    {
        if (double.IsNaN(frame))
            frame = rowsOfPerson[person];                      // without frame numbers rows are frames, in the order of the file
        var isNew = rows.TryAdd((frame, person), lines.Count);
        var row = rows[(frame, person)];
        if (isNew)
        {
            rowsOfPerson[person]++;
            lines.Add(number);
            if (schema.IsLong)
                Fresh();
        }
        if (schema.IsLong ? !taken.Add((row, joint)) : !isNew)
        {
            var what = schema.IsLong ? $", joint {joint}" : "";
            throw Refusal.At(where, number,
                $"frame {frame}{what}{(persons.Count > 1 ? " of this person" : "")} is there already, since line {lines[row]}");
        }
        if (schema.IsLong)
            point.CopyTo(CollectionsMarshal.AsSpan(values).Slice((row * joints + joint) * Slots, Slots));
    }

    /// <summary>The clip, its frames in order and at most so many of its persons: those that are seen in most frames.</summary>
    public RawClip Finish(int mostPersons)
    {
        if (lines.Count == 0)
            throw new KinemaException(ExitCode.Data, $"{where}: there is no row of data");
        if (numbered is { Zero: false, Last: true })
            ShiftJoints();
        else if (schema.IsLong && numbered is { Zero: false, Last: false } && numberedJoints)
        {
            throw new KinemaException(ExitCode.Data,
                $"{where}: joints are numbered, and neither 0 nor {joints} occurs: whether they count from 0 or from 1 cannot be told; write their names");
        }
        var frames = rows.Keys.Select(key => key.Frame).Distinct().Order().ToArray();
        var chosen = Enumerable.Range(0, persons.Count).OrderByDescending(person => rowsOfPerson[person]).ThenBy(person => person)
            .Take(mostPersons).Order().ToArray();
        RawClip.CheckSize(chosen.Length, frames.Length, joints, where);
        var points = new double[chosen.Length * frames.Length * joints * 3];
        Array.Fill(points, double.NaN);
        for (var m = 0; m < chosen.Length; m++)
        {
            for (var t = 0; t < frames.Length; t++)
            {
                if (rows.TryGetValue((frames[t], chosen[m]), out var row))
                    Copy(row, points.AsSpan((m * frames.Length + t) * joints * 3, joints * 3));
            }
        }
        return new RawClip(frames.Length, chosen.Length, points, marks, [.. Notes(frames, chosen.Length)]);
    }

    private void Copy(int row, Span<double> points)
    {
        var from = CollectionsMarshal.AsSpan(values).Slice(row * joints * Slots, joints * Slots);
        for (var joint = 0; joint < joints; joint++)
        {
            var point = from.Slice(joint * Slots, Slots);
            var score = point[TableColumn.Score];
            if (score <= 0 || score < minimumScore)
                continue;
            point[..3].CopyTo(points[(joint * 3)..]);
            if (schema.Layout.Dimensions == 2)
                points[joint * 3 + 2] = 0;
        }
    }

    // Joints counted from 1 were put one place too far, the last of a row into place 0: V modulo V.
    private void ShiftJoints()
    {
        var all = CollectionsMarshal.AsSpan(values);
        var first = new double[Slots];
        for (var row = 0; row < lines.Count; row++)
        {
            var points = all.Slice(row * joints * Slots, joints * Slots);
            points[..Slots].CopyTo(first);
            points[Slots..].CopyTo(points);
            first.CopyTo(points[^Slots..]);
        }
    }

    private IEnumerable<(string, string)> Notes(double[] frames, int kept)
    {
        if (kept < persons.Count)
            yield return ("persons-left-out", FormattableString.Invariant($"{where}: {persons.Count} persons; the {kept} with most frames are kept"));
        foreach (var gap in FrameGaps.In(frames, where))
            yield return gap;
    }

    private double Number(ReadOnlySpan<byte> field, TableColumn column, int line)
    {
        if (TableText.IsMissing(field))
            return double.NaN;
        if (!PlainNumber.TryParse(field, out var value))
            throw Wrong(line, column, $"{TableText.NotANumber(field)}");
        return double.IsFinite(value) ? value : throw Wrong(line, column, $"'{OneLine.Of(field)}' is no finite number");
    }

    private int Joint(ReadOnlySpan<byte> field, TableColumn column, int line)
    {
        var text = TableText.Text(field, where, line);
        if (schema.Names.Named(text) is { } named)
            return named;
        if (JointNames.Number(text) is not { } number)
            throw Wrong(line, column, $"layout {schema.Layout.Name} has no joint '{OneLine.Of(text)}'{Graphs.Suggestion.For(text, schema.Layout.Joints)}");
        if (number > joints)
            throw Wrong(line, column, $"joint {number}; layout {schema.Layout.Name} has {joints} joints");
        numberedJoints = true;
        numbered = (numbered.Zero || number == 0, numbered.Last || number == joints);
        return numbered is { Zero: true, Last: true }
            ? throw Wrong(line, column, $"joints are numbered 0 to {joints}, one more than layout {schema.Layout.Name} has")
            : number % joints;
    }

    private int Person(string person, int line)
    {
        if (persons.TryGetValue(person, out var index))
            return index;
        if (persons.Count == RawClip.MostPersons)
            throw Refusal.At(where, line, $"more than {RawClip.MostPersons} persons in one clip");
        persons[person] = persons.Count;
        rowsOfPerson.Add(0);
        return persons.Count - 1;
    }

    private void Mark(TableColumn column, string text, int line)
    {
        var told = column.Kind switch
        {
            ColumnKind.Label => marks.Label,
            ColumnKind.Subject => marks.Subject,
            ColumnKind.Camera => marks.Camera,
            ColumnKind.Setup => marks.Setup,
            _ => marks.Split,
        };
        if (told == text)
            return;
        if (told is not null)
            throw Wrong(line, column, $"'{OneLine.Of(text)}', but '{OneLine.Of(told)}' in an earlier row of the same clip");
        marks = column.Kind switch
        {
            ColumnKind.Label => marks with { Label = text },
            ColumnKind.Subject => marks with { Subject = text },
            ColumnKind.Camera => marks with { Camera = text },
            ColumnKind.Setup => marks with { Setup = text },
            _ => marks with { Split = text },
        };
    }

    private KinemaException Wrong(int line, TableColumn column, FormattableString what) =>
        Refusal.At(where, line, $"column '{OneLine.Of(column.Name)}': {FormattableString.Invariant(what)}");
}
