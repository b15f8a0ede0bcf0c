using System.Buffers.Binary;
using System.Text;

namespace Kinema.Storage.Numpy;

/// <summary>Writes <c>.npy</c> files (format 1.0, C order) that NumPy reads and can map into memory.</summary>
/// <example><code>
/// NpyWriter.Save("features.npy", StoredTensor.From("", [n, 256], values));
/// </code></example>
public static class NpyWriter
{
    /// <summary>Writes a file under a temporary name, then renames it.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="tensor">Its elements; a name is not kept.</param>
    /// <exception cref="KinemaException">The file cannot be written; the old file is untouched.</exception>
    public static void Save(string path, StoredTensor tensor) => AtomicFile.Write(path, stream => Write(stream, tensor));

    /// <summary>Writes header and elements.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensor">Its elements; a name is not kept.</param>
    public static void Write(Stream stream, StoredTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        WriteHeader(stream, tensor.Type, tensor.Shape);
        stream.Write(tensor.Bytes.Span);
    }

    /// <summary>Writes the header alone, for elements that follow as they are computed: in C order, little endian.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="type">The element type; not bfloat16, which NumPy lacks.</param>
    /// <param name="shape">The extents, the first one included: it must be known.</param>
    /// <exception cref="ArgumentException">NumPy has no such type, or a header would be longer than the format allows.</exception>
    public static void WriteHeader(Stream stream, StoredType type, IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(shape);
        var code = NpyType.Of(type) ?? throw new ArgumentException($"NumPy has no {type}", nameof(type));
        var extents = StoredTensor.Describe(shape);
        var comma = shape.Count == 1 ? ",)" : ")";
        var text = $"{{'descr': '{code}', 'fortran_order': False, 'shape': {extents[..^1]}{comma}, }}";

        // Padded so that the elements begin at a multiple of 64 bytes, and ended by a line feed, as the format wants.
        var length = (10 + text.Length + 1 + 63) / 64 * 64 - 10;
        if (length > ushort.MaxValue)
        {
            throw new ArgumentException($"a shape of {shape.Count} extents is too long", nameof(shape));
        }

        Span<byte> start = stackalloc byte[10];
        NpyHeader.Magic.CopyTo(start);
        (start[6], start[7]) = (1, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(start[8..], (ushort)length);
        stream.Write(start);
        stream.Write(Encoding.ASCII.GetBytes(text.PadRight(length - 1) + "\n"));
    }
}
