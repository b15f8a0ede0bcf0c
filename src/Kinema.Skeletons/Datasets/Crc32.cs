namespace Kinema.Skeletons.Datasets;

/// <summary>The checksum of zip entries (polynomial 0xEDB88320). The framework unpacks without comparing it.</summary>
internal static class Crc32
{
    // Table k answers for a byte followed by k zero bytes, so that eight bytes are folded in at a time.
    private static readonly uint[] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var tables = Tables;
        var crc = ~0u;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            var low = crc ^ BitConverter.ToUInt32(bytes);
            crc = tables[0x700 + (low & 0xFF)] ^ tables[0x600 + (low >> 8 & 0xFF)]
                ^ tables[0x500 + (low >> 16 & 0xFF)] ^ tables[0x400 + (low >> 24)]
                ^ tables[0x300 + bytes[4]] ^ tables[0x200 + bytes[5]] ^ tables[0x100 + bytes[6]] ^ tables[bytes[7]];
        }
        foreach (var value in bytes)
            crc = crc >> 8 ^ tables[(crc ^ value) & 0xFF];
        return ~crc;
    }

    private static uint[] MakeTables()
    {
        var tables = new uint[8 * 256];
        for (var value = 0u; value < 256; value++)
        {
            var crc = value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
            tables[value] = crc;
        }
        for (var i = 256; i < tables.Length; i++)
            tables[i] = tables[i - 256] >> 8 ^ tables[tables[i - 256] & 0xFF];
        return tables;
    }
}
