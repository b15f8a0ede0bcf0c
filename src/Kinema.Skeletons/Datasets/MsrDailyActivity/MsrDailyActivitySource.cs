using Kinema.Skeletons.Datasets.MsrAction3D;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.MsrDailyActivity;

/// <summary>
/// MSRDailyActivity3D (Wang et al., CVPR 2012) in a widely copied reformatted text: 320 clips of 16 actions by 10 people, twice each, 20 joints
/// of the first Kinect in metres with three decimals. Files <c>aAA_sSS_eEE_skeleton_proj.txt</c> at any depth; a line a joint:
/// <c>frame joint x y z</c>, both counted from 1. The folders they lie in do not matter.
/// </summary>
/// <remarks>
/// The last frame of four clips has NaN. Frames with NaN at the beginning or end of a clip are left out and noted; a clip that has some in
/// its middle is skipped.
/// </remarks>
internal sealed class MsrDailyActivitySource : FileSource
{
    private const string Ending = "_skeleton_proj.txt";

    private MsrDailyActivitySource(ClipFiles files, FoundFiles found)
        : base(files, found.Files, [.. found.Doubles, .. found.Missing(MsrName.All(actions: 16, takes: 2), files)])
    {
    }

    public override string Name => "msr-daily-activity";

    public override string Preparation => "without-nan-frames 1";

    public override SkeletonLayout Layout => Layouts.NwUcla;

    public override IReadOnlyList<string> Classes { get; } =
    [
        "drink", "eat", "read book", "call cellphone", "write on a paper", "use laptop", "use vacuum cleaner", "cheer up", "sit still",
        "toss paper", "play game", "lie down on sofa", "walk", "play guitar", "stand up", "sit down",
    ];

    /// <summary>The usual one, odd subjects train; and that of the reformatted copy's folders: subjects 1 to 6 train.</summary>
    public override IReadOnlyList<Protocol> Protocols { get; } =
        [OddEven.Subjects("official"), new Protocol("folders", clip => clip.Subject <= 6 ? "train" : "test")];

    public static MsrDailyActivitySource At(string path)
    {
        var files = ClipFiles.Open(path);
        return new MsrDailyActivitySource(files, FoundFiles.Some(files, most: 2 * 320,
            $"clip of MSRDailyActivity3D: files are named like a01_s01_e01{Ending}", inside => MsrName.Of(inside, Ending, actions: 16)?.ToString()));
    }

    private protected override ItemClips Read(FoundFile file, string where, ClipFiles.Reader reader) =>
        Parse(reader.Read(file.Index), MsrName.Of(file.Name, "", actions: 16)!.Value, where);

    internal static ItemClips Parse(ReadOnlySpan<byte> text, MsrName name, string where)
    {
        var layout = Layouts.NwUcla;
        var frames = new FrameList(layout);
        var lines = new NumberLines(text, where);
        var (read, before, after) = (0, 0, 0);                // frames in all; with NaN before the first good one, and after the last so far
        while (lines.NextLine())
        {
            read++;
            var frame = frames.Add(lines);
            var bad = false;
            for (var joint = 0; joint < layout.JointCount; joint++)
            {
                if (joint > 0 && !lines.NextLine())
                    throw lines.Wrong($"the file ends after {joint} of the {layout.JointCount} joints of a frame");
                var (told, which) = (lines.NextInteger("the frame"), lines.NextInteger("the joint"));
                if (told != read || which != joint + 1)
                    throw lines.Wrong($"is frame {told}, joint {which}, where frame {read}, joint {joint + 1} is due");
                for (var axis = 0; axis < 3; axis++)
                {
                    var value = lines.Next();
                    bad |= double.IsNaN(value);
                    frame[(joint * 3) + axis] = double.IsNaN(value) ? value : lines.Checked(value, layout);
                }
                lines.EndLine();
            }
            if (bad)
            {
                frames.RemoveLast();
                if (frames.Count == 0) before++;
                else after++;
            }
            else if (after > 0)
            {
                return new ItemClips(
                    [], [SkippedClip.Of(name.ToString(), "nan-coordinate", $"{where}: frame {read - 1} has NaN, and frames after it have not")], []);
            }
        }
        if (frames.Count == 0 && before > 0)
            return new ItemClips([], [SkippedClip.Of(name.ToString(), "nan-coordinate", $"{where}: of {Plural.Of(before, "frame")} none is without NaN")], []);
        var clip = frames.ToClip(name.ToString(), name.Action - 1, name.Subject, where);
        return new ItemClips([clip], [], before + after == 0
            ? []
            : [SkippedClip.Of(
                name.ToString(), "nan-frames", $"{where}: {before} frames at the beginning and {after} at the end of {read} have NaN and are left out")]);
    }
}
