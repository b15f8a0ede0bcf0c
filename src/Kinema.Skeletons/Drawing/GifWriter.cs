using System.Buffers.Binary;

namespace Kinema.Skeletons.Drawing;

/// <summary>
/// Writes an animation as GIF 89a that repeats for ever. Frames are written as they come and not kept: each but the first holds only the
/// rectangle that has changed, and in it only the pixels that have.
/// </summary>
internal sealed class GifWriter : IDisposable
{
    private readonly Stream output;
    private readonly int width, height, bits;
    private readonly Palette palette;
    private readonly byte[] before, now, changed;
    private readonly byte transparent;
    private readonly LzwEncoder lzw;
    private bool begun;

    public GifWriter(Stream output, int width, int height, Palette palette)
    {
        if (width is < 1 or > ushort.MaxValue || height is < 1 or > ushort.MaxValue)
            throw new ArgumentException($"a GIF has 1 to {ushort.MaxValue} pixels a side; got {width} × {height}");
        (this.output, this.width, this.height, this.palette) = (output, width, height, palette);
        (before, now, changed) = (new byte[width * height], new byte[width * height], new byte[width * height]);
        transparent = (byte)palette.Colours.Count;
        bits = 2;
        while (1 << bits < palette.Colours.Count + 1) bits++;
        lzw = new LzwEncoder(output, bits);
        Header();
    }

    /// <summary>Adds a frame.</summary>
    /// <param name="canvas">Its pixels.</param>
    /// <param name="delay">How long it stays, in hundredths of a second; readers show less than 2 as 10.</param>
    public void Add(Canvas canvas, int delay)
    {
        Index(canvas);
        var (left, top, right, bottom) = begun ? Difference() : (0, 0, width, height);
        Span<byte> control = [0x21, 0xf9, 4, (byte)(begun ? 0x05 : 0x04), 0, 0, transparent, 0];       // stays when the next one comes
        BinaryPrimitives.WriteUInt16LittleEndian(control[4..], (ushort)Math.Clamp(delay, 0, ushort.MaxValue));
        output.Write(control);
        Span<byte> place = stackalloc byte[10];
        place[0] = 0x2c;
        BinaryPrimitives.WriteUInt16LittleEndian(place[1..], (ushort)left);
        BinaryPrimitives.WriteUInt16LittleEndian(place[3..], (ushort)top);
        BinaryPrimitives.WriteUInt16LittleEndian(place[5..], (ushort)(right - left));
        BinaryPrimitives.WriteUInt16LittleEndian(place[7..], (ushort)(bottom - top));
        place[9] = 0;
        output.Write(place);
        var count = 0;
        for (var y = top; y < bottom; y++)
        {
            for (var at = y * width + left; at < y * width + right; at++) changed[count++] = begun && now[at] == before[at] ? transparent : now[at];
        }
        lzw.Write(changed.AsSpan(0, count));
        now.CopyTo(before.AsSpan());
        begun = true;
    }

    /// <summary>Ends the file; the stream stays open.</summary>
    public void Dispose() => output.WriteByte(0x3b);

    private void Header()
    {
        output.Write("GIF89a"u8);
        Span<byte> screen = stackalloc byte[7];
        BinaryPrimitives.WriteUInt16LittleEndian(screen, (ushort)width);
        BinaryPrimitives.WriteUInt16LittleEndian(screen[2..], (ushort)height);
        screen[4] = (byte)(0xf0 | (bits - 1));                  // a palette of 2^bits colours
        output.Write(screen);
        var table = new byte[3 << bits];
        for (var i = 0; i < palette.Colours.Count; i++)
            (table[3 * i], table[3 * i + 1], table[3 * i + 2]) = (palette.Colours[i].R, palette.Colours[i].G, palette.Colours[i].B);
        output.Write(table);
        output.Write([0x21, 0xff, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0]);                             // again and again
    }

    private void Index(Canvas canvas)
    {
        var (last, index) = (canvas.Pixels[0], palette.IndexOf(canvas.Pixels[0]));
        for (var i = 0; i < now.Length; i++)
        {
            var pixel = canvas.Pixels[i];
            if (pixel != last) (last, index) = (pixel, palette.IndexOf(pixel));
            now[i] = index;
        }
    }

    /// <summary>The smallest rectangle that holds every changed pixel; one pixel if none has.</summary>
    private (int Left, int Top, int Right, int Bottom) Difference()
    {
        var (left, top, right, bottom) = (width, height, 0, 0);
        for (var y = 0; y < height; y++)
        {
            var old = before.AsSpan(y * width, width);
            var row = now.AsSpan(y * width, width);
            var first = old.CommonPrefixLength(row);
            if (first == width) continue;
            var last = width - 1;
            while (old[last] == row[last]) last--;
            (left, right, top, bottom) = (Math.Min(left, first), Math.Max(right, last + 1), Math.Min(top, y), y + 1);
        }
        return right > left ? (left, top, right, bottom) : (0, 0, 1, 1);
    }
}
