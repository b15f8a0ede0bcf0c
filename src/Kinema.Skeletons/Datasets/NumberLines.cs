using System.Buffers.Text;
using System.Text;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Reads a text of numbers line by line, without an object for a line or a number. Numbers are divided by blanks or commas; blank lines are
/// passed over. Every complaint is <c>file: line N: what</c>.
/// </summary>
internal ref struct NumberLines
{
    private readonly ReadOnlySpan<byte> text;
    private readonly string where;
    private ReadOnlySpan<byte> rest;
    private int next;

    /// <summary>Stands before the first line.</summary>
    /// <param name="text">The file.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="firstLine">The number of its first line, where it is a piece of a longer text.</param>
    public NumberLines(ReadOnlySpan<byte> text, string where, int firstLine = 1)
    {
        this.text = text.StartsWith(Encoding.UTF8.Preamble) ? text[3..] : text;
        this.where = where;
        Line = firstLine - 1;
    }

    /// <summary>The number of the line stood in, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>What is left of the line, without blanks around it.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest.Trim(" \t\r"u8);

    /// <summary>Goes on to the next line that is not blank; false at the end.</summary>
    public bool NextLine()
    {
        while (next < text.Length)
        {
            var length = text[next..].IndexOf((byte)'\n');
            rest = length < 0 ? text[next..] : text.Slice(next, length);
            next = length < 0 ? text.Length : next + length + 1;
            Line++;
            if (!Rest.IsEmpty)
                return true;
        }
        rest = [];
        return false;
    }

    /// <summary>The next number of the line; it may be NaN or infinite.</summary>
    /// <exception cref="KinemaException">The line ends, or there is something else (<see cref="ExitCode.Data"/>).</exception>
    public double Next()
    {
        SkipSeparators();
        if (rest.IsEmpty)
            throw Wrong($"the line ends before all its numbers are there");
        if (!(PlainNumber.TryRead(rest, out var value, out var length) && EndsAt(length))
            && !(Utf8Parser.TryParse(rest, out value, out length) && EndsAt(length)))
        {
            throw NoNumber();
        }
        rest = rest[length..];
        return value;
    }

    /// <summary>The next number of the line, which must be a whole one.</summary>
    /// <param name="what">What it is, for the complaint.</param>
    /// <exception cref="KinemaException">It is not (<see cref="ExitCode.Data"/>).</exception>
    public int NextInteger(string what)
    {
        var value = Next();
        return value == Math.Floor(value) && Math.Abs(value) <= int.MaxValue
            ? (int)value
            : throw Wrong($"{what} is {value:R}; it must be a whole number");
    }

    /// <summary>The next number of the line, which must be a coordinate: finite, and no larger than the layout's limit.</summary>
    /// <param name="layout">The layout.</param>
    /// <exception cref="KinemaException">It is not (<see cref="ExitCode.Data"/>).</exception>
    public double NextCoordinate(SkeletonLayout layout) => Checked(Next(), layout);

    /// <summary>A coordinate in the layout's unit.</summary>
    /// <param name="value">The coordinate.</param>
    /// <param name="layout">The layout.</param>
    /// <exception cref="KinemaException">It is NaN, infinite or too large (<see cref="ExitCode.Data"/>).</exception>
    public readonly double Checked(double value, SkeletonLayout layout) => Math.Abs(value) <= layout.Limit        // false for NaN
        ? value
        : throw Wrong($"a coordinate is {value:R}; it must be finite and at most ±{layout.Limit} (the limit of layout {layout.Name})");

    /// <summary>The text of the line up to a sign, without blanks around it; the sign is passed over. The whole rest if the sign is not there.</summary>
    /// <param name="sign">Such as <c>:</c>.</param>
    public ReadOnlySpan<byte> TakeUntil(byte sign)
    {
        var length = rest.IndexOf(sign);
        var taken = length < 0 ? rest : rest[..length];
        rest = length < 0 ? [] : rest[(length + 1)..];
        return taken.Trim(" \t\r"u8);
    }

    /// <summary>Sees to it that the line has no more numbers.</summary>
    /// <exception cref="KinemaException">It has (<see cref="ExitCode.Data"/>).</exception>
    public void EndLine()
    {
        SkipSeparators();
        if (!rest.IsEmpty)
            throw Wrong($"has more on it than expected: '{OneLine.Of(rest)}'");
    }

    /// <summary>A complaint about the line stood in.</summary>
    public readonly KinemaException Wrong(FormattableString what) => Refusal.At(where, Line, what);

    private readonly bool EndsAt(int length) => length == rest.Length || IsSeparator(rest[length]);

    private static bool IsSeparator(byte b) => b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)',';

    private void SkipSeparators()
    {
        var i = 0;
        while (i < rest.Length && IsSeparator(rest[i])) i++;
        rest = rest[i..];
    }

    private readonly KinemaException NoNumber()
    {
        var length = 0;
        while (length < rest.Length && !IsSeparator(rest[length])) length++;
        return Wrong($"'{OneLine.Of(rest[..length])}' is not a number");
    }
}
