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
        var header = Header(all, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
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

    private static byte[] Header(StoredTensor[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var bytes = new MemoryStream();
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
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                if (!names.Add(tensor.Name))
                {
                    throw new ArgumentException($"two tensors are named '{tensor.Name}'", nameof(tensors));
                }

                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", Code(tensor.Type));
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [offset, offset + tensor.Bytes.Length]);
                json.WriteEndObject();
                offset += tensor.Bytes.Length;
            }

            json.WriteEndObject();
        }

        while (bytes.Length % 8 != 0)
        {
            bytes.WriteByte((byte)' ');
        }

        return bytes.ToArray();
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
