using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Kinema.Skeletons.Drawing;

namespace Kinema.Skeletons.Tests.Drawing;

/// <summary>Reads PNG as the standard says, without the writer's help: chunks with their checksums, zlib, all five filters.</summary>
internal static class PngDecoder
{
    public static (int Width, int Height, Rgb[] Pixels) Read(ReadOnlySpan<byte> file)
    {
        Assert.Equal([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], file[..8].ToArray());
        var (width, height, packed) = (0, 0, new MemoryStream());
        var kinds = new List<string>();
        for (var at = 8; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            var (kind, content) = (Encoding.ASCII.GetString(file.Slice(at + 4, 4)), file.Slice(at + 8, length).ToArray());
            Assert.Equal(Crc(file.Slice(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + length)..]));
            kinds.Add(kind);
            if (kind == "IHDR")
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(content), BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(4)));
                Assert.Equal([8, 2, 0, 0, 0], content[8..]);
            }
            if (kind == "IDAT") packed.Write(content);
            at += length + 12;
        }
        Assert.Equal(("IHDR", "IEND"), (kinds[0], kinds[^1]));
        packed.Position = 0;
        using var unpacked = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionMode.Decompress)) zlib.CopyTo(unpacked);
        return (width, height, Unfilter(unpacked.ToArray(), width, height));
    }

    private static Rgb[] Unfilter(byte[] raw, int width, int height)
    {
        var stride = width * 3;
        Assert.Equal((stride + 1) * height, raw.Length);
        var rows = new byte[height, stride];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < stride; x++)
            {
                int left = x >= 3 ? rows[y, x - 3] : 0, up = y > 0 ? rows[y - 1, x] : 0, corner = x >= 3 && y > 0 ? rows[y - 1, x - 3] : 0;
                var (pa, pb, pc) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
                var guess = raw[y * (stride + 1)] switch
                {
                    0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, 4 => pa <= pb && pa <= pc ? left : pb <= pc ? up : corner,
                    var other => throw new InvalidDataException($"filter {other}"),
                };
                rows[y, x] = (byte)(raw[y * (stride + 1) + 1 + x] + guess);
            }
        }
        return [.. from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width)
            select new Rgb(rows[y, 3 * x], rows[y, 3 * x + 1], rows[y, 3 * x + 2])];
    }

    // Bit by bit, as the standard defines it.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
