using System.Text;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Skeletons.Tests.Previews;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Graphs;

public sealed class LayoutMapTests
{
    public static TheoryData<string, string> All
    {
        get
        {
            var names = new TheoryData<string, string>();
            foreach (var map in LayoutMaps.All) names.Add(map.From.Name, map.To.Name);
            return names;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void A_built_in_map_takes_each_side_from_its_own_side(string from, string to)
    {
        var map = LayoutMap.Between(Layouts.Get(from), Layouts.Get(to));

        Assert.Equal(map.To.JointCount, map.Sources.Count);
        for (var target = 0; target < map.To.JointCount; target++)
        {
            var sources = map.Sources[target].Select(joint => map.From.Joints[joint]).ToList();
            var (left, right) = (sources.Count(name => name.StartsWith("left")), sources.Count(name => name.StartsWith("right")));
            if (map.To.Joints[target].StartsWith("left")) Assert.Equal(sources.Count, left);
            else if (map.To.Joints[target].StartsWith("right")) Assert.Equal(sources.Count, right);
            else Assert.Equal(left, right);
        }
    }

    // What is up in one layout's pictures is up in the other's.
    [Theory, MemberData(nameof(All))]
    public void A_built_in_map_keeps_bodies_upright(string from, string to)
    {
        var map = LayoutMap.Between(Layouts.Get(from), Layouts.Get(to));
        double[] above = [0, map.From.Drawing.Up.Sign, 0];

        double[] mapped = [.. map.Axes.Select(axis => axis.Of(above))];
        Assert.Equal(1, map.To.Drawing.Up.Of(mapped));
    }

    // Space is right-handed in all of them, so a map that mirrors would make a left hand of a right one.
    [Theory, MemberData(nameof(All))]
    public void A_built_in_map_turns_space_and_does_not_mirror_it(string from, string to)
    {
        var map = LayoutMap.Between(Layouts.Get(from), Layouts.Get(to));
        if (map.From.Dimensions == 2 || map.To.Dimensions == 2) return;

        double[] right = [1, 0, 0], up = [0, 1, 0], back = [0, 0, 1];
        Assert.Equal(1, Dot(Cross(Turned(right), Turned(up)), Turned(back)));

        double[] Turned(double[] axis) => [.. map.Axes.Select(turned => turned.Of(axis))];
    }

    // A body with both hands in front of it: whoever looks that way has the left shoulder on the left.
    [Theory, MemberData(nameof(All))]
    public void A_body_that_is_mapped_has_its_left_where_it_was(string from, string to)
    {
        var map = LayoutMap.Between(Layouts.Get(from), Layouts.Get(to));
        if (map.From.Dimensions == 2 || map.To.Dimensions == 2) return;
        var points = Bodies.Standing(map.From, frames: 1).Coordinates.ToArray();
        var forward = Cross(Up(points, map.From), Across(points, map.From));
        for (var joint = 0; joint < map.From.JointCount; joint++)
        {
            if (!map.From.Joints[joint].Contains("wrist")) continue;
            for (var axis = 0; axis < 3; axis++) points[joint * 3 + axis] += 2 * forward[axis];
        }

        Assert.True(Facing(points, map.From) > 0.05);
        Assert.True(Facing(map.Apply(points, 1), map.To) > 0.05);

        double Facing(double[] of, SkeletonLayout layout) =>
            Dot(Cross(Up(of, layout), Across(of, layout)), Less(Mean(of, layout, "left-wrist", "right-wrist"), Mean(of, layout, "left-shoulder", "right-shoulder")));
    }

    // What the directions of the maps rest on, measured: the toes of real people lie in front of their ankles only if space is right-handed.
    [SharedFact("data/nw-ucla.zip")]
    public void The_coordinates_of_the_first_kinect_are_right_handed()
    {
        using var source = new SelectedSource(
            ClipSources.Open("nw-ucla", Repository.Shared("data/nw-ucla.zip")), "a0?_s0?_e00_v01");
        var clips = ClipCollection.Of(source).Clips;

        var toes = clips.Select(clip =>
        {
            var (points, layout) = (clip.Coordinates[..60].ToArray(), Layouts.NwUcla);
            return Dot(Cross(Up(points, layout), Across(points, layout)), Less(Mean(points, layout, "left-foot", "right-foot"), Mean(points, layout, "left-ankle", "right-ankle")));
        }).ToList();

        Assert.InRange(toes.Count, 30, 100);
        Assert.InRange(toes.Average(way => way > 0 ? 1.0 : 0), 0.85, 1);
    }

    private static double[] Up(double[] points, SkeletonLayout layout) =>
        Less(Mean(points, layout, "left-shoulder", "right-shoulder"), Mean(points, layout, "left-hip", "right-hip"));

    private static double[] Across(double[] points, SkeletonLayout layout) =>
        Less(Mean(points, layout, "right-shoulder"), Mean(points, layout, "left-shoulder"));

    private static double[] Mean(double[] points, SkeletonLayout layout, params string[] joints) =>
        [.. Enumerable.Range(0, 3).Select(axis => joints.Average(joint => points[layout.IndexOf(joint)!.Value * 3 + axis]))];

    private static double[] Less(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static double[] Cross(double[] a, double[] b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    [Fact]
    public void The_neck_of_openpose_is_the_mean_of_the_shoulders_of_coco()
    {
        var (coco, open) = (Layouts.Get("coco-17"), Layouts.Get("openpose-18"));
        var clip = Toy.Clip("wave", frames: 3, coco, persons: 2);

        var mapped = LayoutMap.Between(coco, open).Apply(clip);

        Assert.Equal(("wave", 3, 18, 2, 0, 3, 1, 2), (mapped.Name, mapped.Frames, mapped.Joints, mapped.Persons, mapped.Label, mapped.Subject, mapped.Camera, mapped.Setup));
        for (var row = 0; row < 6; row++)
        {
            for (var axis = 0; axis < 3; axis++)
            {
                Assert.Equal((clip.Coordinates[(row * 17 + 5) * 3 + axis] + clip.Coordinates[(row * 17 + 6) * 3 + axis]) / 2, mapped.Coordinates[(row * 18 + 1) * 3 + axis]);
                Assert.Equal(clip.Coordinates[(row * 17 + 16) * 3 + axis], mapped.Coordinates[(row * 18 + 10) * 3 + axis]);
            }
        }
    }

    [Fact]
    public void A_joint_that_is_missing_lies_at_zero_and_one_of_a_missing_joint_is_missing()
    {
        var map = LayoutMap.Parse("{from: coco-17, to: halpe-26, joints: {neck: [left-shoulder, right-shoulder], hip-center: missing, head: nose, " +
            "left-big-toe: missing, right-big-toe: missing, left-small-toe: missing, right-small-toe: missing, left-heel: missing, right-heel: missing}}", "map.yaml");
        var clip = Toy.Clip("wave", frames: 1, map.From);

        Assert.Equal([0, 0, 0], map.Apply(clip).Coordinates.Slice(19 * 3, 3));
        var points = clip.Coordinates.ToArray();
        points[5 * 3] = double.NaN;
        Assert.True(double.IsNaN(map.Apply(points, 1)[18 * 3]));
    }

    [Fact]
    public void Axes_are_exchanged_and_turned_round()
    {
        var map = LayoutMap.Parse("{from: ntu, to: nw-ucla, axes: [+z, -y, +x]}", "map.yaml");
        var clip = Toy.Clip("wave", frames: 1, Layouts.Ntu);

        var head = clip.Coordinates.Slice(3 * 3, 3);
        Assert.Equal([head[2], -head[1], head[0]], map.Apply(clip).Coordinates.Slice(3 * 3, 3));
    }

    [Theory]
    [InlineData("form: ntu", "map.yaml:1: unknown map key 'form' (did you mean 'from'?)")]
    [InlineData("from: ntu\nto: nw-uclaa", "map.yaml:2: unknown joint layout 'nw-uclaa' (did you mean 'nw-ucla'?)")]
    [InlineData("from: ntu", "map.yaml: the key 'to' is missing")]
    [InlineData("from: ntu\nto: nw-ucla\njoints:\n  heat: head", "map.yaml:4: layout nw-ucla has no joint 'heat' (did you mean 'head'?)")]
    [InlineData("from: ntu\nto: nw-ucla\njoints:\n  head: [head, knees]", "map.yaml:4: layout ntu has no joint 'knees'")]
    [InlineData("from: ntu\nto: nw-ucla\njoints:\n  head: []", "map.yaml:4: joint name must be a word")]
    [InlineData("from: ntu\nto: coco-17\njoints: {nose: head}", "map.yaml:3: nothing is said of joint 'left-eye' of coco-17, and ntu has none of that name: map it, or write 'left-eye: missing'")]
    [InlineData("from: ntu\nto: nw-ucla\naxes: [+x, -x, +z]", "map.yaml:3: axes names three axes of the source, each once")]
    [InlineData("from: ntu\nto: nw-ucla\njoints: [1", "map.yaml:4: not valid YAML")]
    public void A_wrong_map_is_refused_with_file_line_and_reason(string yaml, string complaint)
    {
        var error = Assert.Throws<KinemaException>(() => LayoutMap.Parse(yaml, "map.yaml"));

        Assert.StartsWith(complaint, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, error.ExitCode);
    }

    [Fact]
    public void A_map_of_ones_own_finds_layouts_beside_it()
    {
        using var folder = new TemporaryFolder();
        folder.Write("arm.yaml", Toy.Arm.Yaml);
        var path = folder.Write("map.yaml", "{from: coco-17, to: arm.yaml, joints: {shoulder: left-shoulder, elbow: left-elbow, wrist: left-wrist}}");

        Assert.Equal([[5], [7], [9]], LayoutMap.Load(path).Sources);
        Assert.Contains("no such layout map", Assert.Throws<KinemaException>(() => LayoutMap.Load(folder.File("none.yaml"))).Message);
    }

    [Fact]
    public void Without_a_map_equal_names_are_enough_and_otherwise_the_missing_are_named()
    {
        var upper = Layouts.Parse("{name: upper, center: head, joints: [head, neck], bones: [[head, neck]]}", "upper.yaml");

        Assert.Equal([[3], [2]], LayoutMap.Between(Layouts.Ntu, upper).Sources);
        var error = Assert.Throws<KinemaException>(() => LayoutMap.Between(upper, Layouts.NwUcla));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.StartsWith("no map from layout upper to nw-ucla is built in, and upper has no joint 'hip-center', 'spine'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Deep_yaml_is_refused_before_it_overflows_the_stack()
    {
        var error = Assert.Throws<KinemaException>(() => LayoutMap.Parse(new string('[', 100_000), "map.yaml"));

        Assert.Equal("map.yaml:1: lists and mappings lie more than 32 deep in each other", error.Message);
    }

    // "A billion laughs": ten aliases of ten aliases, nine deep, as a key that must be compared with others.
    [Fact]
    public void Aliases_of_aliases_are_refused_before_they_are_followed()
    {
        var lines = Enumerable.Range(1, 9).Select(level => $"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]");

        var error = Assert.Throws<KinemaException>(() => LayoutMap.Parse($"a0: &a0 [x]\n{string.Join('\n', lines)}\n? *a9\n: 1\n", "map.yaml"));

        Assert.Equal("map.yaml:3: more than 16 aliases (*name): write the values out", error.Message);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_maps_are_read_or_refused() => Hostile.Survives(
        "from: coco-17\nto: openpose-18\naxes: [+x, \"-y\", +z]\njoints:\n  neck: &n [left-shoulder, right-shoulder]\n  nose: nose\n  left-eye: missing\n",
        bytes => LayoutMap.Parse(Encoding.UTF8.GetString(bytes), "map.yaml"), trials: 1000);
}
