using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.PkuMmd;

/// <summary>
/// PKU-MMD (Liu et al., 2017): long videos of up to two people, 25 joints of the second Kinect in metres at 30 frames a second, cut into the
/// actions that their labels name. Phase 1 has 1,076 videos, phase 2 has 1,009.
/// </summary>
/// <remarks>
/// A clip keeps its whole length and the bodies that are there in any of its frames. It is called after the video and the line of its label:
/// <c>0002-L.003</c>. Public converters cut clips of more than 300 frames: with <c>half-open</c> the first 300 are kept, with <c>inclusive</c> the
/// central 300. That is left to the pipeline of training, which takes its share of a clip of any length. A label that reaches beyond the last
/// frame is cut there, as public converters do, and noted.
/// </remarks>
internal sealed class PkuMmdSource : FileSource
{
    private const int MostCover = 2;                         // times a video may be covered by labels; those of real ones hardly overlap

    private readonly PkuMmdFiles set;
    private readonly PkuMmdCutting cutting;

    private PkuMmdSource(PkuMmdFiles set, PkuMmdCutting cutting)
        : base(set.Files, set.Recordings.Files.Where(file => set.Labels.ContainsKey(file.Name)),
            [.. set.Recordings.Doubles, .. WithoutLabels(set), .. set.Recordings.Missing(Listed(set), set.Files)],
            file => set.Labels[file.Name])
    {
        (this.set, this.cutting) = (set, cutting);
        Protocol[] listed = [.. set.Splits.Select(split =>
            new Protocol(split.Key, clip => split.Value.GetValueOrDefault(VideoOf(clip.Name), "test")))];
        Protocols = set.Splits.ContainsKey("xview") ? listed : [.. listed, new Protocol("xview", clip => clip.Camera == 1 ? "test" : "train")];
    }

    public override string Name => FormattableString.Invariant($"pku{set.Phase}");

    public override string Preparation => cutting == PkuMmdCutting.HalfOpen ? "half-open 1" : "inclusive 1";

    public override SkeletonLayout Layout => Layouts.Ntu;

    public override IReadOnlyList<string> Classes => PkuMmdClasses.Names;

    /// <summary>Which labels are taken where a video has two label files that differ.</summary>
    public override IReadOnlyList<string> Remarks
    {
        get
        {
            if (set.OtherLabels is not [var first, ..])
                return [];
            var videos = set.OtherLabels.Select(file => file.Name).Distinct().Count();
            return [$"{Name}: {Plural.Of(videos, "video")} {(videos == 1 ? "has" : "have")} label files that differ: {set.Files.Where(set.Labels[first.Name])} is taken "
                + $"and {set.Files.Where(first.Index)} left aside{(videos > 1 ? ", and so on" : "")}; keep one of the two folders"];
        }
    }

    /// <summary>
    /// <c>xsub</c> and <c>xview</c> as the split files have them; a video in neither list tests, as public converters do. Without its file there is no
    /// <c>xsub</c>, while <c>xview</c> is then known by the names: the left camera tests.
    /// </summary>
    public override IReadOnlyList<Protocol> Protocols { get; }

    /// <param name="path">A folder or zip with recordings, labels and split files at any depth.</param>
    /// <param name="phase">1 or 2.</param>
    /// <param name="cutting">How labels are understood.</param>
    public static PkuMmdSource At(string path, int phase, PkuMmdCutting cutting = PkuMmdCutting.HalfOpen) =>
        new(PkuMmdFiles.At(path, phase), cutting);

    private protected override ItemClips Read(FoundFile file, string where, ClipFiles.Reader reader)
    {
        var labelFile = set.Labels[file.Name];
        var labelsWhere = set.Files.Where(labelFile);
        var damaged = new List<SkippedClip>();
        var labels = PkuMmdLabels.Parse(
            reader.Read(labelFile), labelsWhere, (line, why) => damaged.Add(new SkippedClip(NameOf(file.Name, line), "bad-label", why)));
        if (labels.Count == 0 && damaged.Count > 0) throw new KinemaException(ExitCode.Data, damaged[0].Reason); // another kind of file
        var cut = Cut(new PkuMmdSequence(reader.Read(file.Index), where), file.Name, labels, labelsWhere, cutting);
        return cut with { Skipped = [.. damaged, .. cut.Skipped] };
    }

    private static string NameOf(string video, int line) => string.Create(CultureInfo.InvariantCulture, $"{video}.{line:000}");

    internal static ItemClips Cut(
        PkuMmdSequence sequence, string video, IReadOnlyList<PkuMmdLabel> labels, string labelsWhere, PkuMmdCutting cutting)
    {
        var told = PkuMmdName.Parse(video)!.Value;
        var (clips, skipped, notes, covered) = (new List<SkeletonClip>(), new List<SkippedClip>(), new List<SkippedClip>(), 0L);
        foreach (var label in labels)
        {
            var name = NameOf(video, label.Line);
            var where = string.Create(CultureInfo.InvariantCulture, $"{labelsWhere}: line {label.Line}");
            var first = label.Start - (cutting == PkuMmdCutting.Inclusive ? 1L : 0);
            var count = Math.Min(label.End, sequence.Frames) - first;
            if (Refusal(label, first, count, sequence.Frames) is var (kind, reason))
            {
                skipped.Add(new SkippedClip(name, kind, $"{where}: {reason}"));
                continue;
            }
            covered += count;
            if (covered > MostCover * (long)sequence.Frames)
                throw new KinemaException(ExitCode.Data, $"{labelsWhere}: covers the {sequence.Frames} frames of its video more than {MostCover} times over");
            try
            {
                if (sequence.Cut(name, told, label.Action - 1, (int)first, (int)count) is { } clip)
                    clips.Add(clip);
                else
                    skipped.Add(new SkippedClip(name, LeftOutByRule.NoBody, $"{where}: nobody is there in frames {label.Start} to {label.End}"));
            }
            catch (KinemaException error)
            {
                skipped.Add(new SkippedClip(name, "damaged", error.Message));
                continue;
            }
            if (label.End > sequence.Frames)
                notes.Add(new SkippedClip(name, "cut-segment", $"{where}: reaches to frame {label.End}; the video has {sequence.Frames}, and is cut there"));
        }
        return new ItemClips(clips, skipped, notes);
    }

    // Why frames first … first + count - 1 cannot be a clip; null if they can.
    private static (string Kind, string Reason)? Refusal(PkuMmdLabel label, long first, long count, int frames)
    {
        if (label.Action < 1 || label.Action > PkuMmdClasses.Names.Count)
            return ("bad-label", $"class {label.Action} is out of range 1 to {PkuMmdClasses.Names.Count}");
        if (first < 0 || count < 1)
            return ("bad-segment", $"{label.Start} to {label.End} are no frames of the video, which has {frames}");
        return count > ClipLimits.Frames ? ("too-long", $"has {count} frames; a clip has at most {ClipLimits.Frames}") : null;
    }

    // The video of a clip's name.
    private static string VideoOf(string name) => name.Split('.')[0];

    private static IEnumerable<string> Listed(PkuMmdFiles set) => set.Splits.Values.SelectMany(split => split.Keys).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<SkippedClip> WithoutLabels(PkuMmdFiles set) =>
        from file in set.Recordings.Files
        where !set.Labels.ContainsKey(file.Name)
        select new SkippedClip(file.Name, "label-missing", $"{set.Files.Where(file.Index)}: there is no label file of this video");
}
