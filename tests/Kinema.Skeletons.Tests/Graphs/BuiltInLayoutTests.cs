using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests.Graphs;

public sealed class BuiltInLayoutTests
{
    public static TheoryData<string> Names => [.. Layouts.All.Select(layout => layout.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Bones_are_a_tree_over_joints_of_different_names(string name)
    {
        var layout = Layouts.Get(name);

        Assert.Equal(layout.JointCount, layout.Joints.Distinct().Count());
        Assert.Equal(layout.JointCount - 1, layout.Bones.Count);
        for (var joint = 0; joint < layout.JointCount; joint++)
        {
            var (at, steps) = (joint, 0);
            for (; at != layout.Root && steps <= layout.JointCount; steps++) at = layout.Parents[at];
            Assert.Equal(layout.Root, at);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Every_joint_is_in_one_part_and_in_one_hyperedge(string name)
    {
        var layout = Layouts.Get(name);

        Assert.Equal(Enumerable.Range(0, layout.JointCount), layout.Parts.SelectMany(part => part.Joints).Order());
        Assert.Equal(Enumerable.Range(0, layout.JointCount), layout.Hyperedges.SelectMany(joints => joints).Order());
    }

    // NTU's two hand tips and thumbs, too: mirrored joints hang on mirrored parents.
    [Theory, MemberData(nameof(Names))]
    public void Left_and_right_mirror_each_other_in_names_and_in_the_tree(string name)
    {
        var layout = Layouts.Get(name);
        var mirror = Enumerable.Range(0, layout.JointCount).ToArray();
        foreach (var (left, right) in layout.LeftRight) (mirror[left], mirror[right]) = (right, left);

        foreach (var joint in Enumerable.Range(0, layout.JointCount))
        {
            Assert.Equal(mirror[layout.Parents[joint]], layout.Parents[mirror[joint]]);
            var text = layout.Joints[joint];
            var other = text.StartsWith("left", StringComparison.Ordinal) ? "right" + text[4..] : text.StartsWith("right", StringComparison.Ordinal) ? "left" + text[5..] : text;
            Assert.Equal(other, layout.Joints[mirror[joint]]);
        }
    }

    // The places that the estimators' own documentation numbers, picked so that another order cannot pass.
    [Theory]
    [InlineData("coco-17", 17, "0 nose, 1 left-eye, 4 right-ear, 5 left-shoulder, 6 right-shoulder, 9 left-wrist, 12 right-hip, 16 right-ankle")]
    [InlineData("openpose-18", 18, "1 neck, 2 right-shoulder, 4 right-wrist, 5 left-shoulder, 8 right-hip, 11 left-hip, 14 right-eye, 15 left-eye, 17 left-ear")]
    [InlineData("openpose-25", 25, "1 neck, 4 right-wrist, 8 hip-center, 9 right-hip, 12 left-hip, 15 right-eye, 18 left-ear, 19 left-big-toe, 21 left-heel, 22 right-big-toe, 24 right-heel")]
    [InlineData("mediapipe-33", 33, "0 nose, 2 left-eye, 5 right-eye, 7 left-ear, 9 left-mouth, 11 left-shoulder, 16 right-wrist, 19 left-index, 22 right-thumb, 23 left-hip, 29 left-heel, 32 right-foot-index")]
    [InlineData("h36m-17", 17, "0 pelvis, 1 right-hip, 3 right-ankle, 4 left-hip, 7 spine, 8 thorax, 9 neck, 10 head, 11 left-shoulder, 14 right-shoulder, 16 right-wrist")]
    [InlineData("smpl-24", 24, "0 pelvis, 1 left-hip, 2 right-hip, 3 spine-1, 7 left-ankle, 9 spine-3, 12 neck, 13 left-collar, 15 head, 16 left-shoulder, 20 left-wrist, 23 right-hand")]
    [InlineData("halpe-26", 26, "0 nose, 16 right-ankle, 17 head, 18 neck, 19 hip-center, 20 left-big-toe, 21 right-big-toe, 22 left-small-toe, 24 left-heel, 25 right-heel")]
    [InlineData("hand-21", 21, "0 wrist, 1 thumb-cmc, 4 thumb-tip, 5 index-mcp, 8 index-tip, 12 middle-tip, 16 ring-tip, 17 pinky-mcp, 20 pinky-tip")]
    public void Joints_are_in_the_order_of_their_source(string name, int joints, string places)
    {
        var layout = Layouts.Get(name);

        Assert.Equal(joints, layout.JointCount);
        Assert.All(places.Split(", "), place => Assert.Equal(place.Split(' ')[1], layout.Joints[int.Parse(place.Split(' ')[0])]));
        Assert.Equal(name is "smpl-24" ? "+y" : "-y", layout.Drawing.Up.ToString());
    }
}
