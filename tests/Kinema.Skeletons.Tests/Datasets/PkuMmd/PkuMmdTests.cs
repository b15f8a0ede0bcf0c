using System.Text;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.PkuMmd;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.PkuMmd;

public sealed class PkuMmdTests : IDisposable
{
    private static readonly PkuMmdName Video = PkuMmdName.Parse("0002-L")!.Value;
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Videos_are_cut_into_clips_named_after_the_line_of_their_label()
    {
        PkuMmdToy.Write(folder);

        using var source = ClipSources.Open("pku1", folder.Path);
        var read = ClipCollection.Of(source);

        Assert.Equal("pku1", source.Name);
        Assert.Equal(["0002-L", "0002-M", "0003-R"], source.Items.Select(item => item.Name));
        Assert.Equal(PkuMmdToy.Video(20).Length + "7,2,18,2\n".Length, source.Items[2].Bytes);      // of the recording and of its labels
        Assert.Equal("clips=5", Hostile.Summary(read));
        Assert.Equal(["0002-L.001", "0002-L.002", "0002-M.001", "0002-M.003", "0003-R.001"], read.Clips.Select(clip => clip.Name));
        Assert.Equal([4, 50, 0, 32, 6], read.Clips.Select(clip => clip.Label));
        Assert.Equal([1, 1, 2, 2, 3], read.Clips.Select(clip => clip.Camera));
        Assert.Equal([1, 2, 1, 1, 1], read.Clips.Select(clip => clip.Persons));
        Assert.Equal([3.0, 3.001], read.Clips[0].Coordinates[..2].ToArray());
        Assert.Equal(15.075, read.Clips[1].Person(1)[0]);
        Assert.Equal(0, read.Clips[1].Person(1)[5 * 75]);                                   // frame 20: the second body has gone
        Assert.Equal(["train", "train", "train", "train", "test"], Sides(source, read, "xsub"));
        Assert.Equal(["test", "test", "train", "train", "train"], Sides(source, read, "xview"));
    }

    [Fact]
    public void A_video_in_neither_list_tests()
    {
        PkuMmdToy.Write(folder);
        folder.Write("split/cross-subject.txt", "Training videos: \n0002-L, \nValidataion videos: \n0003-R, \n");

        using var source = ClipSources.Open("pku1", folder.Path);

        Assert.Equal(["train", "train", "test", "test", "test"], Sides(source, ClipCollection.Of(source), "xsub"));
    }

    [Fact]
    public void Of_two_label_files_that_differ_the_one_taken_and_the_one_left_aside_are_named()
    {
        PkuMmdToy.Write(folder);
        folder.Write("data/label_b/0003-R.txt", "7,2,18,2\r\n");                           // the same but for the end of its line
        using (var same = ClipSources.Open("pku1", folder.Path))
            Assert.Empty(same.Remarks);
        folder.Write("data/label_b/0002-L.txt", "5,3,9,2\n");

        using var source = ClipSources.Open("pku1", folder.Path);

        Assert.Equal(
            $"pku1: 1 video has label files that differ: {folder.File("data/Train_Label_PKU_final/0002-L.txt")} is taken and "
                + $"{folder.File("data/label_b/0002-L.txt")} left aside; keep one of the two folders",
            Assert.Single(source.Remarks));
        folder.Write("data/label_b/0002-M.txt", "1,1,15,2\n");
        using var two = ClipSources.Open("pku1", folder.Path);
        Assert.StartsWith("pku1: 2 videos have label files that differ: ", Assert.Single(two.Remarks), StringComparison.Ordinal);
        Assert.Contains(" left aside, and so on;", two.Remarks[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_no_label_costs_one_clip_and_a_file_of_such_lines_its_video()
    {
        PkuMmdToy.Write(folder);
        folder.Write("data/Train_Label_PKU_final/0002-L.txt", "5,3,8,2\nfoo\n51,15,21,1\n");
        folder.Write("data/Train_Label_PKU_final/0003-R.txt", "foo\nbar\n");

        using var source = ClipSources.Open("pku1", folder.Path);
        var read = ClipCollection.Of(source);

        Assert.Equal(["0002-L.001", "0002-L.003", "0002-M.001", "0002-M.003"], read.Clips.Select(clip => clip.Name));
        Assert.Equal([("0002-L.002", "bad-label"), ("0003-R", "damaged")], read.Skipped.Select(skipped => (skipped.Name, skipped.Kind)));
        Assert.EndsWith("0002-L.txt: line 2: 'foo' is not a number", read.Skipped[0].Reason, StringComparison.Ordinal);
        Assert.EndsWith("0003-R.txt: line 1: 'foo' is not a number", read.Skipped[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_confidence_need_not_be_whole()
    {
        var labels = PkuMmdLabels.Parse("5,0,5,0.9\n6,1,4\n"u8, "labels");

        Assert.Equal([new PkuMmdLabel(5, 0, 5, 1), new PkuMmdLabel(6, 1, 4, 2)], labels);
        Assert.Equal("labels: line 1: 'sure' is not a number", Hostile.Refusal(() => PkuMmdLabels.Parse("5,0,5,sure"u8, "labels")));
    }

    [Theory, InlineData("half-open", 5, 3.0), InlineData("inclusive", 6, 2.0)]
    public void The_two_conventions_differ_by_one_frame(string cutting, int frames, double first)
    {
        PkuMmdToy.Write(folder);
        using var source = ClipSources.Open("pku1", folder.Path, new SourceOptions { Cutting = cutting });

        var clip = ClipCollection.Of(source).Clips[0];

        Assert.Equal($"{cutting} 1", source.Preparation);
        Assert.Equal((frames, first), (clip.Frames, clip.Coordinates[0]));
    }

    [Theory]
    [InlineData("skeleton-and-label/skeleton", "skeleton-and-label/label")]
    [InlineData("videos", "Label_PKUMMD")]
    [InlineData(".", "the labels/of phase 1")]
    public void The_nearest_folder_that_says_so_tells_labels_from_recordings(string recordings, string labels)
    {
        folder.Write($"{recordings}/0002-L.txt", PkuMmdToy.Video(9));
        folder.Write($"{labels}/0002-L.txt", "2,1,5,1");

        using var source = ClipSources.Open("pku1", folder.Path);

        Assert.Equal(4, Assert.Single(ClipCollection.Of(source).Clips).Frames);
    }

    [Fact]
    public void Videos_that_are_missing_or_have_no_labels_are_known_without_reading()
    {
        PkuMmdToy.Write(folder);
        File.Delete(folder.File("data/PKU_Skeleton_Renew/0003-R.txt"));
        File.Delete(folder.File("data/Train_Label_PKU_final/0002-M.txt"));

        using var source = ClipSources.Open("pku1", folder.Path);

        Assert.Equal([("0002-M", "label-missing"), ("0003-R", "absent")], source.Known.Select(known => (known.Name, known.Kind)));
        Assert.Equal("0002-L", Assert.Single(source.Items).Name);
    }

    [Fact]
    public void A_set_without_labels_and_one_of_the_other_phase_are_refused_plainly()
    {
        folder.Write("skeleton/A01N01-L.txt", PkuMmdToy.Video(3));

        Assert.Equal($"{folder.Path}: holds 1 recording of PKU-MMD phase 2 but no labels, which are a download of their own: "
            + "put their files, named like A01N01-L.txt, in a folder beside whose name has 'label'", Hostile.Refusal(() => ClipSources.Open("pku2", folder.Path)));
        Assert.Equal($"{folder.Path}: holds no recording of PKU-MMD phase 1: files are named like 0002-L.txt (there are recordings of phase 2: that is pku2)",
            Hostile.Refusal(() => ClipSources.Open("pku1", folder.Path)));
    }

    [Fact]
    public void Phase_2_tells_subjects_and_without_split_files_the_left_camera_tests()
    {
        folder.Write("skeleton/A01N13-L.txt", PkuMmdToy.Video(9));
        folder.Write("skeleton/A01N13-R.txt", PkuMmdToy.Video(9));
        folder.Write("skeleton/0002-R.txt", PkuMmdToy.Video(9));
        foreach (var name in new[] { "A01N13-L", "A01N13-R" }) folder.Write($"label/{name}.txt", "2,1,5,1");

        using var source = ClipSources.Open("pku2", folder.Path);
        var read = ClipCollection.Of(source);

        Assert.Equal("xview", Assert.Single(source.Protocols).Name);
        Assert.Equal(["test", "train"], Sides(source, read, "xview"));
        Assert.All(read.Clips, clip => Assert.Equal(13, clip.Subject));
    }

    [Fact]
    public void What_is_wrong_with_one_label_costs_one_clip()
    {
        var labels = PkuMmdLabels.Parse("5,0,5,2\n52,0,5,2\n5,9,9,2\n5,-1,5,2\n5,10,12,2\n5,8,99,2\n5,99,100,2\n5,2,4,1"u8, "labels");
        var text = Encoding.UTF8.GetBytes(PkuMmdToy.Video(10, first: t => t is not (2 or 3)));

        var read = PkuMmdSource.Cut(new PkuMmdSequence(text, "video"), "0002-L", labels, "labels", PkuMmdCutting.HalfOpen);

        Assert.Equal(["0002-L.001", "0002-L.006"], read.Clips.Select(clip => clip.Name));
        Assert.Equal([5, 2], read.Clips.Select(clip => clip.Frames));
        Assert.Equal(
            [
                new("0002-L.002", "bad-label", "labels: line 2: class 52 is out of range 1 to 51"),
                new("0002-L.003", "bad-segment", "labels: line 3: 9 to 9 are no frames of the video, which has 10"),
                new("0002-L.004", "bad-segment", "labels: line 4: -1 to 5 are no frames of the video, which has 10"),
                new("0002-L.005", "bad-segment", "labels: line 5: 10 to 12 are no frames of the video, which has 10"),
                new("0002-L.007", "bad-segment", "labels: line 7: 99 to 100 are no frames of the video, which has 10"),
                new("0002-L.008", "no-body", "labels: line 8: nobody is there in frames 2 to 4"),
            ], read.Skipped);
        Assert.Equal(new SkippedClip("0002-L.006", "cut-segment", "labels: line 6: reaches to frame 99; the video has 10, and is cut there"), Assert.Single(read.Notes));
    }

    [Fact]
    public void A_damaged_frame_costs_the_clips_it_is_in()
    {
        var lines = PkuMmdToy.Video(10).Split('\n');
        lines[4] = lines[4].Replace("4.004000", "4.0O4", StringComparison.Ordinal);
        lines[7] = "";

        var read = Cut(Encoding.UTF8.GetBytes(string.Join('\n', lines)), "1,0,4,1\n1,3,6,1\n1,6,9,1");

        Assert.Equal("0002-L.001", Assert.Single(read.Clips).Name);
        Assert.Equal(["video: line 5: '4.0O4' is not a number", "video: line 8: is blank where a frame is due"], read.Skipped.Select(clip => clip.Reason));
    }

    [Fact]
    public void Labels_that_cover_a_video_many_times_and_files_beyond_all_measure_are_refused()
    {
        Assert.Equal("labels: covers the 10 frames of its video more than 2 times over",
            Hostile.Refusal(() => Cut(Encoding.UTF8.GetBytes(PkuMmdToy.Video(10)), "1,0,10,1\n1,0,10,1\n1,0,1,1")));
        Assert.Contains("more than 1000 actions", Hostile.Refusal(() =>
            PkuMmdLabels.Parse(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("1,1,2,1\n", 1001))), "labels")), StringComparison.Ordinal);
        Assert.Equal(
            [new PkuMmdLabel(5, 0, 5, 1), new PkuMmdLabel(6, 7, 9, 2)], PkuMmdLabels.Parse("5,0,5,0.9\n6,7,9,1e-1"u8, "labels"));        // nobody needs the confidence
        Assert.Contains("more than 60000 frames", Hostile.Refusal(() => Cut(Encoding.UTF8.GetBytes(new string('\n', 60_001) + "1"), "")), StringComparison.Ordinal);
        Assert.Equal("video: the video has no frames", Hostile.Refusal(() => Cut(" \n\n"u8.ToArray(), "")));
        Assert.Equal("video: line 1: has more on it than expected: '7'", Hostile.Refusal(() => Cut(Encoding.UTF8.GetBytes(PkuMmdToy.Video(1).TrimEnd() + " 7"), "")));
    }

    [Fact]
    public void A_clip_longer_than_a_clip_may_be_is_skipped_while_its_video_is_read()
    {
        var frame = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("1 ", 149)) + "1\n");
        var text = new byte[frame.Length * 20_010];
        for (var t = 0; t < 20_010; t++) frame.CopyTo(text, t * frame.Length);

        var read = Cut(text, "1,0,20001,1\n2,5,9,1");

        Assert.Equal("too-long", Assert.Single(read.Skipped).Kind);
        Assert.Equal(4, Assert.Single(read.Clips).Frames);
    }

    [Theory]
    [InlineData("Training videos: \n", "", "line 1: a name comes before the heading 'Training videos:'")]
    [InlineData("0003-R", "0002-L", "line 5: 0002-L is on both sides")]
    [InlineData("0003-R", "0003-X", "line 5: '0003-X' is no name of a video: they are like 0002-L or A01N01-L")]
    [InlineData("0003-R", "0003-R 0004-R", "line 5: '0003-R 0004-R' is no name of a video")]
    public void A_damaged_split_file_is_refused_with_its_line(string replaced, string by, string reason)
    {
        var text = PkuMmdToy.Subjects.Replace(replaced, by, StringComparison.Ordinal);

        Assert.StartsWith($"split: {reason}", Hostile.Refusal(() => PkuMmdSplit.Read(Encoding.UTF8.GetBytes(text), "split", 1, [])), StringComparison.Ordinal);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        Hostile.Survives("5,3,8,2\n51,15,21,1\n", bytes => PkuMmdLabels.Parse(bytes, "labels"), trials: 4000);
        Hostile.Survives(PkuMmdToy.Subjects, bytes => PkuMmdSplit.Read(bytes, "split", 1, []), trials: 4000);
        Hostile.Survives(PkuMmdToy.Video(1), bytes => Cut(bytes, "1,0,1,1"), trials: 1000);
    }

    [Fact]
    public void There_are_51_classes_each_once()
    {
        Assert.Equal(51, PkuMmdClasses.Names.Distinct().Count());
        Assert.Equal(("bow", "handshaking", "writing"), (PkuMmdClasses.Names[0], PkuMmdClasses.Names[13], PkuMmdClasses.Names[50]));
    }

    private static ItemClips Cut(byte[] text, string labels) => PkuMmdSource.Cut(
        new PkuMmdSequence(text, "video"), "0002-L", PkuMmdLabels.Parse(Encoding.UTF8.GetBytes(labels), "labels"), "labels", PkuMmdCutting.HalfOpen);

    private static IEnumerable<string?> Sides(ClipSource source, ClipCollection read, string protocol) =>
        read.Clips.Select(clip => source.Protocols.Single(known => known.Name == protocol).Side(ClipFacts.Of(clip)));
}

public sealed class RecordedPkuMmdTests
{
    private const string Golden = "golden/isc-pku/expected.safetensors", Sample = "data/pku-mmd-sample.zip";

    [SharedFact(Golden)]
    public void Both_conventions_cut_as_recorded()
    {
        using var expected = SafeTensorsFile.Open(Repository.Shared(Golden));
        var folder = Path.GetDirectoryName(Repository.Shared(Golden))!;
        foreach (var cutting in new[] { "half-open", "inclusive" })
        {
            using var source = ClipSources.Open("pku1", folder, new SourceOptions { Cutting = cutting });
            var read = ClipCollection.Of(source);
            Assert.Equal("clips=7", Hostile.Summary(read));
            foreach (var clip in read.Clips)
            {
                // Recorded as (C, T, V, M) under the label's line from 0, of long clips the first or the central 300 frames.
                var key = $"{clip.Name[..^4]}.{int.Parse(clip.Name[^3..], System.Globalization.CultureInfo.InvariantCulture) - 1}";
                var cut = $"{key}.{cutting.Replace("-", "", StringComparison.Ordinal)}";
                Assert.Equal(expected.Read($"{key}.label").ToSingles()[0], clip.Label);
                Assert.Equal(expected.Read($"{cut}.num_frame").ToSingles()[0], clip.Frames);
                var frames = (int)expected.Entry(cut).Shape[1];
                Assert.Equal(Math.Min(300, clip.Frames), frames);
                var skip = cutting == "inclusive" ? (clip.Frames - frames) / 2 : 0;
                var (values, at) = (expected.Read(cut).ToSingles(), 0);
                for (var c = 0; c < 3; c++)
                    for (var t = 0; t < frames; t++)
                        for (var v = 0; v < 25; v++)
                            for (var m = 0; m < 2; m++)
                                Assert.Equal(values[at++], m < clip.Persons ? (float)clip.Coordinates[(((((m * clip.Frames) + t + skip) * 25) + v) * 3) + c] : 0);
            }
        }
    }

    [SharedFact(Sample)]
    public void The_real_sequence_has_one_body_in_all_frames_and_two_in_most()
    {
        var files = ClipFiles.Open(Repository.Shared(Sample), PkuMmdSequence.Bytes);
        using var reader = files.Open();
        var file = files.Names.Index().Single(file => file.Item.EndsWith("A10N08-L.txt", StringComparison.Ordinal)).Index;
        var sequence = new PkuMmdSequence(reader.Read(file), files.Where(file));

        var whole = sequence.Cut("whole", PkuMmdName.Parse("A10N08-L")!.Value, 0, 0, sequence.Frames)!;

        Assert.Equal((1040, 2, 8, 1), (whole.Frames, whole.Persons, whole.Subject, whole.Camera));
        Assert.Equal((1040, 728), (Present(whole.Person(0)), Present(whole.Person(1))));
    }

    [SharedFact(Sample)]
    public void The_real_sample_is_refused_because_it_has_no_labels() => Assert.Contains(
        "holds 1 recording of PKU-MMD phase 2 but no labels", Hostile.Refusal(() => ClipSources.Open("pku2", Repository.Shared(Sample))), StringComparison.Ordinal);

    [SharedFact(Sample)]
    public void The_real_splits_divide_1009_videos()
    {
        var files = ClipFiles.Open(Repository.Shared(Sample));
        using var reader = files.Open();
        foreach (var (protocol, train) in new[] { ("xsub", 775), ("xview", 671) })
        {
            var sides = new Dictionary<string, string>();
            var file = files.Names.Index().Single(name => PkuMmdSplit.ProtocolOf(name.Item) == protocol).Index;
            PkuMmdSplit.Read(reader.Read(file), files.Where(file), 2, sides);

            Assert.Equal((train, 1009 - train), (sides.Values.Count(side => side == "train"), sides.Values.Count(side => side == "test")));
            if (protocol == "xview") Assert.All(sides, video => Assert.Equal(video.Key.EndsWith('L') ? "test" : "train", video.Value));
            else Assert.All(sides, video => Assert.Equal(PkuMmdName.Parse(video.Key)!.Value.Subject is 2 or 3 or 7 ? "test" : "train", video.Value));
        }
    }

    private static int Present(ReadOnlySpan<double> person)
    {
        var present = 0;
        for (var at = 0; at < person.Length; at += 75) present += person.Slice(at, 75).ContainsAnyExcept(0.0) ? 1 : 0;
        return present;
    }
}
