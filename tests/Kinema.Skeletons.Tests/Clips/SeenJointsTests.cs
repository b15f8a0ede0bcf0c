using System.Text.Json;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Previews;

namespace Kinema.Skeletons.Tests.Clips;

public sealed class SeenJointsTests
{
    private const int Frames = 3;

    private static readonly SkeletonLayout Picture = Layouts.Get("coco-17"), Space = Layouts.NwUcla;

    [Fact]
    public void A_joint_at_the_origin_is_not_seen_unless_it_is_the_centre_in_space()
    {
        var points = Shown(Space, about: 0, Space.Center, 3);
        var seen = SeenJoints.In(Space, points, Frames);

        Assert.Equal(Enumerable.Range(0, Space.JointCount).Where(joint => joint != 3), Seen(Space, seen, points));
        Assert.False(seen.IsSeen(new double[Space.JointCount * 3], Space.Center));      // of nobody, nothing
    }

    [Theory]
    [InlineData(0, false, true)]                       // measured from the centre
    [InlineData(5, false, false)]                      // pixels
    [InlineData(0, true, false)]                       // lost in this frame, and shown in another
    public void The_centre_of_a_picture_at_the_origin_is_seen_only_if_the_clip_is_measured_from_it(double about, bool elsewhere, bool isSeen)
    {
        var points = Shown(Picture, about, Picture.Center);
        if (elsewhere) points[((Frames - 1) * Picture.JointCount * 3) + (Picture.Center * 3)] = 0.5;

        Assert.Equal(isSeen, Seen(Picture, SeenJoints.In(Picture, points, Frames), points).Contains(Picture.Center));
        Assert.Equal(isSeen, new FlatPose(Picture, Clip(points), 0, follow: true).Known(0, 0, Picture.Center));
        var page = PreviewPage.Html(Picture, [new LabelledClip(Clip(points), "")], "toy");
        using var data = JsonDocument.Parse(page.Split("id=\"clips\">")[1].Split("</script>")[0]);
        Assert.Equal(isSeen, data.RootElement.GetProperty("clips")[0].GetProperty("origin").GetBoolean());
    }

    [Fact]
    public void The_first_person_who_is_shown_decides_in_the_frames_that_show_that_person()
    {
        var row = Picture.JointCount * 3;
        var nobody = new double[Frames * row];
        var first = Shown(Picture, about: 0, Picture.Center);
        first.AsSpan(row, row).Clear();
        var second = Shown(Picture, about: 0);

        Assert.True(SeenJoints.In(Picture, [.. nobody, .. first, .. second], Frames).CenterMayBeOrigin);
        Assert.False(SeenJoints.In(Picture, [.. nobody, .. second, .. first], Frames).CenterMayBeOrigin);
        Assert.False(SeenJoints.In(Picture, nobody, Frames).CenterMayBeOrigin);
    }

    // Of Kinetics-skeleton the origin is the middle of the picture, so that x takes both signs, and still means not seen.
    [Fact]
    public void Where_another_joint_lies_at_the_origin_of_a_picture_the_centre_is_not_seen_there_either() =>
        Assert.False(SeenJoints.In(Picture, Shown(Picture, about: 0, Picture.Center, 7), Frames).CenterMayBeOrigin);

    // A mean of two joints is known only where both are seen.
    [Theory, InlineData(0, 0.5), InlineData(5, 0)]
    public void With_joints_of_another_layout_the_centre_counts_where_it_is_seen(double about, double share)
    {
        using var folder = new TemporaryFolder();
        var points = Shown(Picture, about, Picture.Center);
        var other = new SkeletonClip("b", Frames, Picture.JointCount, 1, points) { Label = 0 };
        PackedDataset.Write(Toy.Dataset([Clip(points), other], train: 1, Picture), folder.File("a.safetensors"));
        folder.Write("map.yaml", $"from: coco-17\nto: openpose-18\njoints:\n  neck: [{Picture.Joints[Picture.Center]}, left-shoulder]\n");
        using var source = ForeignFiles.Open(folder.File("a.safetensors"), new() { Map = folder.File("map.yaml") });
        using var reader = source.Open();

        var mapped = reader.Read(0).Clips[0].Coordinates;

        var (neck, shoulder) = (Layouts.Get("openpose-18").IndexOf("neck")!.Value, Picture.IndexOf("left-shoulder")!.Value);
        Assert.Equal(share * points[shoulder * 3], mapped[neck * 3], 1e-5);
    }

    // The layout's joints in every frame about a place, some at the origin.
    private static double[] Shown(SkeletonLayout layout, double about, params int[] zeros)
    {
        var points = Toy.Clip("a", Frames, layout).Coordinates.ToArray();
        for (var i = 0; i < points.Length; i++)
            points[i] = zeros.Contains(i / 3 % layout.JointCount) || (layout.Dimensions == 2 && i % 3 == 2) ? 0 : points[i] + about;
        return points;
    }

    private static SkeletonClip Clip(double[] points) => new("a", Frames, Picture.JointCount, 1, points) { Label = 0 };

    // In the first frame.
    private static IEnumerable<int> Seen(SkeletonLayout layout, SeenJoints seen, double[] points) =>
        Enumerable.Range(0, layout.JointCount).Where(joint => seen.IsSeen(points.AsSpan(0, layout.JointCount * 3), joint));
}
