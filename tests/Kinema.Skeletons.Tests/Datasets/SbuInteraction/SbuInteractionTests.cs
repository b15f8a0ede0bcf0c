using System.Globalization;
using System.Text;
using Kinema.Skeletons.Datasets.SbuInteraction;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.SbuInteraction;

public sealed class SbuInteractionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Units_become_metres_with_y_upwards_for_both_persons()
    {
        folder.Write("SBU/s02s03/05/002/skeleton_pos.txt", Text(frames: 3));

        using var source = ClipSources.Open("sbu", folder.Path);
        var read = ClipCollection.Of(source);
        var clip = Assert.Single(read.Clips);

        Assert.Empty(read.Notes);
        Assert.Equal(("s02s03_05_002", 4, 5, 3, 15, 2), (clip.Name, clip.Label, clip.Subject, clip.Frames, clip.Joints, clip.Persons));
        for (var m = 0; m < 2; m++)
        {
            for (var t = 0; t < 3; t++)
            {
                for (var v = 0; v < 15; v++)
                {
                    var point = clip.Person(m).Slice(((t * 15) + v) * 3, 3);
                    // The authors' formulas, millimetres to metres.
                    Assert.Equal((1280 - (2560 * Value(t, m, v, 0))) / 1000, point[0], 1e-12);
                    Assert.Equal((960 - (1920 * Value(t, m, v, 1))) / 1000, point[1], 1e-12);
                    Assert.Equal(Value(t, m, v, 2) * 10000 / 7.8125 / 1000, point[2], 1e-12);
                }
            }
        }
    }

    [Fact]
    public void Folds_are_over_pairs_numbered_by_the_names_of_all_21()
    {
        folder.Write("s07s03/01/001/skeleton_pos.txt", Text(1));
        folder.Write("s09s09/01/001/skeleton_pos.txt", Text(1));

        using var source = ClipSources.Open("sbu", folder.Path);
        var clip = Assert.Single(ClipCollection.Of(source).Clips);

        Assert.Equal(21, clip.Subject);
        Assert.Equal(["train", "train", "test", "train", "train"], source.Protocols.Select(fold => fold.Side(ClipFacts.Of(clip))));
        var unknown = Assert.Single(source.Known);
        Assert.Equal(("s09s09_01_001", "not-in-list"), (unknown.Name, unknown.Kind));
    }

    [Theory]
    [InlineData("\n3,", "\n1,", "line 3: frame 1 comes after frame 2")]
    [InlineData("\n3,", "\n2,", "line 3: frame 2 comes after frame 2")]
    [InlineData("\n3,", "\n3.5,", "line 3: the frame number is 3.5; it must be a whole number")]
    [InlineData("\n3,", "\n3,NaN,", "line 3: a coordinate is NaN")]
    [InlineData("\n3,", "\n3,-50,", "line 3: a coordinate is 129.28; it must be finite and at most ±100 (the limit of layout sbu-15)")]
    [InlineData("\n3,", "\n3,0,", "line 3: has more on it than expected")]
    public void A_damaged_line_is_named(string replaced, string by, string reason) => Assert.StartsWith(
        $"f: {reason}", Hostile.Refusal(() => Parse(Encoding.UTF8.GetBytes(Text(4).Replace(replaced, by, StringComparison.Ordinal)))), StringComparison.Ordinal);

    [Fact]
    public void A_gap_in_the_frames_is_noted()
    {
        folder.Write("s01s02/01/001/skeleton_pos.txt", Text(4).Replace("\n3,", "\n\n", StringComparison.Ordinal).Replace("\n\n", "\n9,", StringComparison.Ordinal)
            .Replace("\n4,", "\n10,", StringComparison.Ordinal));

        using var source = ClipSources.Open("sbu", folder.Path);
        var note = Assert.Single(ClipCollection.Of(source).Notes);

        Assert.Equal("frame-gap", note.Kind);
        Assert.EndsWith("line 3: frame 9 comes after frame 2; those between are missing", note.Reason, StringComparison.Ordinal);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_files_are_read_or_refused() => Hostile.Survives(Text(2), Parse);

    private static void Parse(byte[] bytes) => SbuInteractionSource.Parse(bytes, new SbuName("s01s02", 1, 1), "f", out _);

    private static double Value(int t, int m, int v, int c) => (t * 0.001) + (m * 0.5) + (v * 0.01) + (c * 0.1);

    private static string Text(int frames)
    {
        var text = new StringBuilder();
        for (var t = 0; t < frames; t++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{t + 1}");
            for (var i = 0; i < 90; i++) text.Append(CultureInfo.InvariantCulture, $",{Value(t, i / 45, i / 3 % 15, i % 3):R}");
            text.Append("\r\n");
        }
        return text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}

public sealed class RealSbu() : RealSet("sbu", File)
{
    public const string File = "data/sbu-kinect-interaction.zip";
}

public sealed class RealSbuTests(RealSbu real) : IClassFixture<RealSbu>
{
    [SharedFact(RealSbu.File)]
    public void The_download_is_whole()
    {
        Assert.Equal("clips=282", Hostile.Summary(real.Read));
        Assert.Equal((10, 23, 46, 6_822), real.Lengths);
        Assert.Equal([42, 43, 40, 41, 18, 21, 39, 38], real.Classes);
        Assert.Equal([55, 52, 56, 54, 65], Enumerable.Range(1, 5).Select(fold => real.Sides($"fold-{fold}").Test));
        Assert.Equal(21, real.Read.Clips.Select(clip => clip.Subject).Distinct().Count());
    }

    [SharedFact(RealSbu.File)]
    public void Bodies_are_upright_of_human_size_and_face_each_other()
    {
        var layout = real.Source.Layout;
        int head = layout.IndexOf("head")!.Value, foot = layout.IndexOf("left-foot")!.Value, torso = layout.IndexOf("torso")!.Value;
        int left = layout.IndexOf("left-shoulder")!.Value, right = layout.IndexOf("right-shoulder")!.Value;
        var facing = 0;
        foreach (var clip in real.Read.Clips)
        {
            Upright.Check(clip, layout);
            Assert.InRange(clip.Coordinates[(head * 3) + 1] - clip.Coordinates[(foot * 3) + 1], 0.8, 2.2);
            // Up × (right - left) points forwards where x runs to the right of a person who faces the camera: towards the other person.
            ReadOnlySpan<double> one = clip.Person(0), other = clip.Person(1);
            var (dx, dz) = (one[right * 3] - one[left * 3], one[(right * 3) + 2] - one[(left * 3) + 2]);
            facing += (dz * (other[torso * 3] - one[torso * 3])) - (dx * (other[(torso * 3) + 2] - one[(torso * 3) + 2])) > 0 ? 1 : 0;
        }
        Assert.InRange(facing, 254, 282);                    // nine in ten: who departs begins turned away
    }
}
