using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Torch;

namespace Kinema.MicroBench;

/// <summary>The kernels on the shapes of CTR-GCN's three stages: NW-UCLA, 16 clips of 52 frames and 20 joints.</summary>
internal static class Duels
{
    private const int Clips = 16, Joints = 20, Relations = 3;

    private static readonly (int Channels, int Frames)[] Stages = [(64, 52), (128, 26), (256, 13)];

    internal static IEnumerable<Duel> All(Generator random)
    {
        foreach (var (channels, frames) in Stages) yield return Aggregation(channels, frames, random);
        foreach (var (channels, _) in Stages) yield return Pairs(channels, random);
        foreach (var (channels, frames) in Stages) yield return Norm(channels, frames, random);
        foreach (var (channels, frames) in Stages) yield return Product(channels, frames, random);
    }

    private static Duel Aggregation(int c, int t, Generator random)
    {
        var graph = Leaf(random, Relations, Clips, Joints, Joints, c);
        var x = Map(random, Relations * c, t);
        return new Duel(
            $"aggregation, {c} channels, {t} frames", () => GraphAggregation.Apply(graph, x), () => GraphAggregation.Twin(graph, x), [graph, x], [graph, x],
            (double)Relations * Clips * Joints * Joints * c * t, sizeof(float) * ((double)graph.Elements + x.Elements + (x.Elements / Relations)));
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
            $"norm + add + ReLU, {c} channels, {t} frames", () => NormActivation.Apply(x, [norm], residual), () => NormActivation.Twin(x, [norm], residual, relu: true),
            inputs, inputs, x.Elements, 3.0 * sizeof(float) * x.Elements);
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
            $"1x1 convolution, {c} to {Relations * c}, {t} frames", () => Pointwise.Apply(x, 1, convolution),
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
