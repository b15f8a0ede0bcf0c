using System.Text;
using Kinema.Storage;

namespace Kinema.Tests.Shared;

/// <summary>Seeded damage to a sound file: bytes changed, cut, doubled and swapped, and words put in that parsers of numbers stumble over.</summary>
internal static class Mutations
{
    private static readonly byte[][] Words = [.. new[]
    {
        "NaN", "-", "1e999", "-1e308", "99999999999999999999999", "0.0000000000000000000000000001", "\n", "\n\n", ",", ":", " ", "\t", "é", "\0",
        "Infinity", "1 2", "\"", "#", "[", "]", "{", "}", "null", "\\", "/", "\r", "e", "+",
    }.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The number of trials: as usual, or that in KINEMA_FUZZ (<c>eng/fuzz</c>) where it is larger.</summary>
    public static int Trials(int usual) => Math.Max(usual, Setting("KINEMA_FUZZ", 0));

    /// <summary>A seed, moved on by the number in KINEMA_FUZZ_SEED, so that each night tries something else.</summary>
    public static int Seed(int seed) => seed + (1000 * Setting("KINEMA_FUZZ_SEED", 0));

    /// <summary>Reads damaged copies of a sound file, so many or more (<see cref="Trials"/>): each is read or refused with one line.</summary>
    /// <returns>How many were refused.</returns>
    public static int Refused(byte[] sound, int seed, int count, Action<byte[]> read) => Of(sound, seed, count).Count(bytes => IsRefused(bytes, read));

    /// <summary>Reads one file; what is refused is bad data, said in one line.</summary>
    public static bool IsRefused(byte[] bytes, Action<byte[]> read)
    {
        try
        {
            read(bytes);
            return false;
        }
        catch (KinemaException error)
        {
            Assert.Equal(ExitCode.Data, error.ExitCode);
            Assert.DoesNotContain('\n', error.Message);
            return true;
        }
    }

    private static IEnumerable<byte[]> Of(byte[] sound, int seed, int count)
    {
        var random = new Random(Seed(seed));
        for (var i = 0; i < Trials(count); i++)
        {
            var bytes = sound;
            for (var damages = random.Next(1, 4); damages > 0; damages--) bytes = Damaged(bytes, random);
            yield return bytes;
        }
    }

    private static int Setting(string name, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : usual;

    private static byte[] Damaged(byte[] bytes, Random random)
    {
        if (bytes.Length == 0) return [(byte)random.Next(256)];
        var (at, length) = (random.Next(bytes.Length), random.Next(1, 40));
        var stretch = bytes.AsSpan(at, Math.Min(length, bytes.Length - at)).ToArray();
        switch (random.Next(6))
        {
            case 0: return [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]];
            case 1: return [.. bytes[..at], (byte)(bytes[at] ^ (1 << random.Next(8))), .. bytes[(at + 1)..]];
            case 2: return bytes[..at];
            case 3: return [.. bytes[..at], .. bytes[(at + stretch.Length)..]];
            case 4: return [.. bytes[..at], .. stretch, .. bytes[at..]];
            default: return [.. bytes[..at], .. Words[random.Next(Words.Length)], .. bytes[at..]];
        }
    }
}
