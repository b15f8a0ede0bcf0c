using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="GraphAggregation"/> where all channels have the graph in common, for single precision on the CPU: then every frame is a
/// matrix product of the graph, relation beside relation, by the joints' numbers, relation below relation. One piece of work is one
/// clip, of few clips some panels of channels, in backward one clip.
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
        ClipsAndPanels.Run(s.N, s.C, (n, first, columns) =>
        {
            var channel = first * Panel;
            var slab = Scratch.Take(0, (long)Panels(columns) * s.R * s.V * Panel); // of one frame, [panel][r][V][16]
            var g = pg + (s.PerClip ? (long)n * s.Pairs : 0);
            for (var t = 0; t < s.T; t++)
            {
                var frame = ((long)n * s.T) + t;
                for (var p = 0; p * Panel < columns; p++)
                    for (var r = 0; r < s.R; r++)
                        Floats.CopyColumns(
                            px + (((frame * s.V * s.R) + r) * s.C) + channel + (p * Panel), s.R * s.C, slab + ((((long)p * s.R) + r) * s.V * Panel), Panel,
                            s.V, Math.Min(Panel, columns - (p * Panel)));
                RowsOfPanels(
                    g, s.V, s.V, s.R, Outer(s), s.V, slab, (long)s.R * s.V * Panel, pb is null ? null : pb + channel, Panel, false,
                    py + (frame * s.V * s.C) + channel, Panel, s.C, columns);
            }
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
            // G and dG of the clip with w, the joint that gives, first, as its channels lie in x: [w][r][u].
            float* byGiver = Scratch.Take(2, s.R * s.Pairs), dByGiver = Scratch.Take(3, (long)s.R * s.V * PaddedJoints(s));
            var g = pg + (s.PerClip ? (long)n * s.Pairs : 0);
            for (var r = 0; r < s.R; r++)
                for (var u = 0; u < s.V; u++)
                    for (var w = 0; w < s.V; w++) byGiver[(((w * s.R) + r) * s.V) + u] = g[(r * Outer(s)) + (u * s.V) + w];
            for (var t = 0; t < s.T; t++) Frame(n, t, px, pdy, pdx, byGiver, dByGiver);
            var part = parts is null ? pdg + ((long)n * s.Pairs) : parts.Data + (n * piece);
            var outer = parts is null ? Outer(s) : s.Pairs;
            for (var r = 0; r < s.R; r++)
                for (var u = 0; u < s.V; u++)
                    for (var w = 0; w < s.V; w++) part[(r * outer) + (u * s.V) + w] = dByGiver[(((w * s.R) + r) * PaddedJoints(s)) + u];
        });
        if (parts is not null) Floats.Sum(parts.Data, s.N, checked((int)piece), pdg);

        var dBias = hasBias ? ChannelSums.Of(dy) : null;
        GC.KeepAlive(dy);
        return hasBias ? [dGraph, dx, dBias] : [dGraph, dx];
    }

    // dx[r,t,w] = Σ_u G[r,u,w] dy[t,u] of one frame, and what it adds to dG[r,u,w] = Σ_t Σ_c dy[t,u,c] x[r,t,w,c]: each map is read or written once.
    private void Frame(int n, int t, float* px, float* pdy, float* pdx, float* byGiver, float* dByGiver)
    {
        int joints = PaddedJoints(s), givers = s.V * s.R, panels = Panels(s.C);
        var frame = ((long)n * s.T) + t;
        float* dy = pdy + (frame * s.V * s.C), x = px + (frame * givers * s.C), dx = pdx + (frame * givers * s.C);
        float* gradient = Scratch.Take(0, (long)panels * s.V * Panel), byChannel = Scratch.Take(1, (long)s.C * joints);
        for (var p = 0; p < panels; p++)
            Floats.CopyColumns(dy + (p * Panel), s.C, gradient + ((long)p * s.V * Panel), Panel, s.V, Math.Min(Panel, s.C - (p * Panel)));
        RowsOfPanels(byGiver, s.V, givers, 1, 0, s.V, gradient, (long)s.V * Panel, null, 0, false, dx, Panel, s.C, s.C);
        // dy with its joints along the columns: [sixteen joints][channel][16 joints], zeros behind the last joint.
        for (var q = 0; q < Panels(s.V); q++)
            FrameLanes.Gather(dy + ((long)q * Panel * s.C), s.C, Math.Min(Panel, s.V - (q * Panel)), s.C, byChannel + ((long)q * s.C * Panel));
        RowsOfPanels(x, s.C, givers, 1, 0, s.C, byChannel, (long)s.C * Panel, null, 0, t > 0, dByGiver, Panel, joints, joints);
    }

    // From a relation's graph to the next one's: in a graph per clip those of the other clips lie between.
    private static long Outer(in GraphShape s) => (long)(s.PerClip ? s.N : 1) * s.Pairs;
}
