using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>What the joints are to each other, for <see cref="JointAttention"/>, the same in every block: distances in bones, and hyperedges.</summary>
internal sealed unsafe class JointRelations
{
    private readonly int[] hops, group;                                                  // pinned: kernels read them by address

    internal JointRelations(SkeletonGraph graph)
    {
        var (hyperedges, hops, v) = (graph.Layout.Hyperedges, graph.Hops(), graph.Layout.JointCount);
        if (hyperedges.Count == 0)
            throw new ArgumentException(
                $"Hyperformer groups joints into hyperedges, and the layout {graph.Layout.Name} has none: give its file the key hyperedges, a list of lists of joints, each joint in one of them"
                + (Layouts.All.Any(one => one.Name == graph.Layout.Name && one.Hyperedges.Count > 0) ? ", or take the built-in layout of that name, which has them" : ""));
        (Joints, Distances, Hyperedges) = (v, hops.Cast<int>().Max() + 1, hyperedges.Count);
        var rows = Distances + Hyperedges;
        var lookup = new float[v * rows * v];
        for (var i = 0; i < v; i++)
        {
            for (var j = 0; j < v; j++) lookup[At(i, hops[i, j], j)] = 1;
            for (var g = 0; g < hyperedges.Count; g++)
                foreach (var j in hyperedges[g]) lookup[At(i, Distances + g, j)] = 1;
        }

        Lookup = new Torch.Buffer(Tensor.From<float>(lookup, v, rows, v), persistent: false);
        this.hops = Pinned([.. hops.Cast<int>()]);
        group = Pinned([.. Enumerable.Range(0, v).Select(joint => hyperedges.TakeWhile(edge => !edge.Contains(joint)).Count())]);

        int At(int i, int row, int j) => (((i * rows) + row) * v) + j;
    }

    /// <summary>V.</summary>
    internal int Joints { get; }

    /// <summary>How many distances there are, 0 among them.</summary>
    internal int Distances { get; }

    /// <summary>G.</summary>
    internal int Hyperedges { get; }

    /// <summary>
    /// (V, distances + G, V) of zeros and ones: [i, r, j] is 1 where joints i and j are r bones apart, [i, distances + g, j] where j is in
    /// hyperedge g. A row of numbers by distance and hyperedge times the matrix of i is a row of numbers by joint j.
    /// </summary>
    internal Torch.Buffer Lookup { get; }

    /// <summary>Bones between two joints, (V, V); while this object lives.</summary>
    internal int* Hops => Address(hops);

    /// <summary>The hyperedge of each joint, (V).</summary>
    internal int* Group => Address(group);

    private static int[] Pinned(int[] values)
    {
        var pinned = GC.AllocateUninitializedArray<int>(values.Length, pinned: true);
        values.CopyTo(pinned, 0);
        return pinned;
    }

    private static int* Address(int[] pinned) => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
