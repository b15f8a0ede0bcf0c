using System.Globalization;

namespace Kinema.Storage.Numpy;

/// <summary>
/// Parses the one form that NumPy writes, <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 300), }</c>: a Python literal, of
/// which nothing else is understood and nothing is evaluated. Keys may come in any order, each once.
/// </summary>
internal ref struct NpyHeaderParser(ReadOnlySpan<byte> text, string where, ExitCode exitCode)
{
    private const int MostAxes = 64;                        // NumPy's own limit

    private readonly ReadOnlySpan<byte> text = text;
    private int at;

    internal NpyHeader Parse(int bytes)
    {
        NpyType? type = null;
        bool? fortran = null;
        List<long>? shape = null;
        Expect('{');
        while (!TryTake('}'))
        {
            var key = Quoted();
            Expect(':');
            switch (key)
            {
                case "descr" when type is null: type = Type(); break;
                case "fortran_order" when fortran is null: fortran = Truth(); break;
                case "shape" when shape is null: shape = Extents(); break;
                default: throw Wrong($"unknown or doubled key '{Printable.Of(key)}'");
            }

            if (!TryTake(','))
            {
                Expect('}');
                break;
            }
        }

        SkipSpaces();
        if (at < text.Length)
        {
            throw Wrong("more after the closing brace");
        }

        if (type is null || fortran is null || shape is null)
        {
            throw Wrong("one of descr, fortran_order and shape is missing");
        }

        return StoredTensor.TryCount(shape, out var count) && count <= long.MaxValue / 16
            ? new NpyHeader(type.Value, fortran.Value, shape, count, bytes)
            : throw Wrong($"the shape {StoredTensor.Describe(shape)} is impossible");
    }

    private NpyType Type()
    {
        SkipSpaces();
        if (at < text.Length && text[at] == '[')
        {
            throw Refused("an array of records (named fields)", "save its fields as arrays of their own");
        }

        var code = Quoted();
        if (code.StartsWith('>'))
        {
            throw Refused($"the big-endian type '{Printable.Of(code)}'", "save it with array.astype(array.dtype.newbyteorder('<'))");
        }

        var letters = code.AsSpan().TrimStart("<|");
        if (letters.StartsWith("O"))
        {
            throw Refused("an array of Python objects", "its elements are pickled code, not numbers; save a numeric array");
        }

        if (letters.Length != 2 || code.Length != 3 || !char.IsAsciiDigit(letters[1]))
        {
            throw Refused($"the type '{Printable.Of(code)}'", "save truth values, integers or floats");
        }

        var type = new NpyType(letters[0], letters[1] - '0');
        return type.IsKnown && (code[0] == '<' || type.Size == 1)
            ? type
            : throw Refused($"the type '{Printable.Of(code)}'", "save truth values, integers or floats");
    }

    private bool Truth()
    {
        SkipSpaces();
        if (text[at..].StartsWith("True"u8))
        {
            at += 4;
            return true;
        }

        if (text[at..].StartsWith("False"u8))
        {
            at += 5;
            return false;
        }

        throw Wrong("fortran_order is neither True nor False");
    }

    private List<long> Extents()
    {
        var extents = new List<long>();
        Expect('(');
        while (!TryTake(')'))
        {
            if (extents.Count == MostAxes)
            {
                throw Wrong($"more than {MostAxes} axes");
            }

            extents.Add(Number());
            if (!TryTake(','))
            {
                if (extents.Count == 1)
                {
                    throw Wrong("a shape of one extent is written (n,)");
                }

                Expect(')');
                break;
            }
        }

        return extents;
    }

    private long Number()
    {
        SkipSpaces();
        var first = at;
        while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
        {
            at++;
        }

        if (!long.TryParse(text[first..at], NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            throw Wrong("an extent is no whole number that 63 bits hold");
        }

        if (at < text.Length && text[at] == 'L')             // as Python 2 writes a long
        {
            at++;
        }

        return value;
    }

    private string Quoted()
    {
        SkipSpaces();
        var quote = at < text.Length ? text[at] : (byte)0;
        if (quote is not ((byte)'\'' or (byte)'"'))
        {
            throw Wrong("a text in quotes is missing");
        }

        var length = text[(at + 1)..].IndexOf(quote);
        if (length < 0)
        {
            throw Wrong("a text is not closed");
        }

        var value = System.Text.Encoding.Latin1.GetString(text.Slice(at + 1, length));
        at += length + 2;
        return value;
    }

    private void Expect(char wanted)
    {
        if (!TryTake(wanted))
        {
            throw Wrong($"'{wanted}' is missing");
        }
    }

    private bool TryTake(char wanted)
    {
        SkipSpaces();
        if (at >= text.Length || text[at] != wanted)
        {
            return false;
        }

        at++;
        return true;
    }

    private void SkipSpaces()
    {
        while (at < text.Length && text[at] is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r')
        {
            at++;
        }
    }

    private readonly KinemaException Wrong(string what) => new(
        exitCode, FormattableString.Invariant($"{where}: not the header of a NumPy array: {what} (at character {at} of the header)"));

    private readonly KinemaException Refused(string what, string remedy) => new(exitCode, $"{where}: refuses {what}: {remedy}");
}
