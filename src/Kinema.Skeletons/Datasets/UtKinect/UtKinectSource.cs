using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.UtKinect;

/// <summary>
/// UTKinect-Action3D (Xia, Chen and Aggarwal, CVPR Workshops 2012): ten people do ten actions twice, 20 recordings, 20 joints of the first
/// Kinect in metres, cut into 199 clips. Files <c>joints_sSS_eEE.txt</c> (a line a frame: its number, 20 times x y z) and
/// <c>actionLabel.txt</c>, at any depth.
/// </summary>
/// <remarks>
/// Segments are cut by the numbers of frames, not by lines: numbers step by two or more, some are missing, and some are there several times
/// with other coordinates, of which the first is kept. The label file is taken as it is; two lines that papers doubt are noted, and one segment
/// without numbers is skipped. Clips are called after recording and action: <c>s01_e01.walk</c>.
/// </remarks>
internal sealed class UtKinectSource : FileSource
{
    private const string LabelFile = "actionLabel.txt";
    private readonly IReadOnlyDictionary<string, IReadOnlyList<UtKinectSegment>> labels;
    private readonly string labelsWhere;

    private UtKinectSource(ClipFiles files, FoundFiles found, int labelFile, IReadOnlyDictionary<string, IReadOnlyList<UtKinectSegment>> labels)
        : base(files, found.Files.Where(file => labels.ContainsKey(file.Name)),
            [.. found.Doubles, .. found.Missing(UtKinectLabels.Recordings, files), .. WithoutLabels(files, found, labelFile, labels)], _ => labelFile) =>
        (this.labels, labelsWhere) = (labels, files.Where(labelFile));

    public override string Name => "utkinect";

    public override string Preparation => "by-frame-number 1";

    public override SkeletonLayout Layout => Layouts.NwUcla;

    public override IReadOnlyList<string> Classes => UtKinectLabels.Classes;

    /// <summary>
    /// <c>subjects</c>: odd ones train, even ones test; and <c>leave-one-out-01</c> to <c>-20</c>: that recording tests, all others train.
    /// </summary>
    public override IReadOnlyList<Protocol> Protocols { get; } =
    [
        OddEven.Subjects("subjects"),
        .. UtKinectLabels.Recordings.Select((recording, i) => new Protocol(
            string.Create(CultureInfo.InvariantCulture, $"leave-one-out-{i + 1:00}"),
            clip => clip.Name.StartsWith(recording, StringComparison.Ordinal) ? "test" : "train")),
    ];

    public static UtKinectSource At(string path)
    {
        var files = ClipFiles.Open(path);
        var found = FoundFiles.Some(files, most: 2 * 20, "recording of UTKinect-Action3D: files are named like joints_s01_e01.txt",
            UtKinectLabels.RecordingOf);
        var labels = FoundFiles.Some(files, most: 2, $"file {LabelFile}, which says where the actions lie",
            inside => inside == LabelFile || inside.EndsWith("/" + LabelFile, StringComparison.Ordinal) ? LabelFile : null).Files[0];
        using var reader = files.Open();
        return new UtKinectSource(files, found, labels.Index, UtKinectLabels.Parse(reader.Read(labels.Index), files.Where(labels.Index)));
    }

    private protected override ItemClips Read(FoundFile file, string where, ClipFiles.Reader reader) =>
        Cut(reader.Read(file.Index), file.Name, where, labels[file.Name], labelsWhere);

    internal static ItemClips Cut(
        ReadOnlySpan<byte> text, string recording, string where, IReadOnlyList<UtKinectSegment> segments, string labelsWhere)
    {
        var (frames, numbers, repeated) = ReadRows(text, where);
        var (clips, skipped, notes) = (new List<SkeletonClip>(), new List<SkippedClip>(), new List<SkippedClip>());
        if (repeated > 0)
            notes.Add(SkippedClip.Of(recording, "repeated-frames", $"{where}: {repeated} lines repeat the number of the line before and are left out"));
        foreach (var segment in segments)
        {
            var name = $"{recording}.{UtKinectLabels.Classes[segment.Label]}";
            if (segment is not { First: { } first, Last: { } last })
            {
                skipped.Add(SkippedClip.Of(name, LeftOutByRule.NoLabel, $"{labelsWhere}: line {segment.Line}: NaN instead of frames"));
                continue;
            }
            var (from, to) = (Place(numbers, first), Place(numbers, last + 1L));
            if (from >= to)
            {
                skipped.Add(SkippedClip.Of(name, "no-frame", $"{labelsWhere}: line {segment.Line}: the recording has no frame from {first} to {last}"));
                continue;
            }
            clips.Add(frames.ToClip(name, segment.Label, int.Parse(recording.AsSpan(1, 2), CultureInfo.InvariantCulture), from, to - from));
            if (UtKinectLabels.Doubt(recording, segment) is { } doubt)
                notes.Add(SkippedClip.Of(name, "doubted-label", $"{labelsWhere}: line {segment.Line}: {first} to {last} as the official file has it; {doubt}"));
        }
        return new ItemClips(clips, skipped, notes);
    }

    private static (FrameList Frames, List<int> Numbers, int Repeated) ReadRows(ReadOnlySpan<byte> text, string where)
    {
        var layout = Layouts.NwUcla;
        var (frames, numbers, repeated) = (new FrameList(layout), new List<int>(), 0);
        var lines = new NumberLines(text, where);
        while (lines.NextLine())
        {
            var number = lines.NextInteger("the frame number");
            if (numbers.Count > 0 && number < numbers[^1])
                throw lines.Wrong($"frame {number} comes after frame {numbers[^1]}");
            var frame = frames.Add(lines);
            for (var i = 0; i < frame.Length; i++)
                frame[i] = lines.NextCoordinate(layout);
            lines.EndLine();
            if (numbers.Count > 0 && number == numbers[^1])
            {
                frames.RemoveLast();
                repeated++;
            }
            else
            {
                numbers.Add(number);
            }
        }
        return numbers.Count > 0 ? (frames, numbers, repeated) : throw new KinemaException(ExitCode.Data, $"{where}: the recording has no frames");
    }

    // How many numbers are less than one.
    private static int Place(List<int> numbers, long number)
    {
        var place = number > int.MaxValue ? ~numbers.Count : numbers.BinarySearch((int)number);
        return place < 0 ? ~place : place;
    }

    private static IEnumerable<SkippedClip> WithoutLabels(
        ClipFiles files, FoundFiles found, int labelFile, IReadOnlyDictionary<string, IReadOnlyList<UtKinectSegment>> labels) =>
        from file in found.Files
        where !labels.ContainsKey(file.Name)
        select new SkippedClip(file.Name, "label-missing", $"{files.Where(labelFile)}: says nothing of recording {file.Name}");
}
