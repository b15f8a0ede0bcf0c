using Kinema.Torch;
using static Kinema.Torch.Products;

namespace Kinema.Encoders.Kernels;

/// <summary>
/// The kernel of <see cref="RefinedAggregation"/> for single precision on the CPU. One piece of work is one clip and one panel of sixteen
/// channels forward, one clip backward. The values W₃ x + b₃ are kept for backward in panels, (N, P, R, T·V, 16), which then hold their gradients;
/// those of few channels are made anew instead.
/// </summary>
internal sealed unsafe class RefinedAggregationKernel : CustomFunction
{
    private const int RowBlock = 24;    // rows of a product whose first factor shall stay in the first-level cache, where it lies in many panels
    private const int OuterBlock = 128; // rows of a gradient of weights, likewise
    private const int FewChannels = 8;  // of the first block, the coordinates: making the values anew costs little and saves three maps

    private readonly AggregationShape s;
    private readonly Tensor x, relations, refineWeight, refineBias, valueWeight, valueBias;
    private readonly Tensor? values;
    private readonly ProductType type;
    private bool overwritten;

    private RefinedAggregationKernel(AggregationShape shape, Tensor[] inputs, Tensor? values, ProductType type)
    {
        (s, this.type) = (shape, type);
        (x, relations, refineWeight, refineBias, valueWeight) = (Save(inputs[0]), Save(inputs[1]), Save(inputs[2]), Save(inputs[3]), Save(inputs[4]));
        (valueBias, this.values) = (Save(inputs[5]), values is null ? null : Save(values));
    }

    internal static Tensor Apply(AggregationShape s, Tensor[] inputs)
    {
        inputs[0] = inputs[0].Contiguous(MemoryFormat.ChannelsLast);
        for (var i = 1; i < inputs.Length; i++) inputs[i] = inputs[i].Contiguous();
        var type = ProductTypes.Here;
        if (!IsRecorded(inputs)) return Forward(s, inputs, null, type);
        var values = s.C > FewChannels ? EmptyValues(s) : null;
        return Record(new RefinedAggregationKernel(s, inputs, values, type), inputs, () => Forward(s, inputs, values, type));
    }

    private static Tensor Forward(AggregationShape s, Tensor[] inputs, Tensor? values, ProductType type)
    {
        using var region = OperatorProfile.Kernel("RefinedAggregation", s.ForwardWork(type), s.Bytes);
        var y = Tensor.Empty([s.N, s.Out, s.T, s.V], format: MemoryFormat.ChannelsLast);
        float* px = Floats.Of(inputs[0]), pq = Floats.Of(inputs[1]), py = Floats.Of(y), pv = values is null ? null : Floats.Of(values);
        using var refine = PackedWeights.PerRelation(Floats.Of(inputs[2]), s.R, s.Out, s.K, type);
        using var value = PackedWeights.PerRelation(Floats.Of(inputs[4]), s.R, s.Out, s.C, type);
        using var refineBias = PackedWeights.Bias(Floats.Of(inputs[3]), s.R, s.Out);
        using var valueBias = PackedWeights.Bias(Floats.Of(inputs[5]), s.R, s.Out);
        KernelTasks.Run(s.N * s.Panels, task =>
        {
            var (n, p) = (task / s.Panels, task % s.Panels);
            var slab = pv is null ? Scratch.Take(1, (long)s.R * s.Rows * Panel) : pv + ((long)task * s.R * s.Rows * Panel);
            Value(s, px, value, valueBias, n, p, slab, type);
            var graph = Graph(s, pq, refine, refineBias, n, p, type);

            // y[t,u] = Σ_r Σ_w G[r,u,w] value[r,t,w]
            var to = py + ((long)n * s.Rows * s.Out) + (p * Panel);
            var whole = (p * Panel) + Panel <= s.Out;
            var target = whole ? to : Scratch.Take(2, (long)s.Rows * Panel);
            long step = whole ? s.Out : Panel;
            AggregationTiles.Run(
                new(graph, s.V, s.V * Panel, Panel, s.Pairs * Panel), new(slab, s.T, s.V * Panel, Panel, (long)s.Rows * Panel), s.V, s.R, target,
                step, s.V * step);
            if (!whole) Floats.CopyColumns(target, Panel, to, s.Out, s.Rows, s.Out - (p * Panel));
        });
        GC.KeepAlive(inputs);
        return y;
    }

    protected override Tensor?[] Backward(Tensor?[] grads)
    {
        var dy = grads[0]!.Contiguous(MemoryFormat.ChannelsLast);
        var valuesAnew = values is null || overwritten;
        using var region = OperatorProfile.Kernel("RefinedAggregation backward", s.BackwardWork(type, valuesAnew), 2 * s.Bytes);
        var dx = Tensor.Empty(x.Sizes.ToArray(), format: MemoryFormat.ChannelsLast);
        var dRelations = Tensor.Empty(relations.Sizes.ToArray());
        var dRefine = Tensor.Empty(refineWeight.Sizes.ToArray());
        var dValue = Tensor.Empty(valueWeight.Sizes.ToArray());
        Tensor dRefineBias = Tensor.Empty([s.R, s.Out]), dValueBias = Tensor.Empty([(long)s.R * s.Out]);
        var pieces = (long)s.R * s.Panels * Panel;               // numbers of a bias in panels
        using var parts = Packed.Empty(s.N * pieces * (s.K + 2)); // per clip: dW₄ in panels, db₄, db₃
        var slabs = values ?? EmptyValues(s);
        if (valuesAnew) RestoreValues(slabs);
        overwritten = true;
        Clips(slabs, dy, dx, dRelations, parts, pieces);
        Values(slabs, dValue);
        SumParts(parts, pieces, dRefine, dRefineBias, dValueBias);
        GC.KeepAlive(dy);
        GC.KeepAlive(slabs);
        return [dx, dRelations, dRefine, dRefineBias, dValue, dValueBias];
    }

    private static Tensor EmptyValues(AggregationShape s) => Tensor.Empty([s.N, s.Panels, s.R, s.Rows, Panel]);

    // For few channels, and where a graph that was kept for another pass finds gradients in the values' place.
    private void RestoreValues(Tensor slabs)
    {
        float* px = Floats.Of(x), pv = Floats.Of(slabs);
        using var value = PackedWeights.PerRelation(Floats.Of(valueWeight), s.R, s.Out, s.C, type);
        using var bias = PackedWeights.Bias(Floats.Of(valueBias), s.R, s.Out);
        KernelTasks.Run(s.N * s.Panels, task =>
            Value(s, px, value, bias, task / s.Panels, task % s.Panels, pv + ((long)task * s.R * s.Rows * Panel), type));
    }

    // W₃ x + b₃ of one clip and one panel, [r][T·V][16].
    private static void Value(AggregationShape s, float* px, PackedWeights weight, PackedWeights bias, int n, int p, float* slab, ProductType type) =>
        RowsOfPanels(
            px + ((long)n * s.Rows * s.C), s.C, s.Rows, 1, 0, s.C, weight.At(0, p), weight.At(1, p) - weight.At(0, p), bias.At(0, p), (long)s.Panels * Panel,
            false, slab, (long)s.Rows * Panel, Panel, s.R * Panel, type);

    // Everything that one clip can do alone. Leaves the gradients of the values in the values' place.
    private void Clips(Tensor slabs, Tensor dy, Tensor dx, Tensor dRelations, Packed parts, long pieces)
    {
        float* px = Floats.Of(x), pq = Floats.Of(relations), pv = Floats.Of(slabs), pdy = Floats.Of(dy), pdx = Floats.Of(dx), pdq = Floats.Of(dRelations);
        using var refine = PackedWeights.PerRelation(Floats.Of(refineWeight), s.R, s.Out, s.K, type);
        using var bias = PackedWeights.Bias(Floats.Of(refineBias), s.R, s.Out);
        using var toRelations = PackedWeights.BackToRelations(Floats.Of(refineWeight), s, type);
        using var toInput = PackedWeights.BackToInput(Floats.Of(valueWeight), s, type);
        KernelTasks.Run(s.N, n =>
        {
            var dySlab = Scratch.Take(2, (long)s.Rows * Panel);
            var dGraph = Scratch.Take(3, (long)s.R * s.Pairs * Panel);
            var dRefinePart = parts.Data + (n * pieces * (s.K + 2));
            float* dRefineBiasPart = dRefinePart + (pieces * s.K), dValueBiasPart = dRefineBiasPart + pieces;
            new Span<float>(dRefinePart, checked((int)(pieces * (s.K + 2)))).Clear();
            var clipValues = pv + ((long)n * s.Panels * s.R * s.Rows * Panel);
            for (var p = 0; p < s.Panels; p++)
            {
                var slab = clipValues + ((long)p * s.R * s.Rows * Panel);
                var columns = Math.Min(Panel, s.Out - (p * Panel));
                if (columns < Panel) new Span<float>(dySlab, s.Rows * Panel).Clear();
                Floats.CopyColumns(pdy + ((long)n * s.Rows * s.Out) + (p * Panel), s.Out, dySlab, Panel, s.Rows, columns);
                var graph = Graph(s, pq, refine, bias, n, p, type);
                for (var r = 0; r < s.R; r++)
                {
                    float* value = slab + ((long)r * s.Rows * Panel), dg = dGraph + ((long)r * s.Pairs * Panel);
                    // dG[u,w] = Σ_t dy[t,u] value[t,w]
                    AggregationTiles.Run(new(value, s.V, Panel, s.V * Panel, 0), new(dySlab, s.V, Panel, s.V * Panel, 0), s.T, 1, dg, Panel, s.V * Panel);
                    // dvalue[t,w] = Σ_u G[u,w] dy[t,u]
                    AggregationTiles.Run(
                        new(graph + ((long)r * s.Pairs * Panel), s.V, Panel, s.V * Panel, 0), new(dySlab, s.T, s.V * Panel, Panel, 0), s.V, 1, value,
                        Panel, s.V * Panel);
                    var q = pq + ((((long)r * s.N) + n) * s.Pairs * s.K);
                    var dq = pdq + ((((long)r * s.N) + n) * s.Pairs * s.K);
                    RowsOfPanels(dg, Panel, s.Pairs, 1, 0, Panel, toRelations.At(r, p), Panel * Panel, null, 0, p > 0, dq, Panel, s.K, s.K, type);
                    OuterOfPanels(q, s.K, s.K, dg, 0, Panel, s.Pairs, dRefinePart + ((((long)r * s.Panels) + p) * s.K * Panel), 0, panels: 1, type);
                    Floats.AddRows(dg, s.Pairs, dRefineBiasPart + ((((long)r * s.Panels) + p) * Panel));
                    Floats.AddRows(value, s.Rows, dValueBiasPart + ((((long)r * s.Panels) + p) * Panel));
                }
            }

            var segments = s.Panels * s.R;
            for (var row = 0; row < s.Rows; row += RowBlock)
                RowsOfPanels(
                    clipValues + ((long)row * Panel), Panel, Math.Min(RowBlock, s.Rows - row), segments, (long)s.Rows * Panel, Panel,
                    toInput.Data, (long)segments * Panel * Panel, null, 0, false, pdx + ((((long)n * s.Rows) + row) * s.C), Panel, s.C, s.C, type);
        });
    }

    // dW₃[r·C'+c, k] = Σ rows x[row, k] dvalue[row, c], a panel of c of some relations after the other.
    private void Values(Tensor slabs, Tensor dValue)
    {
        float* px = Floats.Of(x), pv = Floats.Of(slabs), to = Floats.Of(dValue);
        var atOnce = Bf16Products.Takes(type, s.C) ? s.R : 1; // what rounds and turns x wants more panels, what does not wants more pieces of work
        var sets = (s.R + atOnce - 1) / atOnce;
        KernelTasks.Run(sets * s.Panels, task =>
        {
            var (p, r) = (task / sets, task % sets * atOnce);
            var length = (long)s.C * Panel;
            var numbers = checked((int)(atOnce * length));
            float* sum = Scratch.Take(0, numbers), ofClip = Scratch.Take(1, numbers); // a chain of additions as long as all clips would lose digits
            new Span<float>(sum, numbers).Clear();
            for (var n = 0; n < s.N; n++)
            {
                new Span<float>(ofClip, numbers).Clear();
                var slab = pv + ((((((long)n * s.Panels) + p) * s.R) + r) * s.Rows * Panel);
                var rows = px + ((long)n * s.Rows * s.C);
                for (var row = 0; row < s.Rows; row += OuterBlock)
                    OuterOfPanels(
                        rows + ((long)row * s.C), s.C, s.C, slab + ((long)row * Panel), (long)s.Rows * Panel, Panel, Math.Min(OuterBlock, s.Rows - row),
                        ofClip, length, atOnce, type);
                Floats.Add(ofClip, sum, numbers);
            }

            for (var i = 0; i < atOnce; i++)
                Unpack(sum + (i * length), s.C, to + (((((long)r + i) * s.Out) + (p * Panel)) * s.C), Math.Min(Panel, s.Out - (p * Panel)));
        });
    }

    // The clips in order, so that the sum does not depend on who was first.
    private void SumParts(Packed parts, long pieces, Tensor dRefine, Tensor dRefineBias, Tensor dValueBias)
    {
        float* refine = Floats.Of(dRefine), bias = Floats.Of(dRefineBias), valueBias = Floats.Of(dValueBias);
        KernelTasks.Run(s.R * s.Panels, task =>
        {
            var (r, p) = (task / s.Panels, task % s.Panels);
            var sum = Scratch.Take(0, (long)(s.K + 2) * Panel);
            new Span<float>(sum, (s.K + 2) * Panel).Clear();
            for (var n = 0; n < s.N; n++)
            {
                var part = parts.Data + (n * pieces * (s.K + 2));
                Floats.Add(part + ((long)task * s.K * Panel), sum, s.K * Panel);
                Floats.Add(part + (pieces * s.K) + ((long)task * Panel), sum + (s.K * Panel), Panel);
                Floats.Add(part + (pieces * (s.K + 1)) + ((long)task * Panel), sum + ((s.K + 1) * Panel), Panel);
            }

            var columns = Math.Min(Panel, s.Out - (p * Panel));
            var first = ((long)r * s.Out) + (p * Panel);
            Unpack(sum, s.K, refine + (first * s.K), columns);
            for (var j = 0; j < columns; j++) (bias[first + j], valueBias[first + j]) = (sum[(s.K * Panel) + j], sum[((s.K + 1) * Panel) + j]);
        });
    }

    // G[r,u,w] of one clip and one panel, [r][u][w][16], in this thread's scratch memory.
    private static float* Graph(AggregationShape s, float* q, PackedWeights refine, PackedWeights bias, int n, int p, ProductType type)
    {
        var graph = Scratch.Take(0, (long)s.R * s.Pairs * Panel);
        for (var r = 0; r < s.R; r++)
        {
            Rows(
                q + ((((long)r * s.N) + n) * s.Pairs * s.K), s.K, s.Pairs, 1, 0, s.K, refine.At(r, p), bias.At(r, p), false,
                graph + ((long)r * s.Pairs * Panel), Panel, Panel, type);
        }

        return graph;
    }
}
