namespace Kinema.Cli;

/// <summary>A table in plain text: columns two blanks apart, no frame, so that it reads well and greps well.</summary>
internal sealed class TextTable(params string[] header)
{
    private readonly List<string[]> rows = [header];

    /// <summary>Columns whose cells are set to the right, for numbers; 0-based.</summary>
    public IReadOnlyCollection<int> RightAligned { get; init; } = [];

    /// <summary>Rows below the header.</summary>
    public int Count => rows.Count - 1;

    public void Add(params string[] cells) => rows.Add(cells);

    public void Write(TextWriter output)
    {
        var widths = Enumerable.Range(0, header.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => RightAligned.Contains(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
