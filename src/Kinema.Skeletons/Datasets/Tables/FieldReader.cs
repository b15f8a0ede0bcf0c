namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>
/// The fields of one line of a table: between delimiters, spaces around them taken off, or in double quotes with quotes inside doubled.
/// A field does not reach over the end of its line.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> line, byte delimiter)
{
    private ReadOnlySpan<byte> rest = line.EndsWith("\r"u8) ? line[..^1] : line;
    private bool ended;

    /// <summary>The field, without quotes around it; quotes inside are still doubled.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Whether the current field's quotes are wrong: not closed, or something stands behind them.</summary>
    public bool IsBroken { get; private set; }

    public bool MoveNext()
    {
        if (ended)
            return false;
        // A tab is a delimiter or a space, as the table has it.
        while (rest.Length > 0 && IsSpace(rest[0]))
            rest = rest[1..];
        if (rest.StartsWith((byte)'"'))
        {
            ReadQuoted();
            return true;
        }
        var end = rest.IndexOf(delimiter);
        ended = end < 0;
        Current = ended ? rest : rest[..end];
        rest = ended ? [] : rest[(end + 1)..];
        while (Current.Length > 0 && IsSpace(Current[^1]))
            Current = Current[..^1];
        return true;
    }

    private void ReadQuoted()
    {
        var end = 1;
        while (end < rest.Length && (rest[end] != '"' || (end + 1 < rest.Length && rest[end + 1] == '"')))
            end += rest[end] == '"' ? 2 : 1;
        IsBroken |= end >= rest.Length;
        Current = rest[1..Math.Min(end, rest.Length)];
        rest = rest[Math.Min(end + 1, rest.Length)..];
        while (rest.Length > 0 && IsSpace(rest[0]))
            rest = rest[1..];
        IsBroken |= rest.Length > 0 && rest[0] != delimiter;
        ended = rest.Length == 0 || IsBroken;
        rest = ended ? [] : rest[1..];
    }

    private readonly bool IsSpace(byte b) => b == ' ' || (b == '\t' && delimiter != '\t');
}
