using System.Text;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Graphs;

public sealed class LayoutTests
{
    private const string Good = """
        name: arm
        dims: 2
        center: elbow
        joints: [shoulder, elbow, wrist]
        bones:
          - [elbow, shoulder]
          - [wrist, elbow]
        parts: {lower: [elbow, wrist]}
        draw: {right: -x, up: -y, head: wrist}
        """;

    [Fact]
    public void Built_in_layouts_have_the_joints_and_bones_of_the_papers()
    {
        var (ucla, ntu) = (Layouts.NwUcla, Layouts.Ntu);

        Assert.Equal((20, 19, 2, 1), (ucla.JointCount, ucla.Bones.Count, ucla.Root, ucla.Center));
        Assert.Equal((25, 24, 20, 1), (ntu.JointCount, ntu.Bones.Count, ntu.Root, ntu.Center));
        Assert.Equal([1, 2, 2, 2, 2, 4, 5, 6, 2, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18], ucla.Parents);
        Assert.Equal([1, 20, 20, 2, 20, 4, 5, 6, 20, 8, 9, 10, 0, 12, 13, 14, 0, 16, 17, 18, 20, 22, 7, 24, 11], ntu.Parents);
        Assert.Equal(2, ntu.LeftRight.Count(pair => ntu.Joints[pair.Left].Contains("thumb") || ntu.Joints[pair.Left].Contains("tip")));
    }

    [Fact]
    public void The_layouts_of_other_sets_have_the_bones_of_their_first_Kinect()
    {
        // As sets of names: the sets number the same joints otherwise. MSR Action3D calls the shoulder centre neck.
        static IEnumerable<string> Bones(string name) =>
            Layouts.Get(name).Bones.Select(bone => $"{Layouts.Get(name).Joints[bone.Child]}-{Layouts.Get(name).Joints[bone.Parent]}").Order(StringComparer.Ordinal);

        Assert.Equal(Bones("nw-ucla"), Bones("utd-mhad"));
        Assert.Equal(Bones("nw-ucla").Select(bone => bone.Replace("shoulder-center", "neck")).Order(StringComparer.Ordinal),
            Bones("msr-action3d-20"));
        Assert.Equal((15, 14), (Layouts.Get("sbu-15").JointCount, Layouts.Get("sbu-15").Bones.Count));
    }

    [Fact]
    public void MSR_Action3D_has_the_limbs_of_the_authors_drawing()
    {
        // J of the drawing script, counted from 1.
        (int, int)[] drawn =
        [
            (20, 3), (1, 3), (2, 3), (1, 8), (8, 10), (10, 12), (2, 9), (9, 11), (11, 13), (3, 4), (4, 7), (7, 5), (7, 6), (5, 14), (14, 16), (16, 18),
            (6, 15), (15, 17), (17, 19),
        ];

        Assert.Equal(drawn.Select(pair => (Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2))).Order(),
            Layouts.Get("msr-action3d-20").Bones.Select(bone => (Math.Min(bone.Child, bone.Parent) + 1, Math.Max(bone.Child, bone.Parent) + 1)).Order());
    }

    [Fact]
    public void Layouts_that_are_asked_for_by_their_number_of_joints_come_first() =>
        Assert.Equal(["nw-ucla", "ntu"], Layouts.All.Take(2).Select(layout => layout.Name));

    [Theory, InlineData("nw-ucla"), InlineData("ntu"), InlineData("utd-mhad"), InlineData("msr-action3d-20"), InlineData("sbu-15")]
    public void Every_joint_of_a_built_in_layout_is_in_exactly_one_part_and_one_hyperedge(string name)
    {
        var layout = Layouts.Get(name);

        Assert.Equal(Enumerable.Range(0, layout.JointCount), layout.Parts.SelectMany(part => part.Joints).Order());
        Assert.Equal(Enumerable.Range(0, layout.JointCount), layout.Hyperedges.SelectMany(joints => joints).Order());
        Assert.Equal("+y", layout.Drawing.Up.ToString());
        Assert.Equal("head", layout.Joints[layout.Drawing.Head!.Value]);
        Assert.All(layout.LeftRight, pair => Assert.Equal("left" + layout.Joints[pair.Right]["right".Length..], layout.Joints[pair.Left]));
    }

    [Theory, InlineData("coco-17", 17, "nose"), InlineData("openpose-18", 18, "neck")]
    public void Layouts_in_the_plane_have_every_joint_in_one_part_and_stand_upright_in_pictures(string name, int joints, string center)
    {
        var layout = Layouts.Get(name);

        Assert.Equal((joints, 2, joints - 1, center), (layout.JointCount, layout.Dimensions, layout.Bones.Count, layout.Joints[layout.Center]));
        Assert.Equal(Enumerable.Range(0, joints), layout.Parts.SelectMany(part => part.Joints).Order());
        Assert.Equal("-y", layout.Drawing.Up.ToString());
        Assert.Equal(8, layout.LeftRight.Count);
        Assert.All(layout.LeftRight, pair => Assert.Equal("left" + layout.Joints[pair.Right]["right".Length..], layout.Joints[pair.Left]));
    }

    [Fact]
    public void A_layout_of_ones_own_is_read_from_a_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("arm.yaml"), Good);

        var layout = Layouts.Get(folder.File("arm.yaml"));

        Assert.Equal(("arm", 2, 3, 1, 0), (layout.Name, layout.Dimensions, layout.JointCount, layout.Center, layout.Root));
        Assert.Equal([new Bone(1, 0), new Bone(2, 1)], layout.Bones);
        Assert.Equal([1, 2], layout.Parts.Single().Joints);
        Assert.Equal(("-x", "-y", 2), (layout.Drawing.Right.ToString(), layout.Drawing.Up.ToString(), layout.Drawing.Head));
        Assert.Equal(100_000, layout.Limit);
        Assert.Equal(-7, layout.Drawing.Up.Of([5, 7, 0]));
    }

    [Theory]
    [InlineData("center: elbow", "center: elbw", "arm.yaml:3: unknown joint 'elbw' (did you mean 'elbow'?)")]
    [InlineData("[wrist, elbow]", "[elbow, wrist]", "arm.yaml:7: 'elbow' has two parents, 'shoulder' and 'wrist'")]
    [InlineData("- [elbow, shoulder]", "- [elbow, wrist]", "arm.yaml:7: the bone wrist - elbow closes a cycle: 'elbow' already hangs on")]
    [InlineData("- [wrist, elbow]", "- [elbow, shoulder]", "arm.yaml:7: the bone elbow - shoulder appears twice")]
    [InlineData("  - [wrist, elbow]", "", "arm.yaml:6: 2 joints have no parent ('shoulder', 'wrist'): exactly one may, the root;")]
    [InlineData("- [wrist, elbow]", "- [wrist, wrist]", "arm.yaml:7: the bone of 'wrist' ends where it begins")]
    [InlineData("- [wrist, elbow]", "- [wrist]", "arm.yaml:7: a bone is written [child, parent]")]
    [InlineData("elbow, wrist]\nb", "elbow, elbow]\nb", "arm.yaml:4: joint 'elbow' appears twice")]
    [InlineData("dims: 2", "dims: 4", "arm.yaml:2: dims is 2 or 3, not '4'")]
    [InlineData("dims: 2", "limit: -3", "arm.yaml:2: limit is a positive number, not '-3'")]
    [InlineData("dims: 2", "hyperedges: [[shoulder, elbow], [elbow, wrist]]", "arm.yaml:2: 'elbow' is in two hyperedges, or twice in one")]
    [InlineData("dims: 2", "hyperedges: [[shoulder]]", "arm.yaml:2: every joint is in one hyperedge; in none: 'elbow', 'wrist'")]
    [InlineData("dims: 2", "hyperedges: [[shoulder, elbow, wrist], []]", "arm.yaml:2: a hyperedge has no joint")]
    [InlineData("dims: 2", "hyperedges: [shoulder, elbow]", "arm.yaml:2: a hyperedge must be a list")]
    [InlineData("parts: {", "part: {", "arm.yaml:8: unknown layout key 'part' (did you mean 'parts'?)")]
    [InlineData("right: -x", "right: -y", "arm.yaml:9: draw: right (-y) and up (-y) lie on the same axis")]
    [InlineData("up: -y", "up: w", "arm.yaml:9: 'w' is no axis")]
    [InlineData("name: arm", "name: [arm", "arm.yaml: not valid YAML")]
    [InlineData("dims: 2", "dims: 2\ndims: 3", "arm.yaml:3: not valid YAML: Duplicate key")]
    [InlineData("dims: 2", "dims: *two", "arm.yaml:1: not valid YAML: The anchor 'two' does not exist")]
    [InlineData("name: arm", "name: !!x[ arm", "arm.yaml: not valid YAML: a list, mapping or text may not be closed, or a tag")]
    [InlineData("dims: 2", "dims: 'two", "arm.yaml:2: not valid YAML")]
    [InlineData("center: elbow\n", "", "arm.yaml: the key 'center' is missing")]
    public void A_wrong_layout_is_refused_with_file_line_and_reason(string replaced, string by, string complaint)
    {
        var yaml = Good.Replace(replaced, by, StringComparison.Ordinal);
        Assert.NotEqual(Good, yaml);

        var error = Assert.Throws<KinemaException>(() => Layouts.Parse(yaml, "arm.yaml"));

        Assert.StartsWith(complaint, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void An_unknown_layout_is_refused_with_the_nearest_name()
    {
        var error = Assert.Throws<KinemaException>(() => Layouts.Get("nw-ulca"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("unknown joint layout 'nw-ulca' (did you mean 'nw-ucla'?)", error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, Assert.Throws<KinemaException>(() => Layouts.Get("no/such/layout.yaml")).ExitCode);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_layouts_are_read_or_refused() => Hostile.Survives(
        Good + "\nlimit: 2.5\nhyperedges: [&a [shoulder], [elbow, wrist]]  # one idea\n",
        bytes => Layouts.Parse(Encoding.UTF8.GetString(bytes), "arm.yaml"), trials: 1000);
}
