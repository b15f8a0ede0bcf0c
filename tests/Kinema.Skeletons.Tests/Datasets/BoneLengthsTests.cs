using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Tests.Previews;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class BoneLengthsTests
{
    private static readonly SkeletonLayout Layout = Layouts.NwUcla;
    private static readonly int Hand = Layout.IndexOf("left-hand")!.Value, Wrist = Layout.IndexOf("left-wrist")!.Value;

    [Theory]
    [InlineData(1.9, false)]
    [InlineData(2.1, true)]
    [InlineData(0.51, false)]
    [InlineData(0.48, true)]
    public void A_bone_is_of_odd_length_below_half_and_above_twice_the_sets_median(double factor, bool odd)
    {
        var outliers = DatasetStatistics.Of(Set(20, clip => clip == 7 ? _ => factor : _ => 1)).OutlierBones;

        Assert.Equal(odd ? 1 : 0, outliers.Count);
        if (!odd) return;
        Assert.Equal((7, BoneOddity.Length, Hand), (outliers[0].Clip, outliers[0].Oddity, outliers[0].Joint));
        Assert.Equal(factor, outliers[0].Length / outliers[0].Usual, 5);
    }

    [Fact]
    public void A_bone_that_swings_between_two_lengths_is_unsteady_and_a_wild_frame_alone_is_not()
    {
        var statistics = DatasetStatistics.Of(Set(20, clip => clip switch
        {
            3 => frame => frame % 3 == 0 ? 1.9 : 0.6,           // a median of 0.6, quartiles of 0.6 and 1.9
            4 => frame => frame == 5 ? 40 : 1,
            _ => _ => 1,
        }));

        var outlier = Assert.Single(statistics.OutlierBones);
        Assert.Equal((3, BoneOddity.Unsteady, Hand), (outlier.Clip, outlier.Oddity, outlier.Joint));
        var fault = Assert.Single(statistics.Faults, fault => fault.Kind.StartsWith("bone", StringComparison.Ordinal));
        Assert.Equal((FaultSeverity.Note, "bone-unsteady"), (fault.Severity, fault.Kind));
        Assert.Contains("1 clip (5.0 %)", fault.Message, StringComparison.Ordinal);
        Assert.Contains("clip3 (left-hand, ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_odd_clips_than_a_sensor_makes_are_a_warning()
    {
        var fault = Assert.Single(DatasetStatistics.Of(Set(20, clip => clip < 3 ? _ => 5 : _ => 1)).Faults);

        Assert.Equal((FaultSeverity.Warning, "bone-length"), (fault.Severity, fault.Kind));
        Assert.Contains("3 clips (15.0 %)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lost_joints_have_no_bones_and_pictures_have_no_lengths()
    {
        var lost = Set(20, clip => clip == 7 ? _ => 0 : _ => 1);       // the wrist and the hand become one: a bone without length
        Assert.Equal(7, Assert.Single(DatasetStatistics.Of(lost).OutlierBones).Clip);

        var set = Set(20, _ => _ => 1);
        var points = set.Clips[7].Coordinates.ToArray();
        for (var frame = 0; frame < 12; frame++) points.AsSpan((frame * Layout.JointCount + Hand) * 3, 3).Clear();
        Assert.Empty(DatasetStatistics.Of(Toy.Dataset([.. set.Clips.Take(7), new SkeletonClip("lost", 12, 20, 1, points) { Label = 0 }, .. set.Clips.Skip(8)], train: 10))
            .OutlierBones);

        Assert.Empty(DatasetStatistics.Of(Toy.Dataset([.. Enumerable.Range(0, 9).Select(i => Toy.Clip($"{i}", 9, Toy.Arm, seed: i))], 5, Toy.Arm)).OutlierBones);
    }

    [Fact]
    public void Medians_and_quartiles_are_those_of_a_plain_loop()
    {
        var clips = Enumerable.Range(0, 12).Select(i => Toy.Clip($"{i}", 30 + i, seed: i + 1)).ToArray();
        var bone = Layout.Bones[4];
        double[] Lengths(SkeletonClip clip) => [.. Enumerable.Range(0, clip.Frames).Select(t => Math.Sqrt(Enumerable.Range(0, 3).Sum(axis => Math.Pow(
            clip.Coordinates[(t * 20 + bone.Child) * 3 + axis] - clip.Coordinates[(t * 20 + bone.Parent) * 3 + axis], 2)))).Order()];
        var lengths = new BoneLengths(Layout, 12);
        for (var i = 0; i < 12; i++) lengths.Measure(i, clips[i].Coordinates);
        double[] usual = [.. clips.Select(clip => Lengths(clip)[clip.Frames / 2]).Order()];

        foreach (var found in lengths.Outliers().Where(found => found.Joint == bone.Child))
        {
            var sorted = Lengths(clips[found.Clip]);
            Assert.Equal(sorted[sorted.Length / 2], found.Length, 1e-6);
            Assert.Equal(usual[6], found.Usual, 1e-6);
            Assert.Equal((sorted[3 * sorted.Length / 4] - sorted[sorted.Length / 4]) / sorted[sorted.Length / 2], found.Spread, 1e-6);
        }
    }

    /// <summary>Standing bodies whose left hand is, in a frame of a clip, a factor as long as it should be.</summary>
    private static ClipDataset Set(int clips, Func<int, Func<int, double>> factor) => Toy.Dataset([.. Enumerable.Range(0, clips).Select(i =>
    {
        var points = Bodies.Standing(Layout, 12, step: 0.01 * (i + 1)).Coordinates.ToArray();
        for (var frame = 0; frame < 12; frame++)
        {
            for (var axis = 0; axis < 3; axis++)
            {
                var (hand, wrist) = ((frame * 20 + Hand) * 3 + axis, (frame * 20 + Wrist) * 3 + axis);
                points[hand] = points[wrist] + factor(i)(frame) * (points[hand] - points[wrist]);
            }
        }
        return new SkeletonClip($"clip{i}", 12, 20, 1, points) { Label = 0 };
    })], train: clips / 2);
}
