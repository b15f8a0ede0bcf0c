using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Augmentations;

public sealed class ClipMirrorTests
{
    private const int Frames = 6, Persons = 2;

    // The first person comes in the third frame, the second leaves before the last.
    [Theory, InlineData("ntu"), InlineData("nw-ucla"), InlineData("coco-17"), InlineData("openpose-25")]
    public void A_mirrored_clip_agrees_with_plain_loops(string name)
    {
        var layout = Layouts.Get(name);
        var clip = Partly(layout);
        var from = clip.Coordinates.ToArray();
        var mirrored = new ClipMirror(layout).Of(clip).Coordinates.ToArray();

        var c = from[At(0, 2, layout.Center, 0)];
        for (var m = 0; m < Persons; m++)
        for (var t = 0; t < Frames; t++)
        for (var v = 0; v < layout.JointCount; v++)
        {
            var other = v;
            foreach (var pair in layout.LeftRight)
            {
                if (pair.Left == v) other = pair.Right;
                if (pair.Right == v) other = pair.Left;
            }

            var isSeen = m == 0 ? t >= 2 : t < Frames - 1;
            Assert.Equal(isSeen ? (2 * c) - from[At(m, t, other, 0)] : 0, mirrored[At(m, t, v, 0)]);
            Assert.Equal(from[At(m, t, other, 1)], mirrored[At(m, t, v, 1)]);
            Assert.Equal(from[At(m, t, other, 2)], mirrored[At(m, t, v, 2)]);
        }

        Assert.Equal(c, mirrored[At(0, 2, layout.Center, 0)], 1e-12);       // the clip is where it was
        Assert.NotEqual(from, mirrored);

        int At(int m, int t, int v, int axis) => (((((m * Frames) + t) * layout.JointCount) + v) * 3) + axis;
    }

    [Fact]
    public void Mirrored_twice_a_clip_is_itself_within_rounding()
    {
        // Of a centre on one side, too.
        foreach (var layout in Layouts.All.Where(layout => layout.LeftRight.Count > 0).Append(OneSided))
        {
            var (clip, mirror) = (Partly(layout), new ClipMirror(layout));
            var (once, twice) = (mirror.Of(clip).Coordinates.ToArray(), mirror.Of(mirror.Of(clip)).Coordinates.ToArray());
            Assert.NotEqual(clip.Coordinates.ToArray(), once);
            for (var i = 0; i < twice.Length; i++) Assert.Equal(clip.Coordinates[i], twice[i], 1e-12);
        }
    }

    [Fact]
    public void A_joint_that_a_picture_does_not_show_stays_at_zero_and_changes_sides()
    {
        var layout = Layouts.Get("coco-17");
        var (left, right) = layout.LeftRight[2];
        var points = Toy.Clip("toy", 1, layout).Coordinates.ToArray();
        points.AsSpan(left * 3, 3).Clear();

        var mirrored = Mirrored(layout, points);

        Assert.Equal([0, 0, 0], mirrored[(right * 3)..((right * 3) + 3)]);
        Assert.Equal([(2 * points[layout.Center * 3]) - points[right * 3], points[(right * 3) + 1]], mirrored[(left * 3)..((left * 3) + 2)]);
    }

    // Measured from its centre in every frame, a clip of two dimensions has it at (0, 0), where a picture has what it does not show.
    [Theory, InlineData("coco-17"), InlineData("openpose-18")]
    public void A_picture_measured_from_its_centre_turns_about_it_and_keeps_its_shape(string name)
    {
        var layout = Layouts.Get(name);
        var row = layout.JointCount * 3;
        var recorded = Toy.Clip("toy", 3, layout).Coordinates.ToArray();
        double[] points = [.. recorded.Select((value, i) => value - recorded[(i / row * row) + (layout.Center * 3) + (i % 3)])];

        var mirrored = new ClipMirror(layout).Of(new SkeletonClip("toy", 3, layout.JointCount, 1, points)).Coordinates.ToArray();

        for (var i = 0; i < points.Length; i += 3)
        {
            var v = i % row / 3;
            var pair = layout.LeftRight.FirstOrDefault(pair => pair.Left == v || pair.Right == v, new JointPair(v, v));
            var other = i + ((pair.Left + pair.Right - v - v) * 3);
            Assert.Equal([-points[other], points[other + 1], 0], mirrored[i..(i + 3)]);
        }
    }

    // A prepared clip has the centre there; its other joints may be there as well.
    [Fact]
    public void A_joint_at_the_origin_of_space_is_mirrored_like_others()
    {
        var layout = Layouts.Ntu;
        var head = layout.IndexOf("head")!.Value;
        var points = Toy.Clip("toy", 1, layout).Coordinates.ToArray();
        points.AsSpan(head * 3, 3).Clear();

        Assert.Equal([2 * points[layout.Center * 3], 0, 0], Mirrored(layout, points)[(head * 3)..((head * 3) + 3)]);
    }

    [Fact]
    public void Where_a_picture_does_not_show_the_centre_the_clip_turns_about_a_pair_that_it_shows()
    {
        var layout = Layouts.Get("coco-17");
        var (hidden, shown) = (layout.LeftRight[0], layout.LeftRight[1]);
        double[] points = [.. Toy.Clip("toy", 1, layout).Coordinates.ToArray().Select((value, i) => i % 3 == 2 ? 0 : value + 3)];     // pixels
        foreach (var joint in (int[])[layout.Center, hidden.Left]) points.AsSpan(joint * 3, 3).Clear();

        var mirrored = Mirrored(layout, points);

        Assert.Equal(points[shown.Left * 3], mirrored[shown.Left * 3], 1e-12);
        Assert.Equal(points[shown.Right * 3], mirrored[shown.Right * 3], 1e-12);
        Assert.Equal([0, 0, 0], mirrored[(layout.Center * 3)..((layout.Center * 3) + 3)]);
        Assert.Equal(points[shown.Left * 3] + points[shown.Right * 3] - points[hidden.Right * 3], mirrored[hidden.Left * 3], 1e-12);
    }

    [Fact]
    public void Where_the_first_person_is_never_seen_the_second_s_centre_counts_and_nobody_stays_nobody()
    {
        var layout = Layouts.NwUcla;
        var row = layout.JointCount * 3;
        var points = Toy.Clip("toy", 1, layout, persons: 2).Coordinates.ToArray();
        points.AsSpan(0, row).Clear();
        var mirrored = Mirrored(layout, points, persons: 2);

        Assert.All(mirrored[..row], value => Assert.Equal(0, value));
        Assert.Equal(points[row + (layout.Center * 3)], mirrored[row + (layout.Center * 3)], 1e-12);
        Assert.Equal(new double[row], Mirrored(layout, new double[row]));
    }

    [Fact]
    public void The_axis_is_the_one_that_the_layout_draws_to_the_right()
    {
        var layout = Layouts.Parse(
            "{name: lying, center: neck, joints: [neck, left, right], bones: [[left, neck], [right, neck]], left-right: [[left, right]], "
            + "draw: {right: -y, up: +x}}",
            "lying.yaml");

        Assert.Equal([1, 2, 3, 7, -4, 9, 4, -1, 6], Mirrored(layout, [1, 2, 3, 4, 5, 6, 7, 8, 9]));
    }

    [Fact]
    public void It_is_the_same_recording_with_the_same_label()
    {
        var clip = Toy.Clip("toy", 3, label: 4);
        var (before, mirrored) = (clip.Coordinates.ToArray(), new ClipMirror(Layouts.NwUcla).Of(clip));
        var points = new double[mirrored.Length];
        mirrored.CopyTo(points);

        Assert.Equal(("toy", 4, 3, 1, 2), (mirrored.Name, mirrored.Label, mirrored.Subject, mirrored.Camera, mirrored.Setup));
        Assert.Equal(points, mirrored.Coordinates);
        Assert.Equal(before, clip.Coordinates);
    }

    [Fact]
    public void A_layout_without_left_and_right_and_a_clip_of_other_joints_are_refused_by_name()
    {
        var sides = Assert.Throws<KinemaException>(() => new ClipMirror(Layouts.Get("hand-21")));
        Assert.Equal(ExitCode.Configuration, sides.ExitCode);
        Assert.StartsWith("layout hand-21 does not say which joints are left and right", sides.Message, StringComparison.Ordinal);
        Assert.Contains("set data.mirror to 0, or name the pairs under left-right", sides.Message, StringComparison.Ordinal);

        var joints = Assert.Throws<KinemaException>(() => new ClipMirror(Layouts.Ntu).Of(Toy.Clip("toy", 3)));
        Assert.Equal((ExitCode.Data, "clip toy has V = 20; the mirror of layout ntu takes V = 25"), (joints.ExitCode, joints.Message));
    }

    private static SkeletonLayout OneSided { get; } = Layouts.Parse(
        "{name: pair, center: left, joints: [neck, left, right], bones: [[left, neck], [right, neck]], left-right: [[left, right]]}", "pair.yaml");

    private static double[] Mirrored(SkeletonLayout layout, double[] points, int persons = 1) =>
        new ClipMirror(layout).Of(new SkeletonClip("toy", 1, layout.JointCount, persons, points)).Coordinates.ToArray();

    private static SkeletonClip Partly(SkeletonLayout layout)
    {
        var row = layout.JointCount * 3;
        var points = Toy.Clip("toy", Frames, layout, persons: Persons).Coordinates.ToArray();
        points.AsSpan(0, 2 * row).Clear();
        points.AsSpan(((Persons * Frames) - 1) * row, row).Clear();
        return new SkeletonClip("toy", Frames, layout.JointCount, Persons, points);
    }
}
