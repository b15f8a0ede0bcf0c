using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// What each pair of joints is to each other in CTR-GCN (eq. 4), with the learnt graph as the last number:
///   Q[r,n,u,w,k] = tanh(a[n,u,r,k] - b[n,w,r,k]) for k below K,   Q[r,n,u,w,K] = PA[r,u,w]
/// Plain operators make a difference, a tanh, a copy of the graph for each clip and their concatenation; the kernel writes Q once.
/// </summary>
internal static class RelationPairs
{
    /// <summary>Compares all joints with all joints.</summary>
    /// <param name="both">a and b side by side, (N, V, 2·R·K): r after r for the queries a, then the same for the keys b.</param>
    /// <param name="graph">PA, (R, V, V).</param>
    /// <returns>Q, (R, N·V·V, K + 1).</returns>
    /// <exception cref="ArgumentException">The shapes or devices do not go together.</exception>
    public static Tensor Apply(Tensor both, Tensor graph)
    {
        // The kernel reads memory by these sizes: nothing else would notice.
        if (both.Device != graph.Device) throw new ArgumentException($"relations want all on one device; got {both.Device} and {graph.Device}");
        var shape = PairsShape.Of(both, graph);
        return Floats.Take(both) && graph.Type == ScalarType.Float32 && (double)shape.R * shape.N * shape.Pairs * shape.Width <= Floats.MaxElements
            ? RelationPairsKernel.Apply(shape, both, graph)
            : Twin(both, graph);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor both, Tensor graph)
    {
        var (n, v, r) = (both.Size(0), both.Size(1), graph.Size(0));
        var split = both.Reshape(n, v, 2, r, -1).Permute(2, 3, 0, 1, 4);                         // (2, R, N, V, K)
        var q = (split.Select(0, 0).Unsqueeze(3) - split.Select(0, 1).Unsqueeze(2)).Tanh();      // (R, N, V, V, K)
        var pa = graph.Reshape(r, 1, v, v, 1).Expand(r, n, v, v, 1);
        return Tensor.Cat(4, q, pa).Reshape(r, n * v * v, -1);
    }
}

/// <summary>Sizes of relations: R of them, K numbers of each before the learnt graph, N clips, V joints.</summary>
internal readonly record struct PairsShape(int R, int K, int N, int V)
{
    /// <summary>Pairs of joints.</summary>
    internal int Pairs => V * V;

    /// <summary>Numbers of a pair, the learnt graph's among them.</summary>
    internal int Width => K + 1;

    /// <summary>Channels of a joint: R queries, then R keys.</summary>
    internal int Channels => 2 * R * K;

    /// <summary>Numbers that a tanh is taken of.</summary>
    internal double Numbers => (double)R * N * Pairs * K;

    /// <summary>a, b, PA and Q.</summary>
    internal double Bytes => sizeof(float) * (((double)N * V * Channels) + ((double)R * Pairs) + ((double)R * N * Pairs * Width));

    internal static PairsShape Of(Tensor both, Tensor graph)
    {
        if (both.Dims == 3 && graph.Dims == 3)
        {
            var (n, v, channels, r) = (both.Size(0), both.Size(1), both.Size(2), graph.Size(0));
            if (r > 0 && channels > 0 && channels % (2 * r) == 0 && graph.Size(1) == v && graph.Size(2) == v)
                return new PairsShape((int)r, (int)(channels / (2 * r)), (int)n, (int)v);
        }

        throw new ArgumentException($"relations want queries and keys (N, V, 2·R·K) and a graph (R, V, V); got {both.ShapeText()} and {graph.ShapeText()}");
    }
}
