using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class DatasetStatisticsTests
{
    [Fact]
    public void Clips_frames_ranges_and_zeros_are_counted()
    {
        var points = Toy.Clip("zeros", 3).Coordinates.ToArray();
        Array.Clear(points, 60, 60);                       // frame 1: nobody
        Array.Clear(points, 120 + 3 * 4, 6);               // frame 2: joints 4 and 5
        points[0] = -9;
        points[1] = 8;
        var set = Toy.Dataset(
            [
                Toy.Clip("a", 1, label: 0), new SkeletonClip("zeros", 3, 20, 1, points) { Label = 1 }, Toy.Clip("c", 5, label: 1),
                Toy.Clip("d", 7, label: 0), Toy.Clip("e", 7, label: -1, seed: 2),
            ],
            train: 3, null, "sit", "stand");

        var statistics = DatasetStatistics.Of(set);

        Assert.Equal(new FrameLengths(1, 1, 3, 5, 7, 7, 7, 4.6), statistics.Lengths);
        Assert.Equal(23, statistics.TotalFrames);
        Assert.Equal((-9, 8), (statistics.Ranges[0].Low, statistics.Ranges[1].High));
        Assert.Equal([1, 2], statistics.ClassCounts["train"]);
        Assert.Equal([1, 0], statistics.ClassCounts["test"]);
        Assert.Equal((4, 1), (statistics.Subjects[3], statistics.Subjects[0]));
        Assert.Equal((2, 1, 1), (statistics.ZeroJoints, statistics.ZeroFrames, statistics.Unlabelled));
        Assert.Equal(["a"], statistics.SingleFrameClips);
        string[] kinds = ["missing-class", "single-frame", "zero-joint", "zero-frame", "unlabelled"];
        Assert.Equal(kinds, statistics.Faults.Select(fault => fault.Kind));
        Assert.Equal("2 joints lie at exactly (0, 0, 0), in 1 clips: zeros", statistics.Faults[2].Message);
    }

    [Fact]
    public void An_unknown_split_is_refused_with_the_nearest_name()
    {
        var set = Toy.Dataset([Toy.Clip("a", 2), Toy.Clip("b", 2)], train: 1);

        var error = Assert.Throws<KinemaException>(() => set.Split("tests"));

        Assert.Equal("toy: no split 'tests' (did you mean 'test'?); it has train, test", error.Message);
        Assert.Equal(ExitCode.Usage, error.ExitCode);
    }
}
