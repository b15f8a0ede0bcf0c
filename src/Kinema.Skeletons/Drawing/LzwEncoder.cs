namespace Kinema.Skeletons.Drawing;

/// <summary>
/// The compression of GIF (Welch, 1984, with codes that grow from bits + 1 to 12): every string of the past has a code; a code and one
/// more byte make the next string.
/// </summary>
internal sealed class LzwEncoder(Stream output, int bits)
{
    private const int MostCodes = 1 << 12;

    // [code · 256 + byte] → generation · 4096 + the code of the two together. Older generations do not count, so nothing is cleared.
    private readonly int[] next = new int[MostCodes * 256];
    private readonly byte[] block = new byte[255];
    private int generation, free, width, pending, pendingBits, filled;

    /// <summary>Writes one image's bytes, all below 2^bits, in sub-blocks.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        var (clear, end) = (1 << bits, (1 << bits) + 1);
        output.WriteByte((byte)bits);
        width = bits + 1;
        Emit(clear);
        Restart();
        int code = bytes[0];
        foreach (var value in bytes[1..])
        {
            ref var known = ref next[code * 256 + value];
            if (known / MostCodes == generation)
            {
                code = known % MostCodes;
                continue;
            }
            Emit(code);
            if (free < MostCodes)
            {
                if (free == 1 << width) width++;                // the reader, one string behind, widens now
                known = generation * MostCodes + free++;
            }
            else
            {
                Emit(clear);
                Restart();
            }
            code = value;
        }
        Emit(code);
        if (free == 1 << width && width < 12) width++;
        Emit(end);
        Flush();
    }

    private void Restart()
    {
        if (++generation == int.MaxValue / MostCodes)           // after half a million restarts
        {
            Array.Clear(next);
            generation = 1;
        }
        (free, width) = ((1 << bits) + 2, bits + 1);
    }

    private void Emit(int code)
    {
        pending |= code << pendingBits;
        for (pendingBits += width; pendingBits >= 8; pendingBits -= 8, pending >>= 8) Put((byte)pending);
    }

    private void Flush()
    {
        if (pendingBits > 0) Put((byte)pending);
        (pending, pendingBits) = (0, 0);
        if (filled > 0) Block();
        output.WriteByte(0);
    }

    private void Put(byte value)
    {
        block[filled++] = value;
        if (filled == block.Length) Block();
    }

    private void Block()
    {
        output.WriteByte((byte)filled);
        output.Write(block.AsSpan(0, filled));
        filled = 0;
    }
}
