using System.Buffers.Binary;

namespace Kinema.Storage;

/// <summary>
/// The checksum of zip archives: CRC-32 with the reflected polynomial 0xEDB88320, eight bytes at a step (Kounavis and Berry, 2005).
/// The class library keeps its own in a separate package.
/// </summary>
public static class Crc32
{
    /// <summary>[k][b]: what byte b contributes after k more bytes of zero.</summary>
    private static readonly uint[][] Table = Tables();

    /// <summary>The checksum of all bytes at once.</summary>
    /// <param name="bytes">What is to be checked.</param>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The checksum of what had this checksum with more bytes after it; 0 is that of nothing.</summary>
    /// <param name="checksum">Of the bytes before.</param>
    /// <param name="bytes">Those that follow.</param>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var t = Table;
        var crc = ~checksum;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = t[7][(byte)low] ^ t[6][(byte)(low >> 8)] ^ t[5][(byte)(low >> 16)] ^ t[4][low >> 24]
                ^ t[3][(byte)high] ^ t[2][(byte)(high >> 8)] ^ t[1][(byte)(high >> 16)] ^ t[0][high >> 24];
        }

        foreach (var b in bytes)
        {
            crc = t[0][(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[][] Tables()
    {
        var tables = new uint[8][];
        for (var k = 0; k < 8; k++)
        {
            tables[k] = new uint[256];
            for (var b = 0; b < 256; b++)
            {
                tables[k][b] = k == 0 ? Remainder((uint)b) : (tables[k - 1][b] >> 8) ^ tables[0][(byte)tables[k - 1][b]];
            }
        }

        return tables;
    }

    private static uint Remainder(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value >> 1) ^ ((value & 1) * 0xEDB88320);
        }

        return value;
    }
}
