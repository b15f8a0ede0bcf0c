using Kinema.Contrast;
using Kinema.Contrast.Kernels;
using Kinema.Encoders;
using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.MicroBench;

/// <summary>
/// The kernels on the shapes of NW-UCLA, 16 clips of 52 frames and 20 joints: those of graph convolutions in CTR-GCN's three stages, products pair by
/// pair and attention as 2s-AGCN and Hyperformer have them, and CSRE's contrast with whole banks.
/// </summary>
internal static class Duels
{
    private const int Clips = 16, Joints = 20, Relations = 3;

    private static readonly (int Channels, int Frames)[] Stages = [(64, 52), (128, 26), (256, 13)];

    internal static IEnumerable<Duel> All(Generator random)
    {
        foreach (var (channels, frames) in Stages) yield return Aggregation(channels, frames, perChannel: true, random);
        foreach (var (channels, frames) in Stages) yield return Aggregation(channels, frames, perChannel: false, random);
        foreach (var (channels, frames) in Stages) yield return OverTime(channels, frames, random);
        foreach (var (channels, frames) in Stages) yield return Refined(channels, frames, random);
        foreach (var (channels, frames) in Stages) yield return Branches(channels, frames, random);
        foreach (var (channels, _) in Stages) yield return Pairs(channels, random);
        foreach (var (channels, frames) in Stages) yield return Norm(channels, frames, random);
        foreach (var (channels, frames) in Stages) yield return Product(channels, frames, random);
        foreach (var (channels, frames) in Stages) yield return Ways(channels, frames, random);
        yield return PairByPair(Clips, 16 * 52, random);
        yield return PairByPair(9 * Clips * 52, 24, random);
        yield return Attention(9, 24, random);
        foreach (var (channels, frames) in Stages) yield return ShiftOfJoints(channels, frames, random);
        foreach (var (channels, frames) in Stages) yield return ShiftOverTime(channels, frames, random);
        yield return Contrast(5_100, 10, random);
        yield return Contrast(40_091, 60, random);
    }

    // Queries times keys: of whole clips, as 2s-AGCN has them, or of heads in every frame.
    private static Duel PairByPair(int batch, int k, Generator random)
    {
        Tensor a = Leaf(random, batch, Joints, k), b = Leaf(random, batch, Joints, k);
        return new Duel(
            $"products pair by pair, {batch} of {Joints} x {k} x {Joints}", () => Functional.Bmm(a, b, transposed: true), () => a.MatMul(b.Transpose(1, 2)),
            [a, b], [a, b], (double)batch * Joints * Joints * k, sizeof(float) * (a.Elements + b.Elements + ((double)batch * Joints * Joints)));
    }

    // One bank of CSRE, every row written: NW-UCLA's five repeats and NTU's X-Sub split.
    private static Duel Contrast(int rows, int classes, Generator random)
    {
        var options = new CsreOptions();
        long[] labels = [.. Enumerable.Range(0, rows).Select(row => (long)(row % classes))];
        var bank = new ClipBank(labels, options.Dimension);
        var ofBatch = TensorScope.Release(Tensor.From(labels[..Clips], Clips));
        var anchors = Leaf(random, Clips, options.Dimension);
        using (Autograd.NoGrad())
        {
            var features = Tensor.Randn([rows, options.Dimension], random);
            bank.Write(Tensor.Arange(rows), features / features.Norm(1, keepDim: true));
        }

        var loss = new CsreLoss(bank, options);
        return new Duel(
            $"contrast with a bank of {rows} rows", () => ContrastKernel.Apply(anchors, ofBatch, bank, options, random).Loss,
            () =>
            {
                var similarity = anchors.MatMul(bank.Features.Value.Transpose(0, 1));
                return loss.Contrast(similarity, HybridSampler.Sample(similarity.Detach(), ofBatch, bank, options, random)).Loss;
            },
            [anchors], [anchors], (double)Clips * rows * options.Dimension, sizeof(float) * (double)rows * options.Dimension);
    }

    // Of Hyperformer.
    private static Duel Attention(int heads, int d, Generator random)
    {
        var joints = new JointRelations(SkeletonGraph.Hyperformer(Layouts.NwUcla));
        int frames = Clips * 52, width = heads * d;
        Tensor[] inputs =
        [
            Leaf(random, frames, Joints, 3 * width), Leaf(random, frames, joints.Hyperedges, width), Leaf(random, joints.Distances, width),
            Leaf(random, heads, d), Leaf(random, heads, Joints, Joints), Leaf(random, 1),
        ];
        var weights = new JointAttentionWeights(inputs[2], inputs[3], inputs[4], inputs[5]);
        return new Duel(
            $"attention, {heads} heads of {d}, {frames} frames", () => JointAttention.Apply(joints, heads, inputs[0], inputs[1], weights),
            () => JointAttention.Twin(joints, heads, inputs[0], inputs[1], weights), inputs, inputs,
            (double)frames * width * Joints * ((2 * Joints) + joints.Distances), sizeof(float) * (double)frames * width * ((4 * Joints) + joints.Hyperedges));
    }

    // Of Shift-GCN: the numbers of a frame change places, with a factor each; numbers are counted, since nothing is added up.
    private static Duel ShiftOfJoints(int c, int t, Generator random)
    {
        var (x, factor) = (Map(random, c, t), Leaf(random, 1, Joints, c));
        long[] places = [.. Enumerable.Range(0, Joints * c).Select(k => ((long)(k % c * c) + k) % (Joints * c))];
        var index = TensorScope.Release(Tensor.From<long>(places, Joints * c));
        return new Duel(
            $"shift of joints, {c} channels, {t} frames", () => JointShift.Apply(x, index, factor), () => JointShift.Twin(x, index, factor), [x, factor],
            [x, factor], x.Elements, 2.0 * sizeof(float) * x.Elements);
    }

    // Of Shift-GCN: every channel reads its own fraction of a frame away.
    private static Duel ShiftOverTime(int c, int t, Generator random)
    {
        var (x, time, space) = (Map(random, c, t), Leaf(random, c), Leaf(random, c));
        return new Duel(
            $"shift over time, {c} channels, {t} frames", () => TemporalShift.Apply(x, time, space, 1), () => TemporalShift.Twin(x, time, space, 1),
            [x, time], [x, time], 2.0 * x.Elements, 2.0 * sizeof(float) * x.Elements);
    }

    // Three readers of a map and one of its mean, as CTR-GCN's blocks have them: backward adds their gradients.
    private static Duel Ways(int c, int t, Generator random)
    {
        const int readers = 3;
        var x = Map(random, c, t);
        // Backward reads a gradient each and writes one; a duel counts twice what it is told here.
        return new Duel(
            $"gradients of {readers} readers + mean, {c} channels", () => All(FanOut.Apply(x, readers)), () => All(FanOut.Twin(x, readers)), [x], [x], 0,
            sizeof(float) * (readers + 1) / 2.0 * x.Elements) { HasForward = false };

        static Tensor[] All((Tensor[] Ways, Tensor Mean) outputs) => [.. outputs.Ways, outputs.Mean];
    }

    private static Duel Aggregation(int c, int t, bool perChannel, Generator random)
    {
        var graph = perChannel ? Leaf(random, Relations, Clips, Joints, Joints, c) : Leaf(random, Relations, Clips, Joints, Joints);
        var x = Map(random, Relations * c, t);
        return new Duel(
            $"{(perChannel ? "" : "common ")}aggregation, {c} channels, {t} frames", () => GraphAggregation.Apply(graph, x),
            () => GraphAggregation.Twin(graph, x), [graph, x], [graph, x],
            (double)Relations * Clips * Joints * Joints * c * t, sizeof(float) * ((double)graph.Elements + x.Elements + (x.Elements / Relations)));
    }

    private static Duel Refined(int c, int t, Generator random)
    {
        var k = (c / 8) + 1;
        Tensor[] inputs =
        [
            Map(random, c, t), Leaf(random, Relations, Clips * Joints * Joints, k), Leaf(random, Relations, c, k), Leaf(random, Relations, c),
            Leaf(random, Relations * c, c), Leaf(random, Relations * c),
        ];
        var (x, q, w4, b4, w3, b3) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]);
        double pairs = (double)Relations * Clips * Joints * Joints * c, rows = (double)Relations * Clips * Joints * t * c;
        return new Duel(
            $"refined aggregation, {c} channels, {t} frames", () => RefinedAggregation.Apply(x, q, w4, b4, w3, b3),
            () => RefinedAggregation.Twin(x, q, w4, b4, w3, b3), inputs, inputs, (pairs * (k + t)) + (rows * c),
            sizeof(float) * ((2.0 * x.Elements) + q.Elements + w4.Elements + w3.Elements));
    }

    private static Duel Branches(int c, int t, Generator random)
    {
        var width = c / 4;
        BatchNorm[] norms = [.. Enumerable.Range(0, 3).Select(_ => new BatchNorm(width))];
        Conv2d[] convolutions =
        [
            .. Enumerable.Range(1, 2).Select(dilation => new Conv2d(width, width, (TemporalBranches.Taps, 1), (1, 1), (2 * dilation, 0), (dilation, 1))),
        ];
        foreach (var part in (Module[])[.. norms, .. convolutions]) part.Initialise(random);
        var entries = Map(random, c, t);
        Tensor[] inputs = [entries, .. convolutions.Select(convolution => convolution.Weight.Value)];
        var rows = (double)Clips * Joints * t;
        return new Duel(
            $"branches over time, {c} channels, {t} frames", () => TemporalBranches.Apply(entries, null, norms, convolutions, 1),
            () => TemporalBranches.Twin(entries, null, norms, convolutions, 1), inputs, inputs,
            rows * convolutions.Length * TemporalBranches.Taps * width * width, 3.0 * sizeof(float) * entries.Elements); // read again for the statistics
    }

    // Nine frames, as ST-GCN and 2s-AGCN have them.
    private static Duel OverTime(int c, int t, Generator random)
    {
        const int taps = 9;
        var convolution = new Conv2d(c, c, (taps, 1), padding: ((taps - 1) / 2, 0));
        convolution.Initialise(random);
        var x = Map(random, c, t);
        Tensor[] inputs = [x, convolution.Weight, convolution.Bias!];
        return new Duel(
            $"{taps} taps over time, {c} channels, {t} frames", () => TemporalConvolution.Apply(x, convolution), () => TemporalConvolution.Twin(x, convolution),
            inputs, inputs, (double)Clips * Joints * t * taps * c * c, sizeof(float) * ((2.0 * x.Elements) + ((double)taps * c * c)));
    }

    private static Duel Pairs(int c, Generator random)
    {
        var both = Leaf(random, Clips, Joints, 2 * Relations * c / 8);
        var graph = Leaf(random, Relations, Joints, Joints);
        var numbers = (double)Relations * Clips * Joints * Joints * c / 8;
        return new Duel(
            $"pairs of joints, {c / 8} numbers", () => RelationPairs.Apply(both, graph), () => RelationPairs.Twin(both, graph), [both, graph], [both, graph],
            numbers, sizeof(float) * (both.Elements + graph.Elements + (numbers * ((c / 8) + 1) / (c / 8))));
    }

    private static Duel Norm(int c, int t, Generator random)
    {
        var norm = new BatchNorm(c);
        norm.Initialise(random);
        var (x, residual) = (Map(random, c, t), Map(random, c, t));
        Tensor[] inputs = [x, residual, norm.Weight, norm.Bias];
        return new Duel(
            $"norm + add + ReLU, {c} channels, {t} frames", () => NormActivation.Apply(x, [norm], residual),
            () => NormActivation.Twin(x, [norm], residual, relu: true),
            inputs, inputs, x.Elements, 4.0 * sizeof(float) * x.Elements);
    }

    // The 1×1 convolution to three subsets as we compute it, against libtorch's convolution operator on the usual layout.
    private static Duel Product(int c, int t, Generator random)
    {
        var convolution = new Conv2d(c, Relations * c, (1, 1));
        convolution.Initialise(random);
        var x = Map(random, c, t);
        var plain = Copy(x);
        var rows = (double)Clips * t * Joints;
        return new Duel(
            $"1x1 convolution, {c} to {Relations * c}, {t} frames", () => Pointwise.Apply(x, convolution),
            () => Functional.Conv2d(plain, convolution.Weight, convolution.Bias!.Value, [1, 1], [0, 0], [1, 1]), [x, convolution.Weight, convolution.Bias!],
            [plain, convolution.Weight, convolution.Bias!], rows * c * Relations * c, sizeof(float) * rows * (1 + Relations) * c);
    }

    private static Tensor Map(Generator random, int channels, int frames)
    {
        var map = TensorScope.Release(Tensor.Randn([Clips, channels, frames, Joints], random).Contiguous(MemoryFormat.ChannelsLast));
        map.RequiresGrad = true;
        return map;
    }

    private static Tensor Leaf(Generator random, params long[] shape)
    {
        var tensor = TensorScope.Release(Tensor.Randn(shape, random));
        tensor.RequiresGrad = true;
        return tensor;
    }

    private static Tensor Copy(Tensor map)
    {
        var copy = TensorScope.Release(map.Detach().Contiguous());
        copy.RequiresGrad = true;
        return copy;
    }
}
