using Kinema.Torch;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// Aggregation of joints over several relations, the step that all graph convolutions of skeletons share:
///   y[n,c,t,u] = b[c] + Σ_r Σ_w G[r,n,u,w,c] · x[n,r·C+c,t,w]
/// The graph may be one for all clips (no n), common to the channels (no c), or both. CTR-GCN's own is <see cref="RefinedAggregation"/>, which
/// also makes the graph; this one is for graph convolutions whose graph is there.
/// </summary>
internal static class GraphAggregation
{
    /// <summary>Aggregates.</summary>
    /// <param name="graph">
    /// G, how much joint w gives to joint u: (R, V, V), (R, N, V, V), (R, 1, V, V, C) or (R, N, V, V, C).
    /// </param>
    /// <param name="x">(N, R·C, T, V).</param>
    /// <param name="bias">b, (C), or null: the sum of the biases of the convolutions that made x, which no joint's share scales.</param>
    /// <returns>(N, C, T, V), channels-last in memory.</returns>
    /// <exception cref="ArgumentException">The shapes, types or devices do not go together.</exception>
    public static Tensor Apply(Tensor graph, Tensor x, Tensor? bias = null)
    {
        // The kernel reads memory by the type of x: nothing else would notice.
        if (graph.Type != x.Type || graph.Device != x.Device)
            throw new ArgumentException(
                $"the aggregation wants a graph and x of one type on one device; got {graph.Type} on {graph.Device} and {x.Type} on {x.Device}");
        var shape = GraphShape.Of(graph, x);
        if (bias is not null && (bias.Elements != shape.C || bias.Type != x.Type || bias.Device != x.Device))
            throw new ArgumentException($"the bias of an aggregation has C = {shape.C} numbers of the type of x; got {bias.ShapeText()}, {bias.Type}");
        if (!Floats.Take(x) || !Floats.Take(graph)) return Twin(graph, x, bias);
        return shape.PerChannel ? GraphAggregationKernel.Apply(shape, graph, x, bias) : CommonAggregationKernel.Apply(shape, graph, x, bias);
    }

    /// <summary>The same in plain operators: for other types and devices, and the reference of the kernel's test.</summary>
    internal static Tensor Twin(Tensor graph, Tensor x, Tensor? bias = null)
    {
        var s = GraphShape.Of(graph, x);
        var values = x.Reshape(s.N, s.R, s.C, s.T, s.V);
        var y = (s.PerClip, s.PerChannel) switch
        {
            (true, true) => Tensor.Einsum("rnuwc,nrctw->nctu", graph, values),
            (false, true) => Tensor.Einsum("ruwc,nrctw->nctu", graph.Select(1, 0), values),
            (true, false) => Tensor.Einsum("rnuw,nrctw->nctu", graph, values),
            (false, false) => Tensor.Einsum("ruw,nrctw->nctu", graph, values),
        };
        if (bias is not null) y += bias.Reshape(1, s.C, 1, 1);
        return y.Contiguous(MemoryFormat.ChannelsLast);
    }
}

/// <summary>Sizes of an aggregation: R relations, N clips, C channels, T frames, V joints, and what the graph depends on.</summary>
internal readonly record struct GraphShape(int R, int N, int C, int T, int V, bool PerClip, bool PerChannel)
{
    internal int Pairs => V * V;

    internal double MultiplyAdds => (double)R * N * C * T * Pairs;

    // Graph, x, y.
    internal double Bytes => sizeof(float) * (((double)R * Pairs * (PerClip ? N : 1) * (PerChannel ? C : 1)) + ((R + 1.0) * N * C * T * V));

    internal static GraphShape Of(Tensor graph, Tensor x)
    {
        if (x.Dims == 4 && graph.Dims is >= 3 and <= 5)
        {
            var (n, channels, t, v) = x.Sizes4();
            var r = graph.Size(0);
            var joints = graph.Dims == 3 ? 1 : 2; // the axis of u
            var clips = graph.Dims == 3 ? 1 : graph.Size(1);
            if (r > 0 && channels % r == 0 && graph.Size(joints) == v && graph.Size(joints + 1) == v
                && (graph.Dims == 3 || clips == n || (graph.Dims == 5 && clips == 1)) && (graph.Dims < 5 || graph.Size(4) == channels / r))
            {
                return new GraphShape(
                    (int)r, (int)n, (int)(channels / r), (int)t, (int)v, graph.Dims > 3 && !(graph.Dims == 5 && clips == 1 && n != 1), graph.Dims == 5);
            }
        }

        throw new ArgumentException(
            $"the aggregation wants x (N, R·C, T, V) and a graph (R, V, V), (R, N, V, V), (R, 1, V, V, C) or (R, N, V, V, C); got {graph.ShapeText()} and {x.ShapeText()}");
    }
}
