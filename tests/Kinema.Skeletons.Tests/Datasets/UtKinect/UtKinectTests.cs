using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets.UtKinect;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.UtKinect;

public sealed class UtKinectTests : IDisposable
{
    private const string Labels = "s03_e01\nwalk: 10 16\nsitDown: 18 30 \ncarry:  NaN NaN\npush: 90 99\n\ns03_e02\nthrow: 2 2\n";
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Segments_are_cut_by_number_and_a_repeated_number_keeps_its_first_line()
    {
        folder.Write("a/joints_s03_e01.txt", Rows(8, 10, 12, 12, 12, 16, 18, 40));
        folder.Write("b/joints_s03_e02.txt", Rows(2));
        folder.Write("actionLabel.txt", Labels);

        using var source = ClipSources.Open("utkinect", folder.Path);
        var read = ClipCollection.Of(source);

        Assert.Equal("clips=3 skipped.absent=18 skipped.no-frame=1 skipped.no-label=1 noted.repeated-frames=1", Hostile.Summary(read));
        Assert.Equal([("s03_e01.walk", 0, 3), ("s03_e01.sitDown", 1, 1), ("s03_e02.throw", 5, 1)], read.Clips.Select(clip => (clip.Name, clip.Label, clip.Frames)));
        Assert.Equal([1.0, 2, 5], Enumerable.Range(0, 3).Select(t => read.Clips[0].Coordinates[t * 60]));         // rows 1, 2 and 5
        Assert.All(read.Clips, clip => Assert.Equal(3, clip.Subject));
        var nobody = read.Skipped.Single(clip => clip.Kind == "no-label");
        Assert.Equal(("s03_e01.carry", $"{folder.File("actionLabel.txt")}: line 4: NaN instead of frames"), (nobody.Name, nobody.Reason));
        Assert.Contains("the recording has no frame from 90 to 99", read.Skipped.Single(clip => clip.Kind == "no-frame").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_recording_tests_in_each_of_twenty_folds()
    {
        folder.Write("joints_s03_e02.txt", Rows(2));
        folder.Write("joints_s04_e01.txt", Rows(2));
        folder.Write("actionLabel.txt", Labels);
        using var source = ClipSources.Open("utkinect", folder.Path);
        var clip = ClipFacts.Of(ClipCollection.Of(source).Clips.Single());

        Assert.Equal(21, source.Protocols.Count);
        Assert.Equal("train", source.Protocols.Single(protocol => protocol.Name == "subjects").Side(clip));
        Assert.Equal("leave-one-out-06", source.Protocols.Single(protocol => protocol.Side(clip) == "test").Name);
        Assert.Contains(source.Known, known => known is { Name: "s04_e01", Kind: "label-missing" });
    }

    [Theory]
    [InlineData("s03_e01", "s11_e01", "line 1: 's11_e01' is no recording: they are s01_e01 to s10_e02")]
    [InlineData("s03_e02", "s03_e01", "line 7: recording s03_e01 is there twice")]
    [InlineData("s03_e01\n", "", "line 1: an action comes before the first recording")]
    [InlineData("walk", "Walk", "line 2: 'Walk' is no action: they are walk, sitDown")]
    [InlineData("sitDown", "walk", "line 3: action walk is there twice in one recording")]
    [InlineData("10 16", "10", "line 2: the line ends before all its numbers are there")]
    [InlineData("10 16", "10 16 17", "line 2: has more on it than expected: '17'")]
    [InlineData("10 16", "10 1e30", "line 2: 1E+30 is no number of a frame")]
    [InlineData("10 16", "-1 16", "line 2: -1 is no number of a frame")]
    public void A_damaged_label_file_is_refused_with_its_line(string replaced, string by, string reason) => Assert.StartsWith($"labels: {reason}",
        Hostile.Refusal(() => UtKinectLabels.Parse(Encoding.UTF8.GetBytes(Labels.Replace(replaced, by, StringComparison.Ordinal)), "labels")), StringComparison.Ordinal);

    [Fact]
    public void Frames_that_go_back_and_sets_without_labels_are_refused()
    {
        folder.Write("joints_s03_e01.txt", Rows(2));

        Assert.Contains("holds no file actionLabel.txt, which says where the actions lie",
            Hostile.Refusal(() => ClipSources.Open("utkinect", folder.Path), ExitCode.Data), StringComparison.Ordinal);
        Assert.Equal("f: line 2: frame 3 comes after frame 4", Hostile.Refusal(() => Cut(Encoding.UTF8.GetBytes(Rows(4, 3)))));
        Assert.Equal("f: the recording has no frames", Hostile.Refusal(() => Cut([])));
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        Hostile.Survives(Rows(2, 4, 4, 6), Cut);
        Hostile.Survives(Labels, bytes => UtKinectLabels.Parse(bytes, "labels"));
    }

    private static void Cut(byte[] bytes) => UtKinectSource.Cut(
        bytes, "s03_e01", "f", [new UtKinectSegment(0, 2, 6, 2), new UtKinectSegment(1, 0, int.MaxValue, 3)], "labels");

    // Every coordinate is the number of its row.
    private static string Rows(params int[] numbers) => string.Concat(numbers.Select((number, row) =>
        string.Create(CultureInfo.InvariantCulture, $"{number}  {string.Join("  ", Enumerable.Repeat(row.ToString("F1", CultureInfo.InvariantCulture), 60))} \n")));
}

public sealed class RealUtKinect() : RealSet("utkinect", File)
{
    public const string File = "data/utkinect-action3d.zip";
}

public sealed class RealUtKinectTests(RealUtKinect real) : IClassFixture<RealUtKinect>
{
    [SharedFact(RealUtKinect.File)]
    public void Twenty_recordings_are_cut_into_199_clips()
    {
        Assert.Equal("clips=199 skipped.no-label=1 noted.doubted-label=2 noted.repeated-frames=20", Hostile.Summary(real.Read));
        Assert.Equal("s10_e02.carry", real.Read.Skipped.Single().Name);
        Assert.Equal([20, 20, 20, 20, 19, 20, 20, 20, 20, 20], real.Classes);
        Assert.Equal((5, 28, 170, 6_053), real.Lengths);
    }

    [SharedFact(RealUtKinect.File)]
    public void Lines_that_papers_doubt_are_kept_as_the_official_file_has_them()
    {
        var doubted = real.Read.Notes.Where(note => note.Kind == "doubted-label").ToList();

        Assert.Equal(["s01_e02.walk", "s03_e01.push"], doubted.Select(note => note.Name));
        Assert.Contains("154 to 192 as the official file has it; some papers take 154 to 270", doubted[0].Reason, StringComparison.Ordinal);
        Assert.Equal(170, real.Read.Clips.Single(clip => clip.Name == "s03_e01.push").Frames);
    }

    [SharedFact(RealUtKinect.File)]
    public void Each_recording_tests_once()
    {
        Assert.Equal(199, Enumerable.Range(1, 20).Sum(fold => real.Sides($"leave-one-out-{fold:00}").Test));
        Assert.Equal((189, 10), real.Sides("leave-one-out-01"));
        Assert.Equal((190, 9), real.Sides("leave-one-out-20"));
        Assert.Equal((100, 99), real.Sides("subjects"));
    }
}
