using System.Text.Encodings.Web;
using System.Text.Json;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using static System.FormattableString;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// What a packed set lacks of the files it was made of, as numbers by <see cref="SkippedClip.Kind"/>: the set by itself does not show that it
/// is not whole.
/// </summary>
internal static class LeftOutClips
{
    /// <summary>Bytes kept for it in the header: more than all kinds there are would take.</summary>
    internal const int Room = 1024;

    // What those of an earlier set may take of it: the kinds that a set made of its clips adds must have room, too.
    private const int MostBefore = Room / 2;

    private const string Others = "others";

    /// <summary>The kind of a clip that a list names and of which there was no file.</summary>
    internal const string Absent = "absent";

    /// <summary>Counts what a preparation left out.</summary>
    /// <param name="source">Knows what was left out before: clips its lists name, clips that a set it is made of had lost already.</param>
    /// <param name="skipped">All that it named.</param>
    public static IReadOnlyDictionary<string, int> Of(ClipSource source, IEnumerable<SkippedClip> skipped)
    {
        var before = source.LeftOutBefore;
        if (BytesOf(before) > MostBefore)
            before = new Dictionary<string, int> { [Others] = (int)Math.Min(before.Sum(kind => (long)kind.Value), int.MaxValue) };
        var counts = new SortedDictionary<string, int>(before.ToDictionary(), StringComparer.Ordinal);
        foreach (var (kind, count) in skipped.CountBy(clip => clip.Kind).Append(new(Absent, source.Absent.Count())))
        {
            if (count > 0)
                counts[kind] = (int)Math.Min((long)counts.GetValueOrDefault(kind) + count, int.MaxValue);     // a file may claim any number
        }
        return counts;
    }

    /// <summary>The numbers as the file keeps them.</summary>
    public static string Text(IReadOnlyDictionary<string, int> counts) =>
        JsonSerializer.Serialize(new SortedDictionary<string, int>(counts.ToDictionary(), StringComparer.Ordinal));

    /// <summary>The numbers of a file; none of one that was packed before there were any.</summary>
    /// <param name="text">What <see cref="Text"/> wrote; null if the file has no such entry.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="KinemaException">It is something else (<see cref="ExitCode.Data"/>).</exception>
    public static IReadOnlyDictionary<string, int> Parse(string? text, string path)
    {
        try
        {
            var counts = text is null ? [] : JsonSerializer.Deserialize<Dictionary<string, int>>(text);
            if (counts is not null && BytesOf(counts) > Room)
                throw Refusal.Data($"{path}: its metadata entry 'left-out' has more kinds of clips, or longer ones, than the {Room} bytes kept for them hold");
            if (counts is not null && counts.All(kind => kind.Key.Length > 0 && kind.Value > 0))
                return counts;
        }
        catch (JsonException)
        {
            // Told below, as for numbers that cannot be.
        }
        throw Refusal.Data($"{path}: its metadata entry 'left-out' does not say how many clips of which kind were left out");
    }

    // In the header, where the text is a string of JSON once more.
    private static int BytesOf(IReadOnlyDictionary<string, int> counts) =>
        JsonEncodedText.Encode(Text(counts), JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length;

    /// <summary>What is to be said of a set that lacks clips: a warning, unless all were left out by rule.</summary>
    public static IEnumerable<DatasetFault> Faults(ClipDataset dataset, string path)
    {
        var counts = dataset.LeftOut.OrderByDescending(kind => kind.Value).ThenBy(kind => kind.Key, StringComparer.Ordinal).ToList();
        if (dataset.LeftOut.GetValueOrDefault(Absent) is var absent and > 0)
        {
            yield return new DatasetFault(FaultSeverity.Warning, "missing-clip",
                $"{path}: was packed without {Plural.Of(absent, "clip")} of its lists, which {(absent == 1 ? "was" : "were")} not there; get what is missing and pack it again");
        }
        if (Told(kind => kind != Absent && !LeftOutByRule.Covers(kind)) is { } faulty)
            yield return new DatasetFault(FaultSeverity.Warning, "skipped-clip", $"{path}: was packed without clips that could not be used: {faulty}; packing it again names them");
        if (Told(LeftOutByRule.Covers) is { } ruled)
            yield return new DatasetFault(FaultSeverity.Note, "left-out", $"{path}: was packed without clips that are left out by rule: {ruled}");

        string? Told(Func<string, bool> which) => counts.Where(kind => which(kind.Key)).Select(kind => Invariant($"{kind.Value} {kind.Key}")).ToList() is
            { Count: > 0 } some ? OneLine.Some(some, 8) : null;
    }
}
