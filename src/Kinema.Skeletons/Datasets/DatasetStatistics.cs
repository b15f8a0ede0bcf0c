using System.Buffers;
using System.Globalization;
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

    /// <summary>Clips per class, in the order of classes, by split.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<int>> ClassCounts { get; init; }

    /// <summary>Clips per subject; 0 stands for unknown.</summary>
    public required IReadOnlyDictionary<int, int> Subjects { get; init; }

    /// <summary>Clips per camera; 0 stands for unknown.</summary>
    public required IReadOnlyDictionary<int, int> Cameras { get; init; }

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

    /// <summary>Test clips that are copies of training clips; empty if the set lacks one of the two splits.</summary>
    public required IReadOnlyList<ClipCopy> Copies { get; init; }

    /// <summary>What is wrong with the files and odd about the clips, the worst first.</summary>
    public required IReadOnlyList<DatasetFault> Faults { get; init; }

    /// <summary>Counts a set from memory, of which no file faults are known.</summary>
    /// <param name="dataset">The clips.</param>
    public static DatasetStatistics Of(ClipDataset dataset) =>
        Of(new ExaminedDataset(dataset, [.. MissingClasses.In(dataset, dataset.Name)]));

    /// <summary>Counts an examined set and adds what is odd about its clips to its faults.</summary>
    /// <param name="examined">What <see cref="DatasetReader.Examine"/> returned.</param>
    public static DatasetStatistics Of(ExaminedDataset examined)
    {
        var dataset = examined.Dataset;
        var scans = dataset.Clips.AsParallel().AsOrdered().Select(Scan).ToArray();
        var copies = dataset.Splits.ContainsKey("train") && dataset.Splits.ContainsKey("test") ? ClipCopies.Find(dataset) : [];
        var oddities = Oddities(dataset, scans, copies);
        return new DatasetStatistics
        {
            Dataset = dataset,
            TotalFrames = dataset.Clips.Sum(clip => (long)clip.Frames),
            Lengths = LengthsOf([.. dataset.Clips.Select(clip => clip.Frames).Order()]),
            Ranges = [RangeOf(scans, 0), RangeOf(scans, 1), RangeOf(scans, 2)],
            ClassCounts = dataset.Splits.ToDictionary(split => split.Key, split => ClassCountsOf(dataset, split.Value)),
            Subjects = CountBy(dataset, clip => clip.Subject),
            Cameras = CountBy(dataset, clip => clip.Camera),
            Setups = CountBy(dataset, clip => clip.Setup),
            Unlabelled = dataset.Clips.Count(clip => clip.Label < 0),
            SingleFrameClips = [.. dataset.Clips.Where(clip => clip.Frames == 1).Select(clip => clip.Name)],
            ZeroJoints = scans.Sum(scan => scan.ZeroJoints),
            ZeroFrames = scans.Sum(scan => scan.ZeroFrames),
            Copies = copies,
            Faults = [.. examined.Faults.Concat(oddities).OrderByDescending(fault => fault.Severity)],
        };
    }

    private static IEnumerable<DatasetFault> Oddities(ClipDataset dataset, ClipScan[] scans, IReadOnlyList<ClipCopy> copies)
    {
        if (copies.Count > 0)
        {
            var (copy, original) = (dataset.Clips[copies[0].Clip].Name, dataset.Clips[copies[0].Original].Name);
            yield return Warning("copy",
                $"{copies.Count} of {dataset.Split("test").Count} test clips equal training clips, number for number: {copy} equals {original}, …");
        }
        var single = dataset.Clips.Where(clip => clip.Frames == 1).Select(clip => clip.Name).ToList();
        if (single.Count > 0)
            yield return Warning("single-frame", $"{single.Count} clips have a single frame: {Some(single)}");
        var zero = Names(scan => scan.ZeroJoints > 0);
        if (zero.Count > 0)
            yield return Warning("zero-joint",
                $"{scans.Sum(scan => scan.ZeroJoints)} joints lie at exactly (0, 0, 0), in {zero.Count} clips: {Some(zero)}");
        var empty = Names(scan => scan.ZeroFrames > 0);
        if (empty.Count > 0)
            yield return Warning("zero-frame",
                $"{scans.Sum(scan => scan.ZeroFrames)} frames are all zero, in {empty.Count} clips: {Some(empty)}");
        var unlabelled = dataset.Clips.Where(clip => clip.Label < 0).Select(clip => clip.Name).ToList();
        if (unlabelled.Count > 0)
            yield return Fault(FaultSeverity.Note, "unlabelled", $"{unlabelled.Count} clips have no label: {Some(unlabelled)}");

        List<string> Names(Func<ClipScan, bool> which) =>
            [.. dataset.Clips.Where((_, i) => which(scans[i])).Select(clip => clip.Name)];
    }

    private static DatasetFault Warning(string kind, FormattableString message) => Fault(FaultSeverity.Warning, kind, message);

    private static DatasetFault Fault(FaultSeverity severity, string kind, FormattableString message) =>
        new(severity, kind, message.ToString(CultureInfo.InvariantCulture));

    private static string Some(List<string> names) => string.Join(", ", names.Take(3)) + (names.Count > 3 ? ", …" : "");

    private static FrameLengths LengthsOf(int[] sorted)
    {
        return new FrameLengths(sorted[0], At(5), At(25), At(50), At(75), At(95), sorted[^1], sorted.Average());

        int At(int percent) => sorted[Math.Max(0, (sorted.Length * percent + 99) / 100 - 1)];
    }

    private static CoordinateRange RangeOf(ClipScan[] scans, int axis) =>
        new(scans.Min(scan => scan.Low[axis]), scans.Max(scan => scan.High[axis]));

    private static IReadOnlyList<int> ClassCountsOf(ClipDataset dataset, IReadOnlyList<int> split)
    {
        var counts = new int[dataset.Classes.Count];
        foreach (var index in split.Where(index => dataset.Clips[index].Label >= 0))
            counts[dataset.Clips[index].Label]++;
        return counts;
    }

    private static SortedDictionary<int, int> CountBy(ClipDataset dataset, Func<SkeletonClip, int> key) =>
        new(dataset.Clips.CountBy(key).ToDictionary(pair => pair.Key, pair => pair.Value));

    private static ClipScan Scan(SkeletonClip clip)
    {
        var buffer = ArrayPool<double>.Shared.Rent(clip.Length);
        var points = buffer.AsSpan(0, clip.Length);
        clip.CopyTo(points);
        double[] low = [double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity];
        double[] high = [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity];
        var (zeroJoints, zeroFrames) = (0, 0);
        for (var frame = 0; frame < clip.Persons * clip.Frames; frame++)
        {
            var zeros = 0;
            for (var joint = 0; joint < clip.Joints; joint++)
            {
                var point = points.Slice((frame * clip.Joints + joint) * 3, 3);
                zeros += point is [0, 0, 0] ? 1 : 0;
                for (var axis = 0; axis < 3; axis++)
                {
                    low[axis] = Math.Min(low[axis], point[axis]);
                    high[axis] = Math.Max(high[axis], point[axis]);
                }
            }
            zeroFrames += zeros == clip.Joints ? 1 : 0;
            zeroJoints += zeros == clip.Joints ? 0 : zeros;
        }
        ArrayPool<double>.Shared.Return(buffer);
        return new ClipScan(low, high, zeroJoints, zeroFrames);
    }

    private sealed record ClipScan(double[] Low, double[] High, int ZeroJoints, int ZeroFrames);
}
