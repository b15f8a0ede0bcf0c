using System.Text;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.PkuMmd;

/// <summary>
/// A split file: a heading for training, a list of names divided by commas, a heading for validation, a list. The side of each video of one
/// phase.
/// </summary>
internal static class PkuMmdSplit
{
    private const int Most = 10_000;                         // names; both phases together have some two thousand videos

    /// <summary>Which split a file holds by its name: <c>xsub</c>, <c>xview</c>, or null if it is another file.</summary>
    public static string? ProtocolOf(string inside)
    {
        var name = inside[(inside.LastIndexOf('/') + 1)..].ToLowerInvariant().Replace('_', '-');
        if (!name.StartsWith("cross-", StringComparison.Ordinal) || !name.EndsWith(".txt", StringComparison.Ordinal))
            return null;
        return name.StartsWith("cross-subject", StringComparison.Ordinal) ? "xsub" : name.StartsWith("cross-view", StringComparison.Ordinal) ? "xview" : null;
    }

    /// <summary>Reads a split file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="phase">1 or 2; names of the other phase are passed over.</param>
    /// <param name="sides"><c>train</c> or <c>test</c> by the name of the video; takes the names of the file.</param>
    /// <exception cref="KinemaException">It is no such file, or puts a video on both sides (<see cref="ExitCode.Data"/>).</exception>
    public static void Read(ReadOnlySpan<byte> text, string where, int phase, Dictionary<string, string> sides)
    {
        var lines = new NumberLines(text, where);
        string? side = null;
        var names = 0;
        while (lines.NextLine())
        {
            if (HeadingOf(lines.Rest) is { } heading)
            {
                side = heading;
                continue;
            }
            while (!lines.Rest.IsEmpty)
            {
                var token = lines.TakeUntil((byte)',');
                if (token.IsEmpty)
                    continue;
                if (side is null)
                    throw lines.Wrong($"a name comes before the heading 'Training videos:'");
                if (++names > Most)
                    throw lines.Wrong($"more than {Most} names: this is another kind of file");
                var name = Encoding.Latin1.GetString(token[..Math.Min(token.Length, 16)]);
                if (PkuMmdName.Parse(name) is not { } told)
                    throw lines.Wrong($"'{OneLine.Of(token)}' is no name of a video: they are like 0002-L or A01N01-L");
                if (told.Phase == phase && !sides.TryAdd(name, side) && sides[name] != side)
                    throw lines.Wrong($"{name} is on both sides");
            }
        }
    }

    // "Training videos:", and "Validataion videos:" in the original.
    private static string? HeadingOf(ReadOnlySpan<byte> line) =>
        Starts(line, "train"u8) ? "train" : Starts(line, "valid"u8) || Starts(line, "test"u8) ? "test" : null;

    private static bool Starts(ReadOnlySpan<byte> line, ReadOnlySpan<byte> word) =>
        line.Length >= word.Length && Ascii.EqualsIgnoreCase(line[..word.Length], word);
}
