namespace Kinema.Skeletons.Graphs;

/// <summary>
/// The constant graph a network starts from, named by its source, because papers wire the same joints differently.
///   Adjacency[r, u, v]: weight of the edge between joints u and v in relation r.                   (R, V, V)
/// </summary>
/// <example><code>var a = SkeletonGraph.CtrGcn(Layouts.NwUcla).Adjacency;                            // (3, 20, 20)</code></example>
public sealed class SkeletonGraph
{
    private SkeletonGraph(string source, SkeletonLayout layout, IReadOnlyList<Bone> edges, float[,,] adjacency)
    {
        Source = source;
        Layout = layout;
        Edges = edges;
        Adjacency = adjacency;
    }

    /// <summary>Whose graph this is, such as <c>ctr-gcn</c>.</summary>
    public string Source { get; }

    /// <summary>The layout whose joints the graph connects.</summary>
    public SkeletonLayout Layout { get; }

    /// <summary>The edges, child first. They may differ from <see cref="SkeletonLayout.Bones"/> of the layout.</summary>
    public IReadOnlyList<Bone> Edges { get; }

    /// <summary>R, the number of relations.</summary>
    public int Relations => Adjacency.GetLength(0);

    /// <summary>The weights, (R, V, V).</summary>
    public float[,,] Adjacency { get; }

    /// <summary>
    /// The graph of CTR-GCN (Chen et al., ICCV 2021) and 2s-AGCN, three relations, columns divided by their sums (a column of zeros stays):
    ///   A[0] = identity,  A[1] = "inward" B[parent, child] = 1,  A[2] = "outward" B[child, parent] = 1.
    /// </summary>
    /// <remarks>
    /// Its edges are the layout's bones. For NTU that holds because the layout's bones are this source's too: hand tips hang on
    /// thumbs (22–23, 24–25). A source that hangs them on hands needs its own list here, while the bone stream keeps the layout's.
    /// </remarks>
    /// <param name="layout">The joints and bones.</param>
    public static SkeletonGraph CtrGcn(SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return InwardOutward("ctr-gcn", layout, layout.Bones);
    }

    /// <summary>
    /// The graph of ST-GCN++ (Duan et al., 2022), made of its edges as <see cref="CtrGcn"/> makes its own. NTU's hand tips hang on the hands
    /// (22–8, 24–12, counted from 1); of other layouts the edges are the bones.
    /// </summary>
    /// <param name="layout">The joints and bones.</param>
    public static SkeletonGraph StGcnPp(SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return InwardOutward("st-gcn-pp", layout, TipsOnHands(layout));
    }

    /// <summary>
    /// The graph of Hyperformer (Zhou et al., 2022), of which the network uses the distances alone (<see cref="Hops"/>). Relations as in
    /// <see cref="CtrGcn"/>.
    /// </summary>
    /// <remarks>Its edges are the layout's bones, but on NTU hand tips hang on hands instead of thumbs (22–8, 24–12).</remarks>
    /// <param name="layout">The joints and bones.</param>
    public static SkeletonGraph Hyperformer(SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return InwardOutward("hyperformer", layout, TipsOnHands(layout));
    }

    /// <summary>
    /// The graph of BlockGCN (Zhou et al., CVPR 2024), which takes the <see cref="Hops"/> of it only: the layout's bones, but on NTU the tips of the
    /// hands hang on the hands (22–8, 24–12, counted from 1) and not on the thumbs. The relations are those of <see cref="CtrGcn"/>.
    /// </summary>
    /// <param name="layout">The joints and bones.</param>
    public static SkeletonGraph BlockGcn(SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return InwardOutward("blockgcn", layout, TipsOnHands(layout));
    }

    /// <summary>
    /// The graph of ST-GCN (Yan et al., AAAI 2018), partition "spatial" with hop limit 1, edges and self loops divided by the sums of their columns
    /// and dealt out by their distance from a centre joint:
    ///   A[0] = self loops,  A[2] = edges from a joint that is nearer to the centre than the column's,  A[1] = the rest.
    /// </summary>
    /// <remarks>
    /// Distances beyond one hop count as infinite in the authors' code, and infinite ones as equal: away from the centre both directions of an
    /// edge are in A[1]. Published models have this baked in, so it stays. The centre is the shoulders' (joint 21 of NTU, 3 of NW-UCLA, counted
    /// from 1); of another layout the joint from which the farthest one is nearest.
    /// </remarks>
    /// <param name="layout">The joints and bones.</param>
    public static SkeletonGraph StGcn(SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        var v = layout.JointCount;
        var hops = CtrGcn(layout).Hops();
        var center = Is(layout, Layouts.Ntu) ? 20 : Is(layout, Layouts.NwUcla) ? 2 : Middle(hops);
        var weights = new float[1, v, v];
        for (var joint = 0; joint < v; joint++) weights[0, joint, joint] = 1;
        foreach (var bone in layout.Bones) weights[0, bone.Child, bone.Parent] = weights[0, bone.Parent, bone.Child] = 1;
        NormalizeColumns(weights, relation: 0);
        var adjacency = new float[3, v, v];
        for (var j = 0; j < v; j++)
            for (var i = 0; i < v; i++)
                adjacency[i == j ? 0 : Distance(j) < Distance(i) ? 2 : 1, j, i] = weights[0, j, i];
        return new SkeletonGraph("st-gcn", layout, layout.Bones, adjacency);

        int Distance(int joint) => hops[joint, center] <= 1 ? hops[joint, center] : int.MaxValue;
    }

    /// <summary>
    /// The graph of InfoGCN (Chi et al., CVPR 2022), one relation, by which each joint is seen from those k bones away:
    ///   A[0] = I - Pᵏ,  P[v, u] = 1 where u is the parent of v.
    /// With k = 1 that gives bones; a joint without such an ancestor keeps its place, so that a k beyond the deepest joint gives the joints
    /// themselves (8 on NTU, 7 on NW-UCLA).
    /// </summary>
    /// <remarks>
    /// The tree is rooted at the spine on NTU (joint 2, counted from 1), at the layout's root elsewhere. On NW-UCLA the authors' list of pairs is
    /// the other way round: there u is a child of v, and k = 1 takes the sum of a joint's children from it. Published models have this baked
    /// in, so it stays.
    /// </remarks>
    /// <param name="layout">The joints and bones.</param>
    /// <param name="hops">k.</param>
    /// <exception cref="ArgumentException">k is not positive: I - P⁰ is zero, and so would every clip be.</exception>
    public static SkeletonGraph InfoGcn(SkeletonLayout layout, int hops = 1)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (hops < 1) throw new ArgumentException($"InfoGCN sees a joint from k = 1 bones away or more; got {hops}", nameof(hops));
        var v = layout.JointCount;
        const int spine = 1, shoulders = 20; // of NTU; the layout is rooted at the shoulders
        Bone[] edges = Is(layout, Layouts.Ntu)
            ? [.. layout.Bones.Select(bone => bone == new Bone(spine, shoulders) ? new Bone(shoulders, spine) : bone)]
            : [.. layout.Bones];
        var (step, downwards) = (new bool[v, v], Is(layout, Layouts.NwUcla));
        foreach (var edge in edges)
        {
            if (downwards) step[edge.Parent, edge.Child] = true;
            else step[edge.Child, edge.Parent] = true;
        }

        // Between two joints of a tree there is one path at most: a power of P holds zeros and ones.
        var power = step;
        for (var k = 1; k < hops && power.Cast<bool>().Contains(true); k++)
        {
            var next = new bool[v, v];
            for (var row = 0; row < v; row++)
                for (var middle = 0; middle < v; middle++)
                    for (var column = 0; column < v && power[row, middle]; column++) next[row, column] |= step[middle, column];
            power = next;
        }

        var adjacency = new float[1, v, v];
        for (var row = 0; row < v; row++)
            for (var column = 0; column < v; column++)
                adjacency[0, row, column] = (row == column ? 1 : 0) - (power[row, column] ? 1 : 0);
        return new SkeletonGraph("infogcn", layout, edges, adjacency);
    }

    /// <summary>The number of edges on the shortest path between every two joints, (V, V). Breadth first from every joint.</summary>
    public int[,] Hops()
    {
        var v = Layout.JointCount;
        var hops = new int[v, v];
        var neighbors = Edges.SelectMany(edge => new[] { (edge.Child, edge.Parent), (Child: edge.Parent, Parent: edge.Child) })
            .ToLookup(pair => pair.Child, pair => pair.Parent);
        for (var from = 0; from < v; from++)
        {
            var seen = new bool[v];
            var queue = new Queue<int>([from]);
            seen[from] = true;
            while (queue.TryDequeue(out var at))
            {
                foreach (var next in neighbors[at].Where(next => !seen[next]))
                {
                    seen[next] = true;
                    hops[from, next] = hops[from, at] + 1;
                    queue.Enqueue(next);
                }
            }
        }
        return hops;
    }

    // NTU's hand tips end at the thumbs, whose own bones end at the hands.
    private static IReadOnlyList<Bone> TipsOnHands(SkeletonLayout layout) => !Is(layout, Layouts.Ntu)
        ? layout.Bones
        : [.. layout.Bones.Select(bone => bone.Child switch { 21 => new Bone(21, 7), 23 => new Bone(23, 11), _ => bone })];

    private static SkeletonGraph InwardOutward(string source, SkeletonLayout layout, IReadOnlyList<Bone> edges)
    {
        var v = layout.JointCount;
        var adjacency = new float[3, v, v];
        for (var joint = 0; joint < v; joint++)
            adjacency[0, joint, joint] = 1;
        foreach (var edge in edges)
        {
            adjacency[1, edge.Parent, edge.Child] = 1;
            adjacency[2, edge.Child, edge.Parent] = 1;
        }
        NormalizeColumns(adjacency, relation: 1);
        NormalizeColumns(adjacency, relation: 2);
        return new SkeletonGraph(source, layout, edges, adjacency);
    }

    // By joints and bones: a layout file of one's own may have any name.
    private static bool Is(SkeletonLayout layout, SkeletonLayout builtIn) =>
        layout.Joints.SequenceEqual(builtIn.Joints) && layout.Bones.SequenceEqual(builtIn.Bones);

    private static int Middle(int[,] hops)
    {
        var v = hops.GetLength(0);
        return Enumerable.Range(0, v).MinBy(joint => Enumerable.Range(0, v).Max(other => hops[joint, other]));
    }

    private static void NormalizeColumns(float[,,] adjacency, int relation)
    {
        var v = adjacency.GetLength(1);
        for (var column = 0; column < v; column++)
        {
            var sum = 0f;
            for (var row = 0; row < v; row++)
                sum += adjacency[relation, row, column];
            for (var row = 0; row < v && sum > 0; row++)
                adjacency[relation, row, column] /= sum;
        }
    }
}
