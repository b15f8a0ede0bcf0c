using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="GraphAggregation"/> where all channels have the graph in common, for single precision on the CPU: then every frame is a
/// matrix product of the graph, relation beside relation, by the joints' numbers, relation below relation. One piece of work is one
/// clip and one panel of channels, in backward one clip.
/// </summary>
internal sealed unsafe class CommonAggregationKernel : CustomFunction
{
    private readonly GraphShape s;
    private readonly Tensor graph, x;
    private readonly bool hasBias;

    private CommonAggregationKernel(GraphShape shape, Tensor graph, Tensor x, bool hasBias)
    {
        (s, this.hasBias) = (shape, hasBias);
        (this.graph, this.x) = (Save(graph), Save(x));
    }

    private static int PaddedJoints(in GraphShape s) => Panels(s.V) * Panel;

    internal static Tensor Apply(GraphShape shape, Tensor graph, Tensor x, Tensor? bias)
    {
        graph = graph.Contiguous();
        x = x.Contiguous(MemoryFormat.ChannelsLast);
        bias = bias?.Contiguous();
        Tensor[] inputs = bias is null ? [graph, x] : [graph, x, bias];
        return IsRecorded(inputs) ? Record(new CommonAggregationKernel(shape, graph, x, bias is not null), inputs, Output) : Output();

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
            var slab = Values(s, px, n, p);
            var g = pg + (s.PerClip ? (long)n * s.Pairs : 0);
            for (var t = 0; t < s.T; t++)
                Rows(
                    g, s.V, s.V, s.R, Outer(s), s.V, slab + ((long)t * s.R * s.V * Panel), pb is null ? null : pb + (p * Panel), false,
                    py + ((((long)n * s.T) + t) * s.V * s.C) + (p * Panel), s.C, Math.Min(Panel, s.C - (p * Panel)));
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
        var piece = (long)s.R * s.Pairs;
        using var parts = s.PerClip ? null : Packed.Empty(s.N * piece);
        KernelTasks.Run(s.N, n =>
        {
            // G and dG of the clip with w, the joint that gives, first: [r][w][u].
            float* graphByGiver = Scratch.Take(3, s.R * s.Pairs), dGraphByGiver = Scratch.Take(4, (long)s.R * s.V * PaddedJoints(s));
            var g = pg + (s.PerClip ? (long)n * s.Pairs : 0);
            for (var r = 0; r < s.R; r++)
                for (var u = 0; u < s.V; u++)
                    for (var w = 0; w < s.V; w++) graphByGiver[(((r * s.V) + w) * s.V) + u] = g[(r * Outer(s)) + (u * s.V) + w];
            for (var p = 0; p < Panels(s.C); p++) OnePanel(n, p, px, pdy, pdx, graphByGiver, dGraphByGiver);
            var part = parts is null ? pdg + ((long)n * s.Pairs) : parts.Data + (n * piece);
            var outer = parts is null ? Outer(s) : s.Pairs;
            for (var r = 0; r < s.R; r++)
                for (var u = 0; u < s.V; u++)
                    for (var w = 0; w < s.V; w++) part[(r * outer) + (u * s.V) + w] = dGraphByGiver[(((r * s.V) + w) * PaddedJoints(s)) + u];
        });
        if (parts is not null) Floats.Sum(parts.Data, s.N, checked((int)piece), pdg);

        var dBias = hasBias ? ChannelSums.Of(dy) : null;
        GC.KeepAlive(dy);
        return hasBias ? [dGraph, dx, dBias] : [dGraph, dx];
    }

    // dx[r,t,w] = Σ_u G[r,u,w] dy[t,u] of one clip and one panel, and what that panel adds to dG[r,u,w] = Σ_t Σ_c dy[t,u,c] x[r,t,w,c].
    private void OnePanel(int n, int p, float* px, float* pdy, float* pdx, float* graphByGiver, float* dGraphByGiver)
    {
        int columns = Math.Min(Panel, s.C - (p * Panel)), joints = PaddedJoints(s);
        var slab = Values(s, px, n, p);
        float* gradient = Scratch.Take(1, (long)s.T * s.V * Panel), byChannel = Scratch.Take(2, (long)s.T * joints * Panel);
        if (columns < Panel) new Span<float>(gradient, s.T * s.V * Panel).Clear();
        Floats.CopyColumns(pdy + ((long)n * s.T * s.V * s.C) + (p * Panel), s.C, gradient, Panel, s.T * s.V, columns);
        ByChannel(gradient, byChannel);
        for (var r = 0; r < s.R; r++)
        {
            for (var t = 0; t < s.T; t++)
                Rows(
                    graphByGiver + ((long)r * s.Pairs), s.V, s.V, 1, 0, s.V, gradient + ((long)t * s.V * Panel), null, false,
                    pdx + ((((long)n * s.T) + t) * s.V * s.R * s.C) + (r * s.C) + (p * Panel), s.R * s.C, columns);
            for (var q = 0; q < joints / Panel; q++)
                Rows(
                    slab + ((long)r * s.V * Panel), Panel, s.V, s.T, (long)s.R * s.V * Panel, Panel, byChannel + ((long)q * s.T * Panel * Panel), null, p > 0,
                    dGraphByGiver + ((long)r * s.V * joints) + (q * Panel), joints);
        }
    }

    // dy of one panel with its joints along the columns: [sixteen joints][t][16 channels][16 joints], zeros behind the last joint.
    private void ByChannel(float* gradient, float* to)
    {
        for (var q = 0; q < Panels(s.V); q++)
        {
            var here = Math.Min(Panel, s.V - (q * Panel));
            for (var t = 0; t < s.T; t++, to += Panel * Panel)
            {
                var from = gradient + ((((long)t * s.V) + (q * Panel)) * Panel);
                for (var c = 0; c < Panel; c++)
                {
                    var row = to + (c * Panel);
                    for (var u = 0; u < here; u++) row[u] = from[(u * Panel) + c];
                    for (var u = here; u < Panel; u++) row[u] = 0;
                }
            }
        }
    }

    // The numbers of one clip and one panel, [t][r][V][16].
    private static float* Values(in GraphShape s, float* from, int n, int p)
    {
        var columns = Math.Min(Panel, s.C - (p * Panel));
        var slab = Scratch.Take(0, (long)s.T * s.R * s.V * Panel);
        if (columns < Panel) new Span<float>(slab, checked(s.T * s.R * s.V * Panel)).Clear();
        var clip = from + ((long)n * s.T * s.V * s.R * s.C) + (p * Panel);
        for (var t = 0; t < s.T; t++)
            for (var r = 0; r < s.R; r++)
                Floats.CopyColumns(
                    clip + ((long)t * s.V * s.R * s.C) + (r * s.C), s.R * s.C, slab + ((((long)t * s.R) + r) * s.V * Panel), Panel, s.V, columns);
        return slab;
    }

    // From a relation's graph to the next one's: in a graph per clip those of the other clips lie between.
    private static long Outer(in GraphShape s) => (long)(s.PerClip ? s.N : 1) * s.Pairs;
}
