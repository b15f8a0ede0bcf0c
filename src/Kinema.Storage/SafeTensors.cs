using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kinema.Storage;

/// <summary>
/// The safetensors container: 8 bytes of header length (little endian), a JSON header padded with spaces to a multiple of 8, then the raw
/// tensors without gaps. <see cref="SafeTensorsFile"/> reads it.
/// </summary>
public static class SafeTensors
{
    /// <summary>The header entry that maps strings to strings instead of describing a tensor.</summary>
    internal const string MetadataKey = "__metadata__";

    private static readonly (StoredType Type, string Code)[] Codes =
    [
        (StoredType.Bool, "BOOL"), (StoredType.UInt8, "U8"), (StoredType.Int8, "I8"), (StoredType.Int16, "I16"), (StoredType.Int32, "I32"),
        (StoredType.Int64, "I64"), (StoredType.Float16, "F16"), (StoredType.BFloat16, "BF16"),
        (StoredType.Float32, "F32"), (StoredType.Float64, "F64"),
    ];

    /// <summary>
    /// Writes tensors in the order given, so that equal content gives equal bytes; metadata is sorted by key. A crash leaves the old file.
    /// </summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="tensors">The tensors; names must differ.</param>
    /// <param name="metadata">Strings to keep beside them, or null.</param>
    /// <exception cref="ArgumentException">Two tensors of one name, or one named <c>__metadata__</c>.</exception>
    /// <exception cref="KinemaException">The file cannot be written; the old file is untouched.</exception>
    public static void Write(string path, IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        StoredTensor[] all = [.. tensors];
        var header = Header(Entries(all), metadata);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(header);
            foreach (var tensor in all)
            {
                stream.Write(tensor.Bytes.Span);
            }
        });
    }

    internal static string Code(StoredType type) => Array.Find(Codes, pair => pair.Type == type).Code;

    internal static bool TryParse(string? code, out StoredType type)
    {
        var at = Array.FindIndex(Codes, pair => pair.Code == code);
        type = at < 0 ? default : Codes[at].Type;
        return at >= 0;
    }

    /// <summary>
    /// The bytes a file begins with, its length included, for whoever writes tensors too large to be held: they follow without gaps in the
    /// order of their offsets.
    /// </summary>
    /// <param name="entries">Every tensor; offsets are as they will lie.</param>
    /// <param name="metadata">Strings to keep beside them, or null.</param>
    /// <param name="room">The least number of bytes, filled up with spaces: room kept for a header that is written last.</param>
    /// <exception cref="ArgumentException">Two tensors of one name, or one named <c>__metadata__</c>.</exception>
    public static byte[] Header(IReadOnlyList<SafeTensorsEntry> entries, IReadOnlyDictionary<string, string>? metadata = null, int room = 0)
    {
        ArgumentNullException.ThrowIfNull(entries);
        using var bytes = new MemoryStream();
        bytes.Write(stackalloc byte[8]);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            var names = new HashSet<string>(StringComparer.Ordinal) { MetadataKey };
            foreach (var entry in entries)
            {
                if (!names.Add(entry.Name))
                {
                    throw new ArgumentException($"two tensors are named '{entry.Name}'", nameof(entries));
                }

                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", Code(entry.Type));
                WriteNumbers(json, "shape", entry.Shape);
                WriteNumbers(json, "data_offsets", [entry.Offset, entry.Offset + entry.Length]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (bytes.Length % 8 != 0 || bytes.Length < room)
        {
            bytes.WriteByte((byte)' ');
        }

        var header = bytes.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(header, header.Length - 8);
        return header;
    }

    private static List<SafeTensorsEntry> Entries(StoredTensor[] tensors)
    {
        var entries = new List<SafeTensorsEntry>();
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            entries.Add(new SafeTensorsEntry(tensor.Name, tensor.Type, tensor.Shape, offset, tensor.Bytes.Length));
            offset += tensor.Bytes.Length;
        }

        return entries;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
