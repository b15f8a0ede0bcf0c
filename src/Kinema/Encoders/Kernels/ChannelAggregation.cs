using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// Channel-wise aggregation of joints over several relations (CTR-GCN, eq. 5 and 6, summed over the subsets):
///   y[n,c,t,u] = Σ_r Σ_w G[r,n,u,w,c] · x[n,r·C+c,t,w]
/// </summary>
internal static class ChannelAggregation
{
    /// <summary>Aggregates.</summary>
    /// <param name="graph">G, (R, N, V, V, C): how much joint w gives to joint u, per clip and channel.</param>
    /// <param name="x">(N, R·C, T, V).</param>
    /// <returns>(N, C, T, V), channels-last in memory.</returns>
    /// <exception cref="ArgumentException">The shapes, types or devices do not go together.</exception>
    public static Tensor Apply(Tensor graph, Tensor x)
    {
        // The kernel reads memory by the type of x: nothing else would notice.
        if (graph.Type != x.Type || graph.Device != x.Device)
            throw new ArgumentException($"the aggregation wants a graph and x of one type on one device; got {graph.Type} on {graph.Device} and {x.Type} on {x.Device}");
        return x.Type == ScalarType.Float32 && x.Device.Kind == DeviceKind.Cpu ? ChannelAggregationKernel.Apply(graph, x) : Twin(graph, x);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor graph, Tensor x)
    {
        var (n, _, t, v) = x.Sizes4();
        var (r, c) = (graph.Size(0), graph.Size(4));
        return Tensor.Einsum("rnuwc,nrctw->nctu", graph, x.Reshape(n, r, c, t, v)).Contiguous(MemoryFormat.ChannelsLast);
    }
}
