using Kinema.Torch;
using static Kinema.Torch.Products;
using Factor = Kinema.Encoders.Kernels.AggregationTiles.Factor;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="GraphAggregation"/> where each channel has a graph of its own, for single precision on the CPU. Sixteen channels that
/// lie next to each other are computed together. One piece of work is one clip and one panel of channels, in backward one clip.
/// </summary>
internal sealed unsafe class GraphAggregationKernel : CustomFunction
{
    private readonly GraphShape s;
    private readonly Tensor graph, x;
    private readonly bool hasBias;

    private GraphAggregationKernel(GraphShape shape, Tensor graph, Tensor x, bool hasBias)
    {
        (s, this.hasBias) = (shape, hasBias);
        (this.graph, this.x) = (Save(graph), Save(x));
    }

    internal static Tensor Apply(GraphShape shape, Tensor graph, Tensor x, Tensor? bias)
    {
        graph = graph.Contiguous();
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        bias = bias?.Contiguous();
        Tensor[] inputs = bias is null ? [graph, x] : [graph, x, bias];
        return IsRecorded(inputs) ? Record(new GraphAggregationKernel(shape, graph, x, bias is not null), inputs, Output) : Output();

        Tensor Output() => Forward(shape, graph, x, bias);
    }

    // y[t,u] = b + Σ_r Σ_w G[r,u,w] x[r,t,w]
    private static Tensor Forward(GraphShape s, Tensor graph, Tensor x, Tensor? bias)
    {
        using var region = OperatorProfile.Kernel("GraphAggregation", s.MultiplyAdds, s.Bytes, ScalarType.Float32);
        var y = Tensor.Empty([s.N, s.C, s.T, s.V], format: MemoryFormat.ChannelsLast);
        using var offsets = bias is null ? null : Packed.Transposed(Floats.Of(bias), s.C, 1);
        float* pg = Floats.Of(graph), px = Floats.Of(x), py = Floats.Of(y), pb = offsets is null ? null : offsets.Data;
        KernelTasks.Run(s.N * Panels(s.C), task =>
        {
            var (n, p) = (task / Panels(s.C), task % Panels(s.C));
            var to = py + ((long)n * s.T * s.V * s.C) + (p * Panel);
            var columns = Math.Min(Panel, s.C - (p * Panel));
            var target = columns == Panel ? to : Scratch.Take(2, (long)s.T * s.V * Panel);
            long step = columns == Panel ? s.C : Panel;
            AggregationTiles.Run(Graph(s, pg, n, p), Values(s, px, n, p), s.V, s.R, target, step, s.V * step);
            if (pb is not null)
                for (var row = 0; row < s.T * s.V; row++) Floats.Add(pb + (p * Panel), target + (row * step), Panel);
            if (columns < Panel) Floats.CopyColumns(target, Panel, to, s.C, s.T * s.V, columns);
        });
        GC.KeepAlive(graph);
        GC.KeepAlive(x);
        GC.KeepAlive(bias);
        return y;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        using var region = OperatorProfile.Kernel("GraphAggregation backward", 2 * s.MultiplyAdds, 2 * s.Bytes, ScalarType.Float32);
        Tensor dGraph = Tensor.Empty(graph.Sizes.ToArray()), dx = Tensor.Empty(x.Sizes.ToArray(), format: MemoryFormat.ChannelsLast);
        float* pg = Floats.Of(graph), px = Floats.Of(x), pdy = Floats.Of(dy), pdg = Floats.Of(dGraph), pdx = Floats.Of(dx);
        // A graph of all clips gets a part from each, added in order: the sum does not depend on who was first.
        var piece = (long)s.R * s.Pairs * s.C;
        using var parts = s.PerClip ? null : Packed.Empty(s.N * piece);
        KernelTasks.Run(s.N, n =>
        {
            var part = parts is null ? pdg : parts.Data + (n * piece);
            // From relation to relation: the graphs of the clips lie between in a graph per clip.
            var (first, outer) = parts is null ? (n * (piece / s.R), s.N * (piece / s.R)) : (0L, piece / s.R);
            for (var p = 0; p < Panels(s.C); p++) OnePanel(p, pg, px, pdy, pdx, n, part + first, outer);
        });
        if (parts is not null) Floats.Sum(parts.Data, s.N, checked((int)piece), pdg);

        var dBias = hasBias ? ChannelSums.Of(dy) : null;
        GC.KeepAlive(dy);
        return hasBias ? [dGraph, dx, dBias] : [dGraph, dx];
    }

    // dx[r,t,w] = Σ_u G[r,u,w] dy[t,u] and dG[r,u,w] = Σ_t dy[t,u] x[r,t,w] of one clip and one panel.
    private void OnePanel(int p, float* pg, float* px, float* pdy, float* pdx, int n, float* dGraph, long outer)
    {
        int rows = s.T * s.V, columns = Math.Min(Panel, s.C - (p * Panel)), channels = s.R * s.C;
        var gradient = pdy + ((long)n * rows * s.C) + (p * Panel);
        long step = s.C;
        if (columns < Panel)
        {
            var side = Scratch.Take(3, (long)rows * Panel);
            new Span<float>(side, rows * Panel).Clear();
            Floats.CopyColumns(gradient, s.C, side, Panel, rows, columns);
            gradient = side;
            step = Panel;
        }

        var from = Graph(s, pg, n, p);
        var values = Values(s, px, n, p);
        var dg = Scratch.Take(4, (long)s.Pairs * Panel);
        var dv = columns < Panel ? Scratch.Take(5, (long)rows * Panel) : null;
        for (var r = 0; r < s.R; r++)
        {
            var to = pdx + ((long)n * rows * channels) + (r * s.C) + (p * Panel);
            var target = dv is null ? to : dv;
            long stepTo = dv is null ? channels : Panel;
            AggregationTiles.Run(
                new(from.Data + (r * from.Outer), s.V, from.Along, from.Step, 0), new(gradient, s.T, s.V * step, step, 0), s.V, 1, target, stepTo,
                s.V * stepTo);
            if (dv is not null) Floats.CopyColumns(dv, Panel, to, channels, rows, columns);
            AggregationTiles.Run(
                new(values.Data + (r * values.Outer), s.V, values.Along, values.Step, 0), new(gradient, s.V, step, s.V * step, 0), s.T, 1, dg, Panel,
                s.V * Panel);
            var sum = dGraph + (r * outer);
            Floats.CopyColumns(dg, Panel, sum + (p * Panel), s.C, s.Pairs, columns);
        }
    }

    // The graph of one clip and one panel: rows u, along w, outer r.
    private static Factor Graph(in GraphShape s, float* from, int n, int p)
    {
        var columns = Math.Min(Panel, s.C - (p * Panel));
        var clip = s.PerClip ? n : 0;
        var clips = s.PerClip ? s.N : 1;
        if (columns == Panel)
            return new(from + ((long)clip * s.Pairs * s.C) + (p * Panel), s.V, (long)s.V * s.C, s.C, (long)clips * s.Pairs * s.C);
        var side = Scratch.Take(0, (long)s.R * s.Pairs * Panel);
        for (var r = 0; r < s.R; r++)
        {
            for (var pair = 0; pair < s.Pairs; pair++)
            {
                var to = side + ((((long)r * s.Pairs) + pair) * Panel);
                var at = ((((long)r * clips) + clip) * s.Pairs) + pair;
                for (var j = 0; j < Panel; j++) to[j] = j < columns ? from[(at * s.C) + (p * Panel) + j] : 0;
            }
        }

        return new(side, s.V, s.V * Panel, Panel, (long)s.Pairs * Panel);
    }

    // The map of one clip and one panel: rows t, along w, outer r.
    private static Factor Values(in GraphShape s, float* from, int n, int p)
    {
        int rows = s.T * s.V, columns = Math.Min(Panel, s.C - (p * Panel)), channels = s.R * s.C;
        var clip = from + ((long)n * rows * channels) + (p * Panel);
        if (columns == Panel) return new(clip, s.T, s.V * channels, channels, s.C);
        var side = Scratch.Take(1, (long)s.R * rows * Panel);
        new Span<float>(side, s.R * rows * Panel).Clear();
        for (var r = 0; r < s.R; r++) Floats.CopyColumns(clip + (r * s.C), channels, side + ((long)r * rows * Panel), Panel, rows, columns);
        return new(side, s.T, s.V * Panel, Panel, (long)rows * Panel);
    }
}
