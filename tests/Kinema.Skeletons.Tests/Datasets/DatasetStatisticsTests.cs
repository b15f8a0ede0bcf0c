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
        Assert.Empty(statistics.ClassesWithoutClips);
        Assert.Equal((4, 1), (statistics.Subjects[3], statistics.Subjects[0]));
        Assert.Equal((2, 1, 1), (statistics.ZeroJoints, statistics.ZeroFrames, statistics.Unlabelled));
        Assert.Equal(["a"], statistics.SingleFrameClips);
        string[] kinds = ["missing-class", "single-frame", "zero-joint", "zero-frame", "bone-length", "bone-unsteady", "unlabelled"];   // no body has such bones
        Assert.Equal(kinds, statistics.Faults.Select(fault => fault.Kind));
        Assert.Equal("2 joints lie at exactly (0, 0, 0), in 1 clip: zeros", statistics.Faults[2].Message);
        Assert.Equal("a body is all zeros in 1 of 23 frames, in 1 clip: zeros", statistics.Faults[3].Message);
    }

    [Fact]
    public void A_joint_of_a_picture_that_is_not_seen_lies_at_two_zeros()
    {
        var points = Toy.Clip("flat", 3, Toy.Arm).Coordinates.ToArray();
        Array.Clear(points, 0, 3);
        var set = Toy.Dataset([new("flat", 3, 3, 1, points), Toy.Clip("other", 3, Toy.Arm, seed: 2)], train: 1, Toy.Arm);

        Assert.Equal("1 joints lie at exactly (0, 0), in 1 clip: flat", DatasetStatistics.Of(set).Faults.Single(fault => fault.Kind == "zero-joint").Message);
    }

    // CTR-GCN's preparation of NTU RGB+D moves a clip to where a joint of the first person is when first seen, and the set keeps its name; of the
    // joint it cannot be told, since a set with other joints has another centre.
    [Theory]
    [InlineData("ctr-gcn 1", 0, new[] { 0 }), InlineData("ctr-gcn 1, from ntu 3c41b288", 0, new[] { 7 })]
    [InlineData("ctr-gcn 1", 2, new[] { 0, 3, 20 }), InlineData("ctr-gcn 1", 1, new[] { 20 }), InlineData("ctr-gcn 1", 2, new[] { 40, 41 })]
    [InlineData("as-recorded 1", 1, new[] { 0 }), InlineData("ctr-gcn-like 1", 1, new[] { 0 }), InlineData("", 1, new[] { 0 })]
    public void The_origin_of_a_clip_that_was_moved_is_no_missing_joint(string preparation, int counted, int[] zeros)
    {
        var points = Toy.Clip("moved", 3).Coordinates.ToArray();
        foreach (var joint in zeros) Array.Clear(points, joint * 3, 3);
        SkeletonClip[] clips = [new("moved", 3, 20, 1, points) { Label = 0 }, Toy.Clip("b", 4)];
        var set = new ClipDataset
        {
            Name = "toy", Preparation = preparation, Layout = Kinema.Skeletons.Graphs.Layouts.NwUcla, Classes = ["only"], Clips = clips,
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0], ["test"] = [1] },
        };

        Assert.Equal(counted, DatasetStatistics.Of(set).ZeroJoints);
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2 }, new[] { 0, 1, 2 }, 0, "in every frame")]
    [InlineData(new[] { 0 }, new[] { 0 }, 0, "at the beginning of every clip")]
    [InlineData(new[] { 0 }, new[] { 0, 2 }, 1, "at the beginning of every clip")]
    [InlineData(new[] { 1 }, new[] { 1 }, 2, null)]            // it was lost in a frame
    [InlineData(new[] { 0, 1, 2 }, new int[0], 3, null)]       // or in a clip
    public void Where_all_clips_have_the_centre_at_the_origin_a_note_says_so_instead_of_a_warning(int[] first, int[] second, int counted, string? where)
    {
        var set = Toy.Dataset([Clip("a", first), Clip("b", second)], train: 1);

        var statistics = DatasetStatistics.Of(set);

        Assert.Equal(counted, statistics.ZeroJoints);
        Assert.Equal(counted > 0, statistics.Faults.Any(fault => fault.Kind == "zero-joint"));
        Assert.Equal(
            where is null ? [] : [$"the centre, spine, lies at (0, 0, 0) {where}: the clips are measured from it, or it was never seen there"],
            statistics.Faults.Where(fault => fault is { Kind: "centred", Severity: FaultSeverity.Note }).Select(fault => fault.Message));

        static SkeletonClip Clip(string name, int[] frames)
        {
            var points = Toy.Clip(name, 3).Coordinates.ToArray();
            foreach (var frame in frames) Array.Clear(points, (frame * 60) + (Kinema.Skeletons.Graphs.Layouts.NwUcla.Center * 3), 3);
            return new SkeletonClip(name, 3, 20, 1, points) { Label = 0 };
        }
    }

    [Theory]
    [InlineData(3, new[] { 0, 1, 2 }, 6)]                      // pixels: the estimator never saw it
    [InlineData(0, new[] { 0, 1, 2 }, 0)]                      // both signs: measured from it
    [InlineData(0, new[] { 0 }, 2)]
    public void In_a_picture_the_centre_at_the_origin_was_not_seen_unless_coordinates_lie_about_it(double about, int[] frames, int counted)
    {
        var layout = Kinema.Skeletons.Graphs.Layouts.Get("coco-17");
        var row = layout.JointCount * 3;
        double[] points = [.. Toy.Clip("a", 3, layout).Coordinates.ToArray().Select((value, i) => i % 3 == 2 ? 0 : value + about)];
        foreach (var frame in frames) Array.Clear(points, (frame * row) + (layout.Center * 3), 3);
        var set = Toy.Dataset([.. new[] { "a", "b" }.Select(name => new SkeletonClip(name, 3, layout.JointCount, 1, points) { Label = 0 })], train: 1, layout);

        var statistics = DatasetStatistics.Of(set);

        Assert.Equal(counted, statistics.ZeroJoints);
        Assert.Equal(counted == 0, statistics.Faults.Any(fault => fault.Kind == "centred"));
    }

    [Fact]
    public void That_a_second_person_comes_late_is_a_note_and_that_nobody_is_there_a_warning()
    {
        Assert.Equal(FaultSeverity.Note, Severity(persons: 2));
        Assert.Equal(FaultSeverity.Warning, Severity(persons: 1));

        static FaultSeverity Severity(int persons)
        {
            var points = Toy.Clip("late", 3, persons: persons).Coordinates.ToArray();
            Array.Clear(points, points.Length - 60, 60);     // the last frame of the last person
            var set = Toy.Dataset([new SkeletonClip("late", 3, 20, persons, points) { Label = 0 }, Toy.Clip("b", 4)], train: 1);
            return Assert.Single(DatasetStatistics.Of(set).Faults, fault => fault.Kind == "zero-frame").Severity;
        }
    }

    [Fact]
    public void Zero_frames_of_two_people_are_counted_against_the_frames_of_both()
    {
        var points = Toy.Clip("two", 3, persons: 2).Coordinates.ToArray();
        Array.Clear(points, 3 * 60, 3 * 60);               // the second is never there
        points[3 * 60] = 1;
        var set = Toy.Dataset([new SkeletonClip("two", 3, 20, 2, points) { Label = 0 }, Toy.Clip("b", 4)], train: 1);

        Assert.Equal("a body is all zeros in 2 of 10 frames (each of several persons counted), in 1 clip: two",
            Assert.Single(DatasetStatistics.Of(set).Faults, fault => fault.Kind == "zero-frame").Message);
    }

    [Fact]
    public void The_copies_of_a_set_with_one_protocol_are_of_that_protocol()
    {
        var set = Toy.Dataset([Toy.Clip("a", 4), Toy.Clip("a again", 4)], train: 1);

        Assert.Equal("official", Assert.Single(DatasetStatistics.Of(set).ProtocolCopies).Protocol);
    }

    [Fact]
    public void Classes_with_and_without_clips_are_told_apart_whatever_their_names_are()
    {
        SkeletonClip[] clips = [Toy.Clip("a", 3, label: 3), Toy.Clip("b", 3, label: 1), Toy.Clip("c", 3, label: -1)];
        var set = Toy.Dataset(clips, train: 2, null, "sit", "stand", "sit", "stand");

        var statistics = DatasetStatistics.Of(set);

        Assert.Equal([1, 3], statistics.ClassesWithClips);
        Assert.Equal(["sit", "sit"], statistics.ClassesWithoutClips);
    }

    [Fact]
    public void Clips_of_a_subject_and_a_camera_are_counted_by_split()
    {
        var set = Toy.Dataset([Toy.Clip("a", 3), Toy.Clip("b", 3), Toy.Clip("c", 3)], train: 2);

        var statistics = DatasetStatistics.Of(set);

        Assert.Equal((2, 1), (statistics.SplitSubjects["train"][3], statistics.SplitSubjects["test"][3]));
        Assert.Equal((2, 1), (statistics.SplitCameras["train"][1], statistics.SplitCameras["test"][1]));
    }

    [Fact]
    public void Copies_are_found_in_every_protocol_and_those_within_one_side_do_not_count()
    {
        SkeletonClip Copy(string name, int seed) => Toy.Clip(name, 4, seed: seed);
        SkeletonClip[] clips = [Copy("a", 1), Copy("b", 2), Copy("a again", 1), Copy("c", 3), Copy("b again", 2)];
        var set = new ClipDataset
        {
            Name = "toy", Layout = Kinema.Skeletons.Graphs.Layouts.NwUcla, Classes = ["only"], Clips = clips,
            Splits = new Dictionary<string, IReadOnlyList<int>>
            {
                ["xsub.train"] = [0, 1], ["xsub.test"] = [2, 3, 4], ["xview.train"] = [0, 2, 3], ["xview.test"] = [1, 4], ["xset_train"] = [0], ["xset_val"] = [2],
            },
        };

        var statistics = DatasetStatistics.Of(set);

        Assert.Equal(
            [("xset", "xset_train", "xset_val", 1), ("xsub", "xsub.train", "xsub.test", 2), ("xview", "xview.train", "xview.test", 0)],
            statistics.ProtocolCopies.Select(found => (found.Protocol, found.Train, found.Test, found.Copies.Count)));
        Assert.Equal([new ClipCopy(2, 0), new ClipCopy(4, 1)], statistics.ProtocolCopies[1].Copies);
        Assert.Empty(statistics.Copies);                        // of plain train and test, which the set lacks
        Assert.Equal(
            ["xset: 1 of 1 test clips equal training clips, number for number: a again equals a",
                "xsub: 2 of 3 test clips equal training clips, number for number: a again equals a, …"],
            statistics.Faults.Where(fault => fault.Kind == "copy").Select(fault => fault.Message));
    }

    [Fact]
    public void Clips_of_every_protocol_are_counted_by_split_with_training_first()
    {
        var toy = Toy.Dataset([Toy.Clip("a", 2), Toy.Clip("b", 3), Toy.Clip("c", 4, label: 1)], train: 1, null, "sit", "stand");
        ClipProtocol[] protocols =
        [
            new("xsub", new Dictionary<string, IReadOnlyList<int>> { ["test"] = [0], ["train"] = [1, 2] }),
            new("sit", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0], ["val"] = [1] }, [0]),
        ];
        var set = new ClipDataset
        {
            Name = "toy", Layout = toy.Layout, Classes = toy.Classes, Clips = toy.Clips, Splits = protocols[0].Splits, Protocol = "xsub", Protocols = protocols,
        };

        var statistics = DatasetStatistics.Of(set);

        Assert.Equal(["train", "test", "val"], statistics.SplitNames);
        Assert.Equal([("xsub", 2), ("sit", 1)], statistics.Protocols.Select(row => (row.Name, row.Classes)));
        Assert.Equal([2, 1, null], statistics.Protocols[0].Clips);
        Assert.Equal([1, null, 1], statistics.Protocols[1].Clips);
    }

    [Fact]
    public void Numbers_that_are_none_are_an_error_and_leave_the_ranges_alone()
    {
        var points = Toy.Clip("wild", 3).Coordinates.ToArray();
        (points[0], points[61], points[65]) = (double.NaN, double.PositiveInfinity, double.NaN);      // frames 0 and 1
        var set = Toy.Dataset([new SkeletonClip("wild", 3, 20, 1, points) { Label = 0 }, Toy.Clip("b", 4)], train: 1);

        var statistics = DatasetStatistics.Of(set);

        Assert.Equal(2, statistics.WildFrames);
        Assert.All(statistics.Ranges, range => Assert.True(range is { Low: >= -2, High: <= 3 }));
        var fault = Assert.Single(statistics.Faults, fault => fault.Kind == "not-finite");
        Assert.Equal((FaultSeverity.Error, "a body has a NaN or an infinity in 2 of 7 frames, in 1 clip: wild"), (fault.Severity, fault.Message));
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
