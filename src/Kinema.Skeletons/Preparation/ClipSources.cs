using System.Globalization;
using Kinema.Skeletons.Datasets.MsrAction3D;
using Kinema.Skeletons.Datasets.MsrDailyActivity;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Datasets.NwUcla;
using Kinema.Skeletons.Datasets.PkuMmd;
using Kinema.Skeletons.Datasets.SbuInteraction;
using Kinema.Skeletons.Datasets.UtdMhad;
using Kinema.Skeletons.Datasets.UtKinect;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Preparation;

/// <summary>The data sets that are read in the files they come in, by name.</summary>
/// <example>
/// <code>
/// using var source = ClipSources.Open("utd-mhad", "utd-mhad.zip");
/// var clips = ClipCollection.Of(source).ToDataset(source, "official");                   // 861 clips
/// </code>
/// </example>
public static class ClipSources
{
    private static readonly SourceOption Cutting = new("cutting", ["half-open", "inclusive"],
        "frames of a label: half-open (from 0, as CMD) or inclusive (from 1, as AimCLR)");

    private static readonly SourceOption Bodies = new("preparation", NtuSource.Preparations,
        "of NTU: ctr-gcn (denoised actors, one origin), skeleton-contrast or st-gcn (two bodies)");

    private static readonly ClipSourceFacts Pku = new("ntu", 51, ["xsub", "xview"]);

    /// <summary>All kinds, in the order they are listed to users.</summary>
    public static IReadOnlyList<ClipSourceKind> All { get; } =
    [
        new("nw-ucla", "Northwestern-UCLA: 1,484 clips, 10 actions, 10 people, 3 cameras, 20 joints",
            "the download of the CTR-GCN read-me: files a01_s01_e00_v01.json", new("nw-ucla", 10, ["official"]), [], (path, _) => NwUclaSource.At(path)),
        new("ntu60", "NTU RGB+D 60: 56,880 clips, 60 actions, 40 people, 3 cameras, one or two persons, 25 joints",
            "files S001C001P001R001A001.skeleton, or nturgbd_skeletons_s001_to_s017.zip", new("ntu", 60, ["xsub", "xview"]), [Bodies],
            (path, options) => NtuSource.Open(path, NtuSet.Ntu60, options.Preparation)),
        new("ntu120", "NTU RGB+D 120: 114,480 clips, 120 actions, 106 people, 32 setups, one or two persons, 25 joints",
            "the same, with nturgbd_skeletons_s018_to_s032.zip beside it in one folder", new("ntu", 120, ["xsub", "xset"]), [Bodies],
            (path, options) => NtuSource.Open(path, NtuSet.Ntu120, options.Preparation)),
        new("pku1", "PKU-MMD phase 1: 1,076 long videos, 51 actions, 66 people, 3 views, 25 joints",
            "recordings 0002-L.txt, their labels in a folder named like 'label', cross-subject.txt and cross-view.txt", Pku, [Cutting],
            (path, options) => PkuMmdSource.At(path, phase: 1, CuttingOf(options))),
        new("pku2", "PKU-MMD phase 2: 1,009 long videos, 41 of 51 actions, 13 people, 3 views, 25 joints",
            "recordings A01N01-L.txt, their labels in a folder named like 'label', cross-subject_v2.txt and cross-view_v2.txt", Pku, [Cutting],
            (path, options) => PkuMmdSource.At(path, phase: 2, CuttingOf(options))),
        new("utd-mhad", "UTD-MHAD: 861 clips, 27 actions, 8 people, 20 joints",
            "files a1_s1_t1_skeleton.mat", new("utd-mhad", 27, ["official"]), [], (path, _) => UtdMhadSource.At(path)),
        new("sbu", "SBU Kinect Interaction: 282 clips of two people, 8 actions, 21 pairs, 15 joints",
            "files s01s02/01/001/skeleton_pos.txt", new("sbu-15", 8, Numbered("fold-", 5)), [], (path, _) => SbuInteractionSource.At(path)),
        new("msr-action3d", "MSR Action3D: 557 clips, 20 actions, 10 people, 20 joints",
            "files a01_s01_e01_skeleton3D.txt (real-world coordinates)", new("msr-action3d-20", 20, ["official", "as1", "as2", "as3"]),
            [new("clips", ["listed", "all"], "listed: the 557 that papers use, or all: ten more")],
            (path, options) => MsrAction3DSource.At(path, all: options.Clips == "all")),
        new("utkinect", "UTKinect-Action3D: 199 clips, 10 actions, 10 people, 20 joints",
            "files joints_s01_e01.txt and actionLabel.txt", new("nw-ucla", 10, ["subjects", .. Numbered("leave-one-out-", 20, "00")]), [],
            (path, _) => UtKinectSource.At(path)),
        new("msr-daily-activity", "MSRDailyActivity3D: 320 clips, 16 actions, 10 people, 20 joints",
            "files a01_s01_e01_skeleton_proj.txt (lines of frame, joint, x, y, z)", new("nw-ucla", 16, ["official", "folders"]), [],
            (path, _) => MsrDailyActivitySource.At(path)),
    ];

    /// <summary>A kind by name.</summary>
    /// <param name="name">The name.</param>
    /// <exception cref="KinemaException">There is none of this name (<see cref="ExitCode.Usage"/>).</exception>
    public static ClipSourceKind Get(string name) => All.FirstOrDefault(kind => kind.Name == name)
        ?? throw new KinemaException(ExitCode.Usage,
            $"unknown data set '{name}'{Suggestion.For(name, Names)}: there are {string.Join(", ", Names)}");

    /// <summary>Opens a set by name.</summary>
    /// <param name="name">The name of its kind.</param>
    /// <param name="path">A folder or zip.</param>
    /// <param name="options">What is chosen; null takes what is usual.</param>
    /// <exception cref="KinemaException">
    /// The name, an option or its value is unknown (<see cref="ExitCode.Usage"/>), or the files are not of this set (<see cref="ExitCode.Data"/>).
    /// </exception>
    public static ClipSource Open(string name, string path, SourceOptions? options = null) => Get(name).Open(path, options);

    private static string[] Numbered(string name, int count, string format = "0") =>
        [.. Enumerable.Range(1, count).Select(number => name + number.ToString(format, CultureInfo.InvariantCulture))];

    private static IEnumerable<string> Names => All.Select(kind => kind.Name);

    private static PkuMmdCutting CuttingOf(SourceOptions options) =>
        options.Cutting == "inclusive" ? PkuMmdCutting.Inclusive : PkuMmdCutting.HalfOpen;
}
