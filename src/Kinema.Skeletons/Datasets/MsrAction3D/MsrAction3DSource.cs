using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.MsrAction3D;

/// <summary>
/// MSR Action3D (Li, Zhang and Liu, CVPR Workshops 2010) in real-world coordinates: 20 actions by 10 people, two or three takes, 20 joints in
/// metres at 15 frames a second. Files <c>aAA_sSS_eEE_skeleton3D.txt</c> at any depth; a line a joint, <c>x y z confidence</c>, 20 a frame.
/// </summary>
/// <remarks>
/// Frames without a body, all joints at (0, 0, 0), are left out: 20 of the 567 files have some, and no joint is zero in any other frame. Of
/// 567 clips the 557 of the usual list are read unless all are asked for.
/// </remarks>
internal sealed class MsrAction3DSource : FileSource
{
    private const string Ending = "_skeleton3D.txt";
    private static readonly SkeletonLayout Joints = Layouts.Get("msr-action3d-20");

    private MsrAction3DSource(ClipFiles files, FoundFiles found, bool all)
        : base(files, all ? found.Files : found.Files.Where(Listed), [.. found.Doubles, .. all ? [] : Unlisted(files, found),
            .. found.Missing(all ? MsrAction3DList.Recorded : MsrAction3DList.Names, files)])
    {
    }

    public override string Name => "msr-action3d";

    public override string Preparation => "without-empty-frames 1";

    public override SkeletonLayout Layout => Joints;

    public override IReadOnlyList<string> Classes { get; } =
    [
        "high arm wave", "horizontal arm wave", "hammer", "hand catch", "forward punch", "high throw", "draw x", "draw tick", "draw circle",
        "hand clap", "two hand wave", "side boxing", "bend", "forward kick", "side kick", "jogging", "tennis swing", "tennis serve", "golf swing",
        "pick up and throw",
    ];

    /// <summary>Odd subjects train, even ones test: on all 20 actions, or on one of the authors' three sets of eight, whose results are averaged.</summary>
    public override IReadOnlyList<Protocol> Protocols { get; } =
    [
        OddEven.Subjects("official"),
        OddEven.Subjects("as1", [.. new[] { 2, 3, 5, 6, 10, 13, 18, 20 }.Select(action => action - 1)]),
        OddEven.Subjects("as2", [.. new[] { 1, 4, 7, 8, 9, 11, 12, 14 }.Select(action => action - 1)]),
        OddEven.Subjects("as3", [.. new[] { 6, 14, 15, 16, 17, 18, 19, 20 }.Select(action => action - 1)]),
    ];

    /// <param name="path">A folder or zip.</param>
    /// <param name="all">Whether the ten clips outside the list are read too.</param>
    public static MsrAction3DSource At(string path, bool all = false)
    {
        var files = ClipFiles.Open(path);
        return new MsrAction3DSource(files, FoundFiles.Some(files, most: 2 * 567,
            $"clip of MSR Action3D: files are named like a01_s01_e01{Ending}", inside => MsrName.Of(inside, Ending, actions: 20)?.ToString()), all);
    }

    private protected override ItemClips Read(FoundFile file, string where, ClipFiles.Reader reader) =>
        Parse(reader.Read(file.Index), MsrName.Of(file.Name, "", actions: 20)!.Value, where);

    internal static ItemClips Parse(ReadOnlySpan<byte> text, MsrName name, string where)
    {
        var frames = new FrameList(Joints);
        var lines = new NumberLines(text, where);
        var empty = 0;
        while (lines.NextLine())
        {
            var frame = frames.Add(lines);
            for (var joint = 0; joint < Joints.JointCount; joint++)
            {
                if (joint > 0 && !lines.NextLine())
                    throw lines.Wrong($"the file ends after {joint} of the {Joints.JointCount} joints of a frame");
                for (var axis = 0; axis < 3; axis++)
                    frame[(joint * 3) + axis] = lines.NextCoordinate(Joints);
                lines.Next();                                // the confidence
                lines.EndLine();
            }
            if (frame.ContainsAnyExcept(0.0))
                continue;
            frames.RemoveLast();
            empty++;
        }
        if (frames.Count == 0 && empty > 0)
            return new ItemClips([], [SkippedClip.Of(name.ToString(), LeftOutByRule.NoBody, $"{where}: of {Plural.Of(empty, "frame")} none has a body: all joints are at 0")], []);
        var clip = frames.ToClip(name.ToString(), name.Action - 1, name.Subject, where);
        return new ItemClips([clip], [], empty == 0
            ? []
            : [SkippedClip.Of(
                name.ToString(), "empty-frames", $"{where}: {empty} of {empty + clip.Frames} frames have no body, all joints at 0, and are left out")]);
    }

    private static bool Listed(FoundFile file) => !MsrAction3DList.Unused.Contains(file.Name);

    private static IEnumerable<SkippedClip> Unlisted(ClipFiles files, FoundFiles found) =>
        from file in found.Files
        where !Listed(file)
        select new SkippedClip(file.Name, LeftOutByRule.NotInList, $"{files.Where(file.Index)}: one of the ten clips that are not in the usual list of 557");
}
