using System.Buffers.Binary;
using Kinema.Skeletons.Drawing;

namespace Kinema.Skeletons.Tests.Drawing;

/// <summary>One frame as it is seen: after it was laid over those before.</summary>
internal sealed record GifFrame(Rgb[] Pixels, int Delay);

/// <summary>Reads GIF 89a without the writer's help: a palette, frames as rectangles with one transparent colour, LZW.</summary>
internal static class GifDecoder
{
    public static (int Width, int Height, bool Repeats, List<GifFrame> Frames) Read(byte[] file)
    {
        Assert.Equal("GIF89a"u8.ToArray(), file[..6]);
        var (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(6)), BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8)));
        var colours = 2 << (file[10] & 7);
        Assert.True((file[10] & 0x80) != 0);
        Rgb[] palette = [.. Enumerable.Range(0, colours).Select(i => new Rgb(file[13 + 3 * i], file[14 + 3 * i], file[15 + 3 * i]))];
        var (at, frames, repeats, delay, transparent) = (13 + 3 * colours, new List<GifFrame>(), false, 0, -1);
        var screen = new Rgb[width * height];
        while (file[at] != 0x3b)
        {
            if (file[at] == 0x21 && file[at + 1] == 0xf9)
            {
                Assert.Equal(1, (file[at + 3] >> 2) & 7);                       // stays in place
                transparent = (file[at + 3] & 1) != 0 ? file[at + 6] : -1;
                delay = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 4));
                at += 8;
            }
            else if (file[at] == 0x21)
            {
                repeats |= file.AsSpan(at + 3, 11).SequenceEqual("NETSCAPE2.0"u8);
                at += 2;
                Blocks(file, ref at);
            }
            else
            {
                Assert.Equal(0x2c, file[at]);
                int Number(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + offset));
                var (left, top, w, h) = (Number(1), Number(3), Number(5), Number(7));
                var bits = file[at + 10];
                at += 11;
                var indices = Lzw(Blocks(file, ref at), bits);
                Assert.Equal(w * h, indices.Count);
                for (var i = 0; i < indices.Count; i++)
                {
                    if (indices[i] != transparent) screen[(top + i / w) * width + left + i % w] = palette[indices[i]];
                }
                frames.Add(new GifFrame([.. screen], delay));
            }
        }
        Assert.Equal(file.Length - 1, at);
        return (width, height, repeats, frames);
    }

    public static List<byte> Lzw(byte[] packed, int bits)
    {
        var (clear, end) = (1 << bits, (1 << bits) + 1);
        var (output, table) = (new List<byte>(), new List<byte[]>());
        var (width, position) = (bits + 1, 0);
        byte[]? before = null;
        while (true)
        {
            var code = 0;
            for (var bit = 0; bit < width; bit++, position++) code |= (packed[position / 8] >> position % 8 & 1) << bit;
            if (code == end) return output;
            if (code == clear)
            {
                table = [.. Enumerable.Range(0, end + 1).Select(i => i < clear ? new[] { (byte)i } : [])];
                (width, before) = (bits + 1, null);
                continue;
            }
            if (before is not null && table.Count < 4096)
            {
                Assert.True(code <= table.Count);
                table.Add([.. before, code < table.Count ? table[code][0] : before[0]]);
                if (table.Count == 1 << width && width < 12) width++;
            }
            before = table[code];
            output.AddRange(before);
        }
    }

    public static byte[] Blocks(byte[] file, ref int at)
    {
        var content = new List<byte>();
        for (; file[at] != 0; at += file[at] + 1) content.AddRange(file.AsSpan(at + 1, file[at]));
        at++;
        return [.. content];
    }
}
