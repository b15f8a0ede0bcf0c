using System.Globalization;
using System.Text;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.MsrAction3D;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.MsrAction3D;

public sealed class MsrAction3DTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_clip_has_twenty_lines_a_frame_and_its_empty_frames_are_left_out_and_noted()
    {
        folder.Write("x/a03_s06_e02_skeleton3D.txt", Frame(0) + Empty + Frame(1) + Empty + Empty);

        using var source = ClipSources.Open("msr-action3d", folder.Path);
        var read = ClipCollection.Of(source);
        var clip = Assert.Single(read.Clips);

        Assert.Equal(("a03_s06_e02", 2, 6, 2, 20), (clip.Name, clip.Label, clip.Subject, clip.Frames, clip.Joints));
        Assert.Equal([1.07, 0.5, -7], clip.Coordinates.Slice(((20 + 7) * 3), 3).ToArray());
        var note = Assert.Single(read.Notes);
        Assert.Equal("empty-frames", note.Kind);
        Assert.EndsWith("3 of 5 frames have no body, all joints at 0, and are left out", note.Reason, StringComparison.Ordinal);
        Assert.Equal(556, source.Known.Count(known => known.Kind == "absent"));
    }

    [Fact]
    public void Clips_outside_the_list_are_skipped_unless_all_are_asked_for()
    {
        folder.Write("a13_s09_e02_skeleton3D.txt", Empty + Empty);
        folder.Write("a20_s10_e03_skeleton3D.txt", Frame(1));
        folder.Write("a20_s10_e02_skeleton3D.txt", Frame(1));

        using var listed = ClipSources.Open("msr-action3d", folder.Path);
        using var all = ClipSources.Open("msr-action3d", folder.Path, new SourceOptions { Clips = "all" });

        Assert.Equal("clips=1 skipped.absent=556 skipped.not-in-list=2", Hostile.Summary(ClipCollection.Of(listed)));
        Assert.Equal("clips=2 skipped.absent=564 skipped.no-body=1", Hostile.Summary(ClipCollection.Of(all)));
    }

    [Fact]
    public void The_three_sets_of_actions_take_their_own_classes_only()
    {
        folder.Write("a06_s01_e01_skeleton3D.txt", Frame(1));
        folder.Write("a12_s02_e01_skeleton3D.txt", Frame(1));
        using var source = ClipSources.Open("msr-action3d", folder.Path);
        var clips = ClipCollection.Of(source).Clips;

        Assert.Equal(["official", "as1", "as2", "as3"], source.Protocols.Select(protocol => protocol.Name));
        Assert.Equal(["train", "train", null, "train"], source.Protocols.Select(protocol => protocol.Side(ClipFacts.Of(clips[0]))));
        Assert.Equal(["test", null, "test", null], source.Protocols.Select(protocol => protocol.Side(ClipFacts.Of(clips[1]))));
        Assert.Equal([null, 8, 8, 8], source.Protocols.Select(protocol => protocol.Classes?.Count));
    }

    [Theory]
    [InlineData("\n1.05 ", "\n1.05 2 ", "line 6: has more on it than expected")]
    [InlineData("\n1.05 ", "\n", "line 6: the line ends before all its numbers are there")]
    [InlineData("\n1.05 ", "\nnan ", "line 6:")]
    [InlineData("\n1.05 ", "\n1000.05 ", "line 6: a coordinate is 1000.05;")]
    [InlineData("1.19 0.5 -19 1\n", "", "line 19: the file ends after 19 of the 20 joints of a frame")]
    public void A_damaged_line_is_named(string replaced, string by, string reason) => Assert.StartsWith($"f: {reason}",
        Hostile.Refusal(() => Parse(Encoding.UTF8.GetBytes(Frame(1).Replace(replaced, by, StringComparison.Ordinal)))), StringComparison.Ordinal);

    [Fact]
    public void A_clip_that_never_ends_is_refused()
    {
        var frame = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("1 1 1 1\n", 20)));
        var bytes = new byte[frame.Length * 20_001];
        for (var i = 0; i < 20_001; i++) frame.CopyTo(bytes, i * frame.Length);

        Assert.Equal("f: line 400001: more than 20000 frames, the most a clip may have; cut it", Hostile.Refusal(() => Parse(bytes)));
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_files_are_read_or_refused() => Hostile.Survives(Frame(1) + Empty + Frame(2), Parse);

    private static string Empty => string.Concat(Enumerable.Repeat("0 0 0 0\n", 20));

    private static void Parse(byte[] bytes) => MsrAction3DSource.Parse(bytes, new MsrName(1, 1, 1), "f");

    private static string Frame(int t) => string.Concat(Enumerable.Range(0, 20)
        .Select(v => string.Create(CultureInfo.InvariantCulture, $"{t + (v / 100m)} 0.5 {-v} 1\n")));
}

public sealed class RealMsrAction3D() : RealSet("msr-action3d", File)
{
    public const string File = "data/msr-action3d.zip";
}

public sealed class RealMsrAction3DTests(RealMsrAction3D real) : IClassFixture<RealMsrAction3D>
{
    [SharedFact(RealMsrAction3D.File)]
    public void The_557_clips_of_the_list_are_read_without_their_empty_frames()
    {
        Assert.Equal("clips=557 skipped.not-in-list=10 noted.empty-frames=13", Hostile.Summary(real.Read));
        Assert.Equal([27, 26, 27, 25, 26, 26, 27, 30, 30, 30, 30, 30, 27, 29, 20, 30, 30, 30, 30, 27], real.Classes);
        Assert.Equal((284, 273), real.Sides("official"));
        Assert.Equal(22_077 - 252, real.Lengths.Item4);
        Assert.All(real.Read.Clips, clip => Assert.False(HasZeroJoint(clip.Coordinates)));
    }

    [SharedFact(RealMsrAction3D.File)]
    public void All_567_clips_are_there_when_asked_for_but_one_that_shows_nobody()
    {
        using var source = ClipSources.Open("msr-action3d", Repository.Shared(RealMsrAction3D.File), new SourceOptions { Clips = "all" });
        var read = ClipCollection.Of(source);

        Assert.Equal("clips=566 skipped.no-body=1 noted.empty-frames=19", Hostile.Summary(read));
        Assert.Equal("a13_s09_e02", read.Skipped.Single().Name);
        Assert.Equal(23_478 - 1_113, read.Clips.Sum(clip => clip.Frames));
    }

    [SharedFact(RealMsrAction3D.File)]
    public void The_list_shipped_is_the_one_of_the_download()
    {
        using var archive = System.IO.Compression.ZipFile.OpenRead(Repository.Shared(RealMsrAction3D.File));
        using var reader = new StreamReader(archive.GetEntry("files_used_in_cvpr12_paper.txt")!.Open());

        var listed = reader.ReadToEnd().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(listed.Order(StringComparer.Ordinal), MsrAction3DList.Names.Order(StringComparer.Ordinal));
    }

    [SharedFact(RealMsrAction3D.File)]
    public void The_right_hand_is_the_one_that_moves_in_actions_of_one_arm()
    {
        var layout = real.Source.Layout;
        foreach (var clip in real.Read.Clips.Where(clip => clip.Label < 9))
            Assert.True(Way(clip, layout.IndexOf("right-hand")!.Value) > Way(clip, layout.IndexOf("left-hand")!.Value), $"{clip}");
        Assert.InRange(Upright.FacingShare(real.Read.Clips, layout), 0.99, 1);
    }

    private static double Way(SkeletonClip clip, int joint)
    {
        var (points, way) = (clip.Coordinates.ToArray(), 0.0);
        for (var at = (20 + joint) * 3; at < points.Length; at += 60)
        {
            var (dx, dy, dz) = (points[at] - points[at - 60], points[at + 1] - points[at - 59], points[at + 2] - points[at - 58]);
            way += Math.Sqrt((dx * dx) + (dy * dy) + (dz * dz));
        }
        return way;
    }

    private static bool HasZeroJoint(ReadOnlySpan<double> coordinates)
    {
        for (var i = 0; i < coordinates.Length; i += 3)
            if (coordinates[i] == 0 && coordinates[i + 1] == 0 && coordinates[i + 2] == 0) return true;
        return false;
    }
}
