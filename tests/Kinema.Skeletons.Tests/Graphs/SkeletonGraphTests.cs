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

    [SharedFact("golden/blockgcn-nw-ucla.safetensors")]
    public void The_nw_ucla_hops_of_blockgcn_equal_the_recorded_ones() => AssertRecordedHops("nw-ucla", 10);

    [SharedFact("golden/blockgcn-ntu.safetensors")]
    public void The_ntu_hops_of_blockgcn_equal_the_recorded_ones() => AssertRecordedHops("ntu", 11);

    private static void AssertRecordedHops(string name, int farthest)
    {
        using var file = SafeTensorsFile.Open(Repository.Shared($"golden/blockgcn-{name}.safetensors"));
        var hops = SkeletonGraph.BlockGcn(Layouts.Get(name)).Hops();

        Assert.Equal(file.Read("const.hops").ToInt64s(), hops.Cast<int>().Select(hop => (long)hop));
        Assert.Equal(farthest, hops.Cast<int>().Max());
    }

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
