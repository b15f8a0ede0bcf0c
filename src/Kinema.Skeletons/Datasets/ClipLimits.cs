using System.Globalization;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// What is believed of one clip, so that a damaged or hostile file is refused before memory is given to it. Real clips stay far below:
/// the largest of NW-UCLA has some 200 frames and half a megabyte.
/// </summary>
internal static class ClipLimits
{
    /// <summary>Bytes of a clip file, unpacked.</summary>
    public const int Bytes = 16 << 20;

    /// <summary>T: eleven minutes at 30 frames per second.</summary>
    public const int Frames = 20_000;

    /// <summary>All of a stream, unless it is longer than a clip may be; the length it claims is not trusted.</summary>
    /// <param name="stream">What to read.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="limit">The most bytes it may have.</param>
    /// <exception cref="KinemaException">It is (<see cref="ExitCode.Data"/>).</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] ReadAll(Stream stream, string where, int limit = Bytes)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            if (memory.Length + count > limit)
                throw TooLarge(where, null, limit);
            memory.Write(buffer, 0, count);
        }
        return memory.ToArray();
    }

    /// <summary>The refusal of a clip file by its size; null where it has no end in sight.</summary>
    public static KinemaException TooLarge(string where, long? bytes, int limit = Bytes) => new(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
        $"{where}: has {(bytes is { } known ? $"{known}" : $"more than {limit}")} bytes; a clip file has at most {limit >> 20} MiB"));
}
