using Kinema.Skeletons.Datasets.UtdMhad;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.UtdMhad;

public sealed class UtdMhadTests : IDisposable
{
    private static readonly MatWriter Writer = new();
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_clip_has_the_joints_axes_and_frames_of_the_array()
    {
        folder.Write("deep/down/a12_s3_t2_skeleton.mat", File(frames: 4));
        folder.Write("deep/Skeleton_joint_order.txt", "1. head;");

        using var source = ClipSources.Open("utd-mhad", folder.Path);
        var clip = Assert.Single(ClipCollection.Of(source).Clips);

        Assert.Equal(("a12_s3_t2", 11, 3, 4, 20, 1), (clip.Name, clip.Label, clip.Subject, clip.Frames, clip.Joints, clip.Persons));
        for (var t = 0; t < 4; t++)
            for (var v = 0; v < 20; v++)
                for (var c = 0; c < 3; c++) Assert.Equal(Value(v, c, t), clip.Coordinates[(((t * 20) + v) * 3) + c]);
        Assert.Equal(860, source.Known.Count(known => known.Kind == "absent"));
        Assert.Equal("train", source.Protocols.Single().Side(ClipFacts.Of(clip)));
        Assert.Equal(new SourceItem("a12_s3_t2", File(frames: 4).Length), Assert.Single(source.Items));
    }

    [Fact]
    public void A_clip_of_one_frame_has_lost_its_third_dimension()
    {
        var bytes = Writer.File(Writer.Doubles("d_skel", [20, 3], Enumerable.Range(0, 60).Select(i => i / 100.0)));

        Assert.Equal(1, UtdMhadSource.Parse(bytes, new UtdMhadName(1, 1, 1), "f").Frames);
    }

    [Fact]
    public void Arrays_of_other_shapes_and_bad_numbers_are_refused_by_name()
    {
        folder.Write("a1_s1_t1_skeleton.mat", Writer.File(Writer.Doubles("d_skel", [25, 3, 1], new double[75])));
        folder.Write("a1_s1_t2_skeleton.mat", Writer.File(Writer.Doubles("d_skel", [20, 3, 2], [.. new double[119], double.NaN])));
        folder.Write("a1_s1_t3_skeleton.mat", Writer.File(Writer.Doubles("other", [20, 3, 2], new double[120])));
        folder.Write("a1_s1_t4_skeleton.mat", Writer.File(Writer.Doubles("d_skel", [20, 3, 0], [])));

        using var source = ClipSources.Open("utd-mhad", folder.Path);
        var skipped = ClipCollection.Of(source).Skipped.Where(clip => clip.Kind == "damaged").Select(clip => clip.Reason).ToList();

        Assert.Equal(
            [
                "a1_s1_t1_skeleton.mat: d_skel is (V, 3, T) with V = 20 joints; got (25, 3, 1)",
                "a1_s1_t2_skeleton.mat: frame 1, joint 19 (right-foot): z is NaN; a coordinate is finite and at most ±100 (the limit of layout utd-mhad)",
                "a1_s1_t3_skeleton.mat: has no variable 'd_skel'; it holds other",
                "a1_s1_t4_skeleton.mat: the clip has 0 frames; one has 1 to 20000",
            ], skipped.Select(reason => Path.GetFileName(reason)));
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_files_are_read_or_refused() =>
        Hostile.Survives(File(frames: 2), bytes => UtdMhadSource.Parse(bytes, new UtdMhadName(1, 1, 1), "f"), trials: 1000);

    [Theory, InlineData("a0_s1_t1_skeleton.mat"), InlineData("a28_s1_t1_skeleton.mat"), InlineData("a1_s9_t1_skeleton.mat"), InlineData("xa1_s1_t1_skeleton.mat")]
    public void Files_of_other_names_are_no_clips(string name)
    {
        folder.Write(name, File(frames: 1));

        Assert.Equal($"{folder.Path}: holds no UTD-MHAD clip: files are named like a1_s1_t1_skeleton.mat",
            Hostile.Refusal(() => ClipSources.Open("utd-mhad", folder.Path), ExitCode.Data));
    }

    [Fact]
    public void Beside_a_zip_that_may_be_the_download_that_is_said()
    {
        folder.Write("UTD-MHAD.zip", "");
        const string nothing = "holds no UTD-MHAD clip: files are named like a1_s1_t1_skeleton.mat; ";

        Assert.Equal($"{folder.Path}: {nothing}{folder.File("UTD-MHAD.zip")} lies in it: if that is the download, give it",
            Hostile.Refusal(() => ClipSources.Open("utd-mhad", folder.Path), ExitCode.Data));
        folder.Write("inner/RGB.zip", "");
        Assert.Equal($"{folder.Path}: {nothing}zips lie in it (UTD-MHAD.zip, RGB.zip): give the one that is the download",
            Hostile.Refusal(() => ClipSources.Open("utd-mhad", folder.Path), ExitCode.Data));
    }

    private static double Value(int v, int c, int t) => (v * 0.01) + c - (t * 0.1);

    private static byte[] File(int frames) => Writer.File(Writer.Packed(Writer.Doubles("d_skel", [20, 3, frames],
        from t in Enumerable.Range(0, frames) from c in Enumerable.Range(0, 3) from v in Enumerable.Range(0, 20) select Value(v, c, t))));
}

public sealed class RealUtdMhad() : RealSet("utd-mhad", File)
{
    public const string File = "data/utd-mhad.zip";
}

public sealed class RealUtdMhadTests(RealUtdMhad real) : IClassFixture<RealUtdMhad>
{
    [SharedFact(RealUtdMhad.File)]
    public void The_download_is_whole()
    {
        Assert.Equal("clips=861", Hostile.Summary(real.Read));
        Assert.Equal((41, 67, 125, 58_299), real.Lengths);
        Assert.Equal((431, 430), real.Sides("official"));
        Assert.Equal([.. Enumerable.Repeat(32, 7), 31, .. Enumerable.Repeat(32, 14), 31, 32, 32, 32, 31], real.Classes);
    }

    [SharedFact(RealUtdMhad.File)]
    public void Coordinates_are_metres_with_the_head_above_the_feet()
    {
        double[] low = [9, 9, 9], high = [-9, -9, -9];
        foreach (var clip in real.Read.Clips)
        {
            var coordinates = clip.Coordinates;
            for (var i = 0; i < coordinates.Length; i++)
                (low[i % 3], high[i % 3]) = (Math.Min(low[i % 3], coordinates[i]), Math.Max(high[i % 3], coordinates[i]));
        }
        Assert.Equal([-0.79, -1.46, 1.77], low.Select(value => Math.Round(value, 2)));
        Assert.Equal([0.78, 1.02, 4.05], high.Select(value => Math.Round(value, 2)));
        Assert.All(real.Read.Clips, clip => Upright.Check(clip, real.Source.Layout));
    }
}
