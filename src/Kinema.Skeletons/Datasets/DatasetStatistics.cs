using Kinema.Skeletons.Clips;

namespace Kinema.Skeletons.Datasets;

/// <summary>The lengths of clips, in frames.</summary>
/// <param name="Shortest">The shortest clip.</param>
/// <param name="P5">5 % of the clips are no longer (nearest rank).</param>
/// <param name="P25">25 % are no longer.</param>
/// <param name="Median">Half are no longer.</param>
/// <param name="P75">75 % are no longer.</param>
/// <param name="P95">95 % are no longer.</param>
/// <param name="Longest">The longest clip.</param>
/// <param name="Mean">The mean length.</param>
public sealed record FrameLengths(int Shortest, int P5, int P25, int Median, int P75, int P95, int Longest, double Mean);

/// <summary>The smallest and largest coordinate along an axis, in the sensor's unit.</summary>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
public readonly record struct CoordinateRange(double Low, double High);

/// <summary>
/// What <c>data inspect</c> shows of a data set: how many clips of what, how long, how large, and every fault. A strict check fails
/// if <see cref="Faults"/> holds a warning or an error.
/// </summary>
/// <example><code>var statistics = DatasetStatistics.Of(DatasetReader.Examine("nw-ucla.zip"));    // 12 zero joints</code></example>
public sealed class DatasetStatistics
{
    private DatasetStatistics()
    {
    }

    /// <summary>The set that was looked at.</summary>
    public required ClipDataset Dataset { get; init; }

    /// <summary>The sum of all clips' frames.</summary>
    public required long TotalFrames { get; init; }

    /// <summary>The lengths of the clips.</summary>
    public required FrameLengths Lengths { get; init; }

    /// <summary>The range of x, y and z, in this order.</summary>
    public required IReadOnlyList<CoordinateRange> Ranges { get; init; }

    /// <summary>The names of all protocols' splits, training first.</summary>
    public required IReadOnlyList<string> SplitNames { get; init; }

    /// <summary>Clips per split of every protocol.</summary>
    public required IReadOnlyList<ProtocolCounts> Protocols { get; init; }

    /// <summary>Clips per class, in the order of classes, by split.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<int>> ClassCounts { get; init; }

    /// <summary>The classes that some clip is of, in their order: of a part of a set, mostly a few of many.</summary>
    public IReadOnlyList<int> ClassesWithClips =>
        [.. Dataset.Clips.Select(clip => clip.Label).Where(label => label >= 0 && label < Dataset.Classes.Count).Distinct().Order()];

    /// <summary>The names of the other classes.</summary>
    public IReadOnlyList<string> ClassesWithoutClips => [.. Dataset.Classes.Index().ExceptBy(ClassesWithClips, pair => pair.Index).Select(pair => pair.Item)];

    /// <summary>Clips per subject; 0 stands for unknown.</summary>
    public required IReadOnlyDictionary<int, int> Subjects { get; init; }

    /// <summary>Clips per camera; 0 stands for unknown.</summary>
    public required IReadOnlyDictionary<int, int> Cameras { get; init; }

    /// <summary>Clips per subject of each split.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<int, int>> SplitSubjects { get; init; }

    /// <summary>Clips per camera of each split.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<int, int>> SplitCameras { get; init; }

    /// <summary>Clips per setup; 0 stands for unknown.</summary>
    public required IReadOnlyDictionary<int, int> Setups { get; init; }

    /// <summary>Clips without a label.</summary>
    public required int Unlabelled { get; init; }

    /// <summary>The names of clips with a single frame.</summary>
    public required IReadOnlyList<string> SingleFrameClips { get; init; }

    /// <summary>The number of joints at exactly (0, 0, 0) in frames where others are not: what a sensor writes for "not seen".</summary>
    public required int ZeroJoints { get; init; }

    /// <summary>The number of frames of a person in which every joint is at (0, 0, 0).</summary>
    public required int ZeroFrames { get; init; }

    /// <summary>
    /// The number of frames of a person with a NaN or an infinity. Readers refuse such clips, so it is 0 but for a set made in memory and a
    /// packed file that is examined although it is damaged.
    /// </summary>
    public required int WildFrames { get; init; }

    /// <summary>Test clips that are copies of training clips; empty if the set lacks one of the two splits.</summary>
    public IReadOnlyList<ClipCopy> Copies => ProtocolCopies.FirstOrDefault(found => found is { Train: "train", Test: "test" })?.Copies ?? [];

    /// <summary>The same for every protocol, and in it for every pair of splits that train and test.</summary>
    public required IReadOnlyList<ProtocolCopies> ProtocolCopies { get; init; }

    /// <summary>Bones whose length cannot be, the oddest of each clip; empty for 2-dimensional layouts.</summary>
    public required IReadOnlyList<BoneOutlier> OutlierBones { get; init; }

    /// <summary>What is wrong with the files and odd about the clips, the worst first.</summary>
    public required IReadOnlyList<DatasetFault> Faults { get; init; }

    /// <summary>Counts a set from memory, of which no file faults are known.</summary>
    /// <param name="dataset">The clips.</param>
    public static DatasetStatistics Of(ClipDataset dataset) =>
        Of(new ExaminedDataset(dataset, MissingClasses.InEvery(dataset, dataset.Name)));

    /// <summary>Counts an examined set and adds what is odd about its clips to its faults.</summary>
    /// <param name="examined">What <see cref="DatasetReader.Examine"/> returned.</param>
    public static DatasetStatistics Of(ExaminedDataset examined)
    {
        var dataset = examined.Dataset;
        var bones = new BoneLengths(dataset.Layout, dataset.Clips.Count);
        var scans = ClipScan.All(dataset, bones);
        var copies = Datasets.ProtocolCopies.Of(dataset, clip => scans[clip].Fingerprint);
        var outliers = bones.Outliers();
        var oddities = new DatasetOddities(dataset, scans).List(copies, outliers);
        var splits = ProtocolCounts.SplitNames(dataset);
        return new DatasetStatistics
        {
            Dataset = dataset,
            TotalFrames = dataset.Clips.Sum(clip => (long)clip.Frames),
            Lengths = LengthsOf([.. dataset.Clips.Select(clip => clip.Frames).Order()]),
            Ranges =
            [
                new(scans.Min(scan => scan.Low.X), scans.Max(scan => scan.High.X)), new(scans.Min(scan => scan.Low.Y), scans.Max(scan => scan.High.Y)),
                new(scans.Min(scan => scan.Low.Z), scans.Max(scan => scan.High.Z)),
            ],
            SplitNames = splits,
            Protocols = ProtocolCounts.Of(dataset, splits),
            ClassCounts = dataset.Splits.ToDictionary(split => split.Key, split => ClassCountsOf(dataset, split.Value)),
            Subjects = CountBy(dataset.Clips, clip => clip.Subject),
            Cameras = CountBy(dataset.Clips, clip => clip.Camera),
            Setups = CountBy(dataset.Clips, clip => clip.Setup),
            SplitSubjects = BySplit(dataset, clip => clip.Subject),
            SplitCameras = BySplit(dataset, clip => clip.Camera),
            Unlabelled = dataset.Clips.Count(clip => clip.Label < 0),
            SingleFrameClips = [.. dataset.Clips.Where(clip => clip.Frames == 1).Select(clip => clip.Name)],
            ZeroJoints = scans.Sum(scan => scan.ZeroJoints),
            ZeroFrames = scans.Sum(scan => scan.ZeroFrames),
            WildFrames = scans.Sum(scan => scan.WildFrames),
            ProtocolCopies = copies,
            OutlierBones = outliers,
            Faults = [.. examined.Faults.Concat(oddities).OrderByDescending(fault => fault.Severity)],
        };
    }

    private static FrameLengths LengthsOf(int[] sorted)
    {
        return new FrameLengths(sorted[0], At(5), At(25), At(50), At(75), At(95), sorted[^1], sorted.Average());

        int At(int percent) => sorted[Math.Max(0, (sorted.Length * percent + 99) / 100 - 1)];
    }

    private static IReadOnlyList<int> ClassCountsOf(ClipDataset dataset, IReadOnlyList<int> split)
    {
        var counts = new int[dataset.Classes.Count];
        foreach (var index in split.Where(index => dataset.Clips[index].Label >= 0))
            counts[dataset.Clips[index].Label]++;
        return counts;
    }

    private static SortedDictionary<int, int> CountBy(IEnumerable<SkeletonClip> clips, Func<SkeletonClip, int> key) =>
        new(clips.CountBy(key).ToDictionary(pair => pair.Key, pair => pair.Value));

    private static Dictionary<string, IReadOnlyDictionary<int, int>> BySplit(ClipDataset dataset, Func<SkeletonClip, int> key) =>
        dataset.Splits.ToDictionary(split => split.Key, split => (IReadOnlyDictionary<int, int>)CountBy(split.Value.Select(i => dataset.Clips[i]), key));
}
