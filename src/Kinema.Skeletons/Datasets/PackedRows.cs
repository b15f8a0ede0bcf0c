using System.Runtime.InteropServices;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>Coordinates x, y, z in double to and from the rows of a packed file: Float32 or Float64, without z in a 2-dimensional layout.</summary>
internal static class PackedRows
{
    /// <summary>Coordinates [point][x, y, z] to bytes; rounded where the file holds Float32.</summary>
    public static void Encode(ReadOnlySpan<double> coordinates, StoredType type, int dimensions, Span<byte> destination)
    {
        if (type == StoredType.Float64)
        {
            var doubles = MemoryMarshal.Cast<byte, double>(destination);
            for (int from = 0, to = 0; from < coordinates.Length; from += 3, to += dimensions)
                coordinates.Slice(from, dimensions).CopyTo(doubles[to..]);
            return;
        }
        var singles = MemoryMarshal.Cast<byte, float>(destination);
        for (int from = 0, to = 0; from < coordinates.Length; from += 3)
        {
            for (var axis = 0; axis < dimensions; axis++)
                singles[to++] = (float)coordinates[from + axis];
        }
    }

    /// <summary>Bytes to coordinates [point][x, y, z]; z is 0 in a 2-dimensional layout.</summary>
    public static void Decode(ReadOnlySpan<byte> source, StoredType type, int dimensions, Span<double> coordinates)
    {
        var count = coordinates.Length / 3 * dimensions;
        if (type == StoredType.Float64)
        {
            MemoryMarshal.Cast<byte, double>(source)[..count].CopyTo(coordinates);
        }
        else
        {
            var singles = MemoryMarshal.Cast<byte, float>(source);
            for (var i = 0; i < count; i++)
                coordinates[i] = singles[i];
        }
        if (dimensions == 2)
            Spread(coordinates);
    }

    // x y x y … to x y 0 x y 0 …, from the end, so that nothing is overwritten before it is moved.
    private static void Spread(Span<double> points)
    {
        for (var point = points.Length / 3 - 1; point >= 0; point--)
        {
            var (x, y) = (points[point * 2], points[point * 2 + 1]);
            (points[point * 3], points[point * 3 + 1], points[point * 3 + 2]) = (x, y, 0);
        }
    }
}
