using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using Kinema.Storage;

namespace Kinema.Skeletons.Drawing;

/// <summary>Writes pixels as PNG (ISO/IEC 15948): 8 bits of red, green and blue, not interlaced, rows unfiltered.</summary>
internal static class PngWriter
{
    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public static void Write(Stream output, Canvas canvas)
    {
        output.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, canvas.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], canvas.Height);
        (header[8], header[9]) = (8, 2);                        // bits a channel; red, green, blue
        Chunk(output, "IHDR", header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var y = 0; y < canvas.Height; y++)
            {
                zlib.WriteByte(0);                              // filter 0, none: flat colours pack best as they are
                zlib.Write(MemoryMarshal.AsBytes(canvas.Row(y)));
            }
        }
        Chunk(output, "IDAT", packed.GetBuffer().AsSpan(0, (int)packed.Length));
        Chunk(output, "IEND", []);
    }

    private static void Chunk(Stream output, string type, ReadOnlySpan<byte> content)
    {
        var chunk = new byte[content.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        content.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(content.Length + 8), Crc32.Of(chunk.AsSpan(4, content.Length + 4)));
        output.Write(chunk);
    }
}
