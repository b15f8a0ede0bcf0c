using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.MsrAction3D;
using Kinema.Skeletons.Datasets.MsrDailyActivity;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Datasets.MsrDailyActivity;

public sealed class MsrDailyActivityTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_clip_is_read_whatever_folder_it_lies_in()
    {
        folder.Write("test/a16_s08_e02_skeleton_proj.txt", Text(3).Replace("\n", "\r\n", StringComparison.Ordinal));

        using var source = ClipSources.Open("msr-daily-activity", folder.Path);
        var clip = Assert.Single(ClipCollection.Of(source).Clips);

        Assert.Equal(("a16_s08_e02", 15, 8, 3), (clip.Name, clip.Label, clip.Subject, clip.Frames));
        Assert.Equal([3.07, -0.5, 2], clip.Coordinates.Slice(((2 * 20) + 7) * 3, 3).ToArray());
        Assert.Equal(["test", "test"], source.Protocols.Select(protocol => protocol.Side(ClipFacts.Of(clip))));
        Assert.Equal(319, source.Known.Count);
    }

    [Theory]
    [InlineData("4", 3, "0 frames at the beginning and 1 at the end of 4 have NaN and are left out")]
    [InlineData("1", 3, "1 frames at the beginning and 0 at the end of 4 have NaN and are left out")]
    [InlineData("12", 2, "2 frames at the beginning and 0 at the end of 4 have NaN and are left out")]
    [InlineData("134", 1, "1 frames at the beginning and 2 at the end of 4 have NaN and are left out")]
    public void Frames_with_NaN_at_the_ends_are_left_out_and_noted(string bad, int left, string reason)
    {
        var read = Parse(Encoding.UTF8.GetBytes(WithNaN(bad)));

        Assert.Equal(left, Assert.Single(read.Clips).Frames);
        Assert.Equal(new SkippedClip("a01_s01_e01", "nan-frames", $"f: {reason}"), Assert.Single(read.Notes));
    }

    [Theory]
    [InlineData("2", "frame 2 has NaN, and frames after it have not")]
    [InlineData("3", "frame 3 has NaN, and frames after it have not")]
    [InlineData("1234", "of 4 frames none is without NaN")]
    public void A_clip_with_NaN_inside_is_skipped(string bad, string reason)
    {
        var read = Parse(Encoding.UTF8.GetBytes(WithNaN(bad)));

        Assert.Empty(read.Clips);
        Assert.Equal(new SkippedClip("a01_s01_e01", "nan-coordinate", $"f: {reason}"), Assert.Single(read.Skipped));
    }

    [Theory]
    [InlineData("2 6 ", "2 7 ", "line 26: is frame 2, joint 7, where frame 2, joint 6 is due")]
    [InlineData("2 6 ", "3 6 ", "line 26: is frame 3, joint 6, where frame 2, joint 6 is due")]
    [InlineData("2 6 ", "2 6 1 ", "line 26: has more on it than expected")]
    [InlineData("2 6 ", "2 6 1e9 ", "line 26: a coordinate is 1000000000;")]
    public void A_damaged_line_is_named(string replaced, string by, string reason) => Assert.StartsWith($"f: {reason}",
        Hostile.Refusal(() => Parse(Encoding.UTF8.GetBytes(Text(3).Replace(replaced, by, StringComparison.Ordinal)))), StringComparison.Ordinal);

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_files_are_read_or_refused() => Hostile.Survives(Text(3), bytes => Parse(bytes));

    private static ItemClips Parse(byte[] bytes) => MsrDailyActivitySource.Parse(bytes, new MsrName(1, 1, 1), "f");

    private static string WithNaN(string frames) =>
        frames.Aggregate(Text(4), (text, frame) => text.Replace($"\n{frame} 20 {frame}.19 -0.5", $"\n{frame} 20 0.000   NaN", StringComparison.Ordinal));

    private static string Text(int frames) => string.Concat(
        from t in Enumerable.Range(1, frames)
        from v in Enumerable.Range(0, 20)
        select string.Create(CultureInfo.InvariantCulture, $"{t} {v + 1} {t + (v / 100m):0.00} -0.5 2\n"));
}

public sealed class RealMsrDailyActivity() : RealSet("msr-daily-activity", File)
{
    public const string File = "data/msr-daily-activity3d.zip";
}

public sealed class RealMsrDailyActivityTests(RealMsrDailyActivity real) : IClassFixture<RealMsrDailyActivity>
{
    [SharedFact(RealMsrDailyActivity.File)]
    public void The_download_is_whole_but_for_four_last_frames()
    {
        Assert.Equal("clips=320 noted.nan-frames=4", Hostile.Summary(real.Read));
        Assert.Equal(["a13_s06_e01", "a13_s06_e02", "a13_s08_e02", "a13_s09_e02"], real.Read.Notes.Select(note => note.Name));
        Assert.All(real.Read.Notes, note => Assert.Contains("0 frames at the beginning and 1 at the end", note.Reason, StringComparison.Ordinal));
        Assert.Equal((41, 190, 553, 61_344 - 4), real.Lengths);
        Assert.All(real.Classes, count => Assert.Equal(20, count));
        Assert.Equal((160, 160), real.Sides("official"));
        Assert.Equal((192, 128), real.Sides("folders"));
    }

    [SharedFact(RealMsrDailyActivity.File)]
    public void One_test_clip_is_a_copy_of_a_training_clip()
    {
        var set = real.Read.ToDataset(real.Source, "official");

        var copy = Assert.Single(ClipCopies.Find(set));
        Assert.Equal(("a03_s10_e02", "a03_s09_e02"), (set.Clips[copy.Clip].Name, set.Clips[copy.Original].Name));
    }
}
