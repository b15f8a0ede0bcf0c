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

    // Away from the centre both directions of an edge count as equally far: 8 of NTU's 48 and 7 of NW-UCLA's 38 are nearer, not half of them.
    [Theory, InlineData("ntu", 25, 40, 8), InlineData("nw-ucla", 20, 31, 7)]
    public void St_gcn_deals_its_edges_out_by_their_distance_from_the_center(string name, int self, int rest, int nearer)
    {
        var a = SkeletonGraph.StGcn(Layouts.Get(name)).Adjacency;
        var v = a.GetLength(1);
        int[] counts = [.. Enumerable.Range(0, 3).Select(r => a.Cast<float>().Skip(r * v * v).Take(v * v).Count(weight => weight > 0))];

        Assert.Equal([self, rest, nearer], counts);
        Assert.All(Enumerable.Range(0, v), joint => Assert.True(a[0, joint, joint] > 0));
        Assert.All(Enumerable.Range(0, v), column => Assert.Equal(
            1, Enumerable.Range(0, 3 * v).Sum(row => (double)a[row / v, row % v, column]), 1e-6)); // all relations together
    }

    [Fact]
    public void St_gcn_takes_the_middle_of_a_layout_of_its_own_for_the_center()
    {
        var arm = Layouts.Parse(
            "{name: arm, dims: 2, center: wrist, joints: [shoulder, elbow, wrist], bones: [[elbow, shoulder], [wrist, elbow]]}", "arm.yaml");
        var a = SkeletonGraph.StGcn(arm).Adjacency;

        Assert.All([0, 2], end => Assert.Equal(1 / 3f, a[1, end, 1]));                 // from the ends to the elbow, which has three edges
        Assert.All([0, 2], end => Assert.Equal(0.5f, a[2, 1, end]));                   // from the elbow, which is nearer
        Assert.Equal(7, a.Cast<float>().Count(weight => weight > 0));
    }

    [Fact]
    public void A_layout_is_known_by_its_joints_and_bones_and_not_by_its_name()
    {
        var mine = Layouts.Parse(Layouts.Ntu.Yaml.Replace("name: ntu", "name: mine", StringComparison.Ordinal), "mine.yaml");
        Assert.Equal("mine", mine.Name);
        Assert.Equal(SkeletonGraph.StGcnPp(Layouts.Ntu).Edges, SkeletonGraph.StGcnPp(mine).Edges);
        Assert.Equal(SkeletonGraph.StGcn(Layouts.Ntu).Adjacency.Cast<float>(), SkeletonGraph.StGcn(mine).Adjacency.Cast<float>());

        var arm = Layouts.Parse(
            "{name: ntu, dims: 2, center: wrist, joints: [shoulder, elbow, wrist], bones: [[elbow, shoulder], [wrist, elbow]]}", "arm.yaml");
        Assert.Equal(arm.Bones, SkeletonGraph.Hyperformer(arm).Edges);
        Assert.Equal(3, SkeletonGraph.StGcn(arm).Adjacency.GetLength(1));
        Assert.Equal(arm.Bones, SkeletonGraph.InfoGcn(arm).Edges);
    }

    [Fact]
    public void St_gcn_pp_hangs_hand_tips_on_hands()
    {
        var graph = SkeletonGraph.StGcnPp(Layouts.Ntu);
        var a = graph.Adjacency;
        int[] siblings = [21, 22, 23, 24, 1, 2, 4, 8, 12, 16];

        Assert.All([21, 22], child => Assert.Equal(0.5f, a[2, child, 7]));             // the left hand has tip and thumb
        Assert.All([23, 24], child => Assert.Equal(0.5f, a[2, child, 11]));
        Assert.All([1, 2, 4, 8], child => Assert.Equal(0.25f, a[2, child, 20]));
        Assert.All([12, 16], child => Assert.Equal(0.5f, a[2, child, 0]));
        Assert.All(graph.Edges.Where(edge => !siblings.Contains(edge.Child)), edge => Assert.Equal(1, a[2, edge.Child, edge.Parent]));
        Assert.All(graph.Edges, edge => Assert.Equal(1, a[1, edge.Parent, edge.Child]));
        Assert.Equal(Layouts.Ntu.Bones.Count, graph.Edges.Count);
        Assert.Equal(SkeletonGraph.CtrGcn(Layouts.NwUcla).Adjacency.Cast<float>(), SkeletonGraph.StGcnPp(Layouts.NwUcla).Adjacency.Cast<float>());
    }

    [Fact]
    public void Hyperformer_hangs_the_hand_tips_of_ntu_on_the_hands()
    {
        var (ntu, graph) = (Layouts.Ntu, SkeletonGraph.Hyperformer(Layouts.Ntu));

        Assert.Equal(24, graph.Edges.Count);
        Assert.Equal(
            ["left-hand-tip - left-hand", "right-hand-tip - right-hand"],
            graph.Edges.Except(ntu.Bones).Select(bone => $"{ntu.Joints[bone.Child]} - {ntu.Joints[bone.Parent]}"));
        Assert.Equal(11, graph.Hops().Cast<int>().Max());
        Assert.Equal(Layouts.NwUcla.Bones, SkeletonGraph.Hyperformer(Layouts.NwUcla).Edges);
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
    public void The_nw_ucla_graph_equals_the_recorded_one() => AssertRecorded("ctr-gcn", "nw-ucla", SkeletonGraph.CtrGcn);

    [SharedFact("golden/ctr-gcn-ntu.safetensors")]
    public void The_ntu_graph_equals_the_recorded_one() => AssertRecorded("ctr-gcn", "ntu", SkeletonGraph.CtrGcn);

    [SharedFact("golden/st-gcn-nw-ucla.safetensors")]
    public void The_nw_ucla_graph_of_st_gcn_equals_the_recorded_one() => AssertRecorded("st-gcn", "nw-ucla", SkeletonGraph.StGcn);

    [SharedFact("golden/st-gcn-ntu.safetensors")]
    public void The_ntu_graph_of_st_gcn_equals_the_recorded_one() => AssertRecorded("st-gcn", "ntu", SkeletonGraph.StGcn);

    [SharedFact("golden/st-gcn-pp-nw-ucla.safetensors")]
    public void The_nw_ucla_graph_of_st_gcn_pp_equals_the_recorded_one() => AssertRecorded("st-gcn-pp", "nw-ucla", SkeletonGraph.StGcnPp);

    [SharedFact("golden/st-gcn-pp-ntu.safetensors")]
    public void The_ntu_graph_of_st_gcn_pp_equals_the_recorded_one() => AssertRecorded("st-gcn-pp", "ntu", SkeletonGraph.StGcnPp);

    private static void AssertRecorded(string source, string name, Func<SkeletonLayout, SkeletonGraph> make)
    {
        using var file = SafeTensorsFile.Open(Repository.Shared($"golden/{source}-{name}.safetensors"));
        var graph = make(Layouts.Get(name));

        Assert.Equal(source, graph.Source);
        Assert.Equal(file.Read("const.A").ToSingles(), graph.Adjacency.Cast<float>());
    }
}
