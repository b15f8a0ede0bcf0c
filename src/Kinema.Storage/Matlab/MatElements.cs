using System.Buffers.Binary;

namespace Kinema.Storage.Matlab;

/// <summary>The elements of a stretch of a MATLAB 5 file, one after another. A size is believed only as far as there are bytes.</summary>
internal ref struct MatElements
{
    private const int TagLength = 8;

    private readonly ReadOnlySpan<byte> bytes;
    private readonly bool bigEndian;
    private readonly string where;
    private int at;

    public MatElements(ReadOnlySpan<byte> bytes, bool bigEndian, string where)
    {
        this.bytes = bytes;
        this.bigEndian = bigEndian;
        this.where = where;
    }

    /// <summary>The next element; false at the end.</summary>
    /// <exception cref="KinemaException">The stretch ends inside of it.</exception>
    public bool Next(out MatType type, out ReadOnlySpan<byte> data)
    {
        type = default;
        data = default;
        var left = bytes.Length - at;
        if (left == 0)
        {
            return false;
        }

        if (left < TagLength)
        {
            throw CutOff();
        }

        var first = ReadUInt32(at);
        if (first >> 16 != 0)
        {
            // The small form: the size is in the upper half of the type's word, the data in the place of the size.
            var small = (int)(first >> 16);
            if (small > 4)
            {
                throw new KinemaException(ExitCode.Data, $"{where}: a small element of {small} bytes, which hold at most 4: the file is damaged");
            }

            type = (MatType)(first & 0xFFFF);
            data = bytes.Slice(at + 4, small);
            at += TagLength;
            return true;
        }

        var size = ReadUInt32(at + 4);
        if (size > (uint)(left - TagLength))
        {
            throw CutOff();
        }

        type = (MatType)first;
        data = bytes.Slice(at + TagLength, (int)size);
        // Data are padded to 8 bytes, compressed ones are not, and the padding of the last element may be missing.
        var padded = type == MatType.Compressed ? size : ((long)size + 7) / 8 * 8;
        at = (int)Math.Min(at + TagLength + padded, bytes.Length);
        return true;
    }

    /// <summary>The data of the next element, which must be there and of this type.</summary>
    public ReadOnlySpan<byte> Require(MatType wanted, string what) => Next(out var type, out var data) && type == wanted
        ? data
        : throw new KinemaException(ExitCode.Data, $"{where}: a variable lacks {what}: the file is damaged");

    private readonly uint ReadUInt32(int position) => bigEndian
        ? BinaryPrimitives.ReadUInt32BigEndian(bytes[position..])
        : BinaryPrimitives.ReadUInt32LittleEndian(bytes[position..]);

    private readonly KinemaException CutOff() => new(ExitCode.Data, $"{where}: ends in the middle of an element; was the copy cut off?");
}
