using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Graphs;

public sealed class SkeletonGraphTests
{
    [Fact]
    public void Outward_edges_share_the_weight_among_children()
    {
        var a = SkeletonGraph.CtrGcn(Layouts.NwUcla).Adjacency;

        Assert.All(Enumerable.Range(0, 20), v => Assert.Equal(1, a[0, v, v]));
        Assert.All([1, 3, 4, 8], child => Assert.Equal(0.25f, a[2, child, 2]));        // the shoulder centre has four children
        Assert.All([12, 16], child => Assert.Equal(0.5f, a[2, child, 0]));             // the hip centre two
        Assert.All(Layouts.NwUcla.Bones, bone => Assert.Equal(1, a[1, bone.Parent, bone.Child]));
        Assert.All(Enumerable.Range(0, 20), v => Assert.Equal(0, a[1, v, 2]));         // the root has no parent: its column stays zero
    }

    [Theory, InlineData("nw-ucla", 10), InlineData("ntu", 12)]
    public void Hops_count_the_bones_between_joints(string name, int farthest)
    {
        var layout = Layouts.Get(name);
        var hops = SkeletonGraph.CtrGcn(layout).Hops();

        Assert.All(layout.Bones, bone => Assert.Equal((1, 1), (hops[bone.Child, bone.Parent], hops[bone.Parent, bone.Child])));
        Assert.All(Enumerable.Range(0, layout.JointCount), v => Assert.Equal(0, hops[v, v]));
        Assert.Equal(farthest, hops.Cast<int>().Max());
        Assert.Equal(4, hops[layout.IndexOf("left-hand")!.Value, layout.IndexOf("left-shoulder")!.Value] + 1);
    }

    [Fact]
    public void InfoGcn_takes_the_ancestor_on_ntu_from_each_joint_and_the_root_is_the_spine()
    {
        var layout = Layouts.Ntu;
        var near = SkeletonGraph.InfoGcn(layout).Adjacency;
        var far = SkeletonGraph.InfoGcn(layout, hops: 7).Adjacency;

        Assert.Equal(24, near.Cast<float>().Count(value => value == -1)); // all but the root
        Assert.Equal((-1f, -1f, -1f, 0f), (near[0, 0, 1], near[0, 20, 1], near[0, 22, 7], near[0, 1, 20]));
        Assert.All(Enumerable.Range(0, 25), v => Assert.Equal(1, near[0, v, v]));
        Assert.Equal([(21, 1), (23, 1)], Taken(far)); // the hand tips, seven bones from the spine
        Assert.Empty(Taken(SkeletonGraph.InfoGcn(layout, hops: 8).Adjacency));
    }

    [Fact]
    public void InfoGcn_takes_the_children_on_nw_ucla_from_each_joint()
    {
        var near = SkeletonGraph.InfoGcn(Layouts.NwUcla).Adjacency;

        Assert.Equal(Layouts.NwUcla.Bones.Select(bone => (bone.Parent, bone.Child)).Order(), Taken(near));
        Assert.Equal([(2, 15), (2, 19)], Taken(SkeletonGraph.InfoGcn(Layouts.NwUcla, hops: 6).Adjacency));
        Assert.Empty(Taken(SkeletonGraph.InfoGcn(Layouts.NwUcla, hops: 7).Adjacency));
    }

    private static IEnumerable<(int From, int Joint)> Taken(float[,,] adjacency) =>
        from row in Enumerable.Range(0, adjacency.GetLength(1))
        from column in Enumerable.Range(0, adjacency.GetLength(2))
        where adjacency[0, row, column] < 0
        select (row, column);

    [SharedFact("golden/ctr-gcn-nw-ucla.safetensors")]
    public void The_nw_ucla_graph_equals_the_recorded_one() => AssertRecorded("nw-ucla");

    [SharedFact("golden/ctr-gcn-ntu.safetensors")]
    public void The_ntu_graph_equals_the_recorded_one() => AssertRecorded("ntu");

    private static void AssertRecorded(string name)
    {
        using var file = SafeTensorsFile.Open(Repository.Shared($"golden/ctr-gcn-{name}.safetensors"));

        Assert.Equal(file.Read("const.A").ToSingles(), SkeletonGraph.CtrGcn(Layouts.Get(name)).Adjacency.Cast<float>());
    }
}
