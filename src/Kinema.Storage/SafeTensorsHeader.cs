using System.Text.Json;

namespace Kinema.Storage;

/// <summary>
/// The JSON header of a safetensors file, read strictly: every tensor complete, no name twice, shape and type filling the byte range
/// exactly, the ranges covering the data without gap or overlap (as the format demands, so that a file cannot hide anything).
/// </summary>
internal sealed class SafeTensorsHeader
{
    private const string TwiceInHeader = "is in the header twice";

    internal Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    internal List<SafeTensorsEntry> Entries { get; } = [];

    /// <param name="json">The header without its length prefix.</param>
    /// <param name="dataLength">The number of bytes after the header.</param>
    /// <exception cref="FormatException">The header is damaged; the message says how, without naming the file.</exception>
    internal static SafeTensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        try
        {
            var header = new SafeTensorsHeader();
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            reader.Read();
            header.ReadAll(ref reader);
            reader.Read();                              // throws on anything but spaces after the closing brace
            header.CheckCover(dataLength);
            return header;
        }
        catch (JsonException error)
        {
            throw new FormatException($"the header is not valid JSON (byte {8 + error.BytePositionInLine})", error);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException("the header holds text that is not valid UTF-8", error);
        }
    }

    private void ReadAll(ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, "the header is not a JSON object");
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (NextProperty(ref reader, out var name))
        {
            Expect(names.Add(name), $"'{Printable.Of(name)}' {TwiceInHeader}");
            if (name == SafeTensors.MetadataKey)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                ReadEntry(ref reader, name);
            }
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject, "the metadata is not an object of strings");
        while (NextProperty(ref reader, out var key))
        {
            Expect(reader.TokenType == JsonTokenType.String, $"metadata '{Printable.Of(key)}' is not a string");
            Expect(Metadata.TryAdd(key, reader.GetString()!), $"metadata '{Printable.Of(key)}' {TwiceInHeader}");
        }
    }

    private void ReadEntry(ref Utf8JsonReader reader, string name)
    {
        var shown = Printable.Of(name);
        Expect(reader.TokenType == JsonTokenType.StartObject, $"tensor '{shown}' is not described by an object");
        StoredType? type = null;
        List<long>? shape = null, offsets = null;
        while (NextProperty(ref reader, out var field))
        {
            switch (field)
            {
                case "dtype":
                    Expect(type is null, $"dtype of tensor '{shown}' {TwiceInHeader}");
                    var code = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    Expect(
                        SafeTensors.TryParse(code, out var parsed),
                        $"tensor '{shown}' has the unknown dtype '{Printable.Of(code ?? "none")}'; "
                        + "known are BOOL, U8, I8 … I64, F16, BF16, F32, F64");
                    type = parsed;
                    break;
                case "shape":
                    Expect(shape is null, $"shape of tensor '{shown}' {TwiceInHeader}");
                    shape = ReadNumbers(ref reader, shown);
                    break;
                case "data_offsets":
                    Expect(offsets is null, $"data_offsets of tensor '{shown}' {TwiceInHeader}");
                    offsets = ReadNumbers(ref reader, shown);
                    break;
                default:
                    throw new FormatException($"tensor '{shown}' has the unknown field '{Printable.Of(field)}'");
            }
        }

        if (type is not { } t || shape is null || offsets is not [var begin, var end])
        {
            throw new FormatException($"tensor '{shown}' needs a dtype, a shape and two data_offsets");
        }

        Expect(shape.Count <= 64 && StoredTensor.TryCount(shape, out _), $"tensor '{shown}' has an impossible shape");
        _ = StoredTensor.TryCount(shape, out var count);
        Expect(
            begin <= end && (Int128)count * t.SizeInBytes() == end - begin,
            $"tensor '{shown}' of {SafeTensors.Code(t)} {StoredTensor.Describe(shape)} does not fill its bytes {begin} to {end}");
        Entries.Add(new SafeTensorsEntry(name, t, shape, begin, end - begin));
    }

    private void CheckCover(long dataLength)
    {
        var at = 0L;
        SafeTensorsEntry? last = null;
        foreach (var entry in Entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            var shown = Printable.Of(entry.Name);
            Expect(
                entry.Offset <= dataLength && entry.Length <= dataLength - entry.Offset,
                $"tensor '{shown}' ends {(Int128)entry.Offset + entry.Length - dataLength} bytes after the file's end; was it cut off?");
            Expect(entry.Offset >= at, $"tensors '{Printable.Of(last?.Name ?? "")}' and '{shown}' overlap");
            Expect(entry.Offset == at, $"bytes {at} to {entry.Offset} belong to no tensor");
            (at, last) = (entry.Offset + entry.Length, entry);
        }

        Expect(at == dataLength, $"{dataLength - at} bytes at the end belong to no tensor");
    }

    private static bool NextProperty(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return false;
        }

        name = reader.GetString()!;
        reader.Read();
        return true;
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string shown)
    {
        Expect(reader.TokenType == JsonTokenType.StartArray, $"tensor '{shown}' has a number where a list should be");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
            {
                throw new FormatException($"tensor '{shown}' has an extent or offset that is not a whole number from 0 up");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new FormatException(otherwise);
        }
    }
}
