using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// Turns the padded array of one clip into the ragged clip it was made from: frames of zeros at the end are cut, persons of zeros left out,
/// and, where told, a second person who is a copy of the first.
/// </summary>
/// <param name="layout">The joints.</param>
/// <param name="options">How many persons are kept, and what coordinates are multiplied by.</param>
/// <param name="dropCopy">Whether a second person equal to the first stands for none, as in CTR-GCN's NTU RGB+D 120.</param>
internal sealed class RaggedClip(SkeletonLayout layout, ForeignOptions options, bool dropCopy = false)
{
    /// <summary>One clip, or why there is none.</summary>
    /// <param name="facts">Name, label and recording; frames and persons are not looked at.</param>
    /// <param name="points">[m][t][v][x, y, z]; not kept.</param>
    /// <param name="persons">M as stored.</param>
    /// <param name="frames">T as stored.</param>
    /// <param name="where">The file, for messages.</param>
    /// <param name="used">How many of the frames count, where the file says so; null for all of them.</param>
    public ItemClips Of(ClipFacts facts, ReadOnlySpan<double> points, int persons, int frames, string where, int? used = null)
    {
        var row = layout.JointCount * 3;
        var stored = frames * row;
        List<(int Person, int Last)> there = [];
        for (var person = 0; person < persons; person++)
        {
            var end = points.Slice(person * stored, (used ?? frames) * row).LastIndexOfAnyExcept(0.0);
            if (end >= 0)
                there.Add((person, end / row));
        }
        if (there.Count == 0)
            return Skip("no-frame", "holds nothing but zeros");
        if (dropCopy && there.Count == 2 && points[..stored].SequenceEqual(points.Slice(stored, stored)))
            there.RemoveAt(1);

        List<SkippedClip> notes = [];
        if (there.Count > options.Persons)
        {
            notes.Add(new SkippedClip(facts.Name, "more-persons", FormattableString.Invariant(
                $"{where}: clip {facts.Name} shows {there.Count} persons; the first {options.Persons} are kept")));
            there.RemoveRange(options.Persons, there.Count - options.Persons);
        }
        var frameCount = there.Max(person => person.Last) + 1;
        var length = frameCount * row;
        var kept = new double[there.Count * length];
        for (var i = 0; i < there.Count; i++)
            points.Slice(there[i].Person * stored, length).CopyTo(kept.AsSpan(i * length));
        for (var i = 0; options.Scale != 1 && i < kept.Length; i++)
            kept[i] *= options.Scale;
        if (CoordinateCheck.FirstFault(kept, frameCount, layout) is { } fault)
            return Skip("damaged", fault + CoordinateCheck.UnitHint(kept, layout, options.Scale));
        var clip = new SkeletonClip(facts.Name, frameCount, layout.JointCount, there.Count, kept)
        {
            Label = facts.Label,
            Subject = facts.Subject,
            Camera = facts.Camera,
            Setup = facts.Setup,
        };
        return new ItemClips([clip], [], notes);

        ItemClips Skip(string kind, string why) => new([], [new SkippedClip(facts.Name, kind, $"{where}: clip {facts.Name}: {why}")], []);
    }

    /// <summary>The clip whose label is none, or not one of the classes.</summary>
    public static ItemClips WithoutLabel(string name, string where, string why) =>
        new([], [new SkippedClip(name, "bad-label", $"{where}: clip {name}: {why}")], []);
}
