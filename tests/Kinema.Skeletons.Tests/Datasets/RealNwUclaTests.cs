using Kinema.Skeletons.Datasets;

namespace Kinema.Skeletons.Tests.Datasets;

/// <summary>The set as downloaded, read once for all tests.</summary>
public sealed class RealNwUcla
{
    public const string File = "data/nw-ucla.zip";

    private readonly Lazy<DatasetStatistics> statistics = new(() => DatasetStatistics.Of(DatasetReader.Examine(Repository.Shared(File))));

    public DatasetStatistics Statistics => statistics.Value;

    public ClipDataset Dataset => Statistics.Dataset;
}

public sealed class RealNwUclaTests(RealNwUcla real) : IClassFixture<RealNwUcla>
{
    [SharedFact(RealNwUcla.File)]
    public void The_download_is_whole()
    {
        Assert.Equal(1484, real.Dataset.Clips.Count);
        Assert.Equal((1020, 464), (real.Dataset.Split("train").Count, real.Dataset.Split("test").Count));
        Assert.DoesNotContain(real.Statistics.Faults, fault => fault.Severity == FaultSeverity.Error);
        Assert.Equal([102, 102, 96, 124, 101, 102, 99, 99, 98, 97], real.Statistics.ClassCounts["train"]);
        Assert.Equal([48, 50, 45, 49, 47, 47, 43, 43, 47, 45], real.Statistics.ClassCounts["test"]);
        Assert.Equal([516, 504, 464], real.Statistics.Cameras.Values);
        Assert.Equal(Enumerable.Range(1, 10), real.Statistics.Subjects.Keys);
    }

    [SharedFact("specs/nw-ucla-train.csv")]
    public void Training_instances_have_the_order_of_the_published_list() => AssertOrder("train", "train");

    [SharedFact("specs/nw-ucla-val.csv")]
    public void Test_instances_have_the_order_of_the_published_list() => AssertOrder("test", "val");

    [SharedFact(RealNwUcla.File)]
    public void Lengths_and_ranges_are_those_of_the_real_set()
    {
        var statistics = real.Statistics;

        Assert.Equal(58_534, statistics.TotalFrames);
        Assert.Equal((1, 31, 201), (statistics.Lengths.Shortest, statistics.Lengths.Median, statistics.Lengths.Longest));
        Assert.Equal((14, 100), (statistics.Lengths.P5, statistics.Lengths.P95));
        Assert.Equal(39.4, statistics.Lengths.Mean, 0.05);
        Assert.Equal((-2.44, 2.10), (Math.Round(statistics.Ranges[0].Low, 2), Math.Round(statistics.Ranges[0].High, 2)));
        Assert.Equal((-1.34, 1.46), (Math.Round(statistics.Ranges[1].Low, 2), Math.Round(statistics.Ranges[1].High, 2)));
    }

    [SharedFact(RealNwUcla.File)]
    public void Known_oddities_are_found()
    {
        var statistics = real.Statistics;

        Assert.Equal(["a02_s09_e04_v02", "a02_s09_e04_v03"], statistics.SingleFrameClips.Order(StringComparer.Ordinal));
        Assert.Equal((12, 0), (statistics.ZeroJoints, statistics.ZeroFrames));
        Assert.Equal(["copy", "single-frame", "zero-joint", "bone-length", "bone-unsteady"], statistics.Faults.Select(fault => fault.Kind));
    }

    [SharedFact(RealNwUcla.File)]
    public void Odd_bones_are_rare_and_those_of_arms_and_hips_that_the_sensor_confuses()
    {
        var (statistics, clips) = (real.Statistics, real.Statistics.Dataset.Clips);
        int Clips(BoneOddity oddity) => statistics.OutlierBones.Count(bone => bone.Oddity == oddity);

        Assert.Equal((47, 54, 0), (Clips(BoneOddity.Length), Clips(BoneOddity.Unsteady), statistics.WildFrames));
        Assert.All(statistics.Faults.Where(fault => fault.Kind.StartsWith("bone", StringComparison.Ordinal)), fault =>
            Assert.Equal(FaultSeverity.Note, fault.Severity));
        Assert.InRange((double)statistics.OutlierBones.Select(bone => bone.Clip).Distinct().Count() / clips.Count, 0.01, 0.09);
    }

    [SharedFact(RealNwUcla.File)]
    public void Ninety_five_test_clips_are_copies_of_training_clips()
    {
        var (copies, clips) = (real.Statistics.Copies, real.Dataset.Clips);

        Assert.Equal(95, copies.Count);
        Assert.Equal(95, ClipCopies.Names(real.Dataset).Count);
        Assert.All(copies, copy => Assert.Equal(clips[copy.Original].Name[..^1], clips[copy.Clip].Name[..^1]));
        Assert.Equal([new(1, 50), new(2, 45)], copies.CountBy(copy => clips[copy.Clip].Label).OrderBy(count => count.Key));
    }

    private void AssertOrder(string split, string list)
    {
        var expected = File.ReadLines(Repository.Shared($"specs/nw-ucla-{list}.csv")).Skip(1);

        var actual = real.Dataset.Split(split).Select(index => real.Dataset.Clips[index]);
        Assert.Equal(expected, actual.Select(clip => $"{clip.Name},{clip.Label},{clip.Frames}"));
    }
}
