using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="CtrGcn"/>; the paper's values are the defaults.</summary>
/// <param name="Width">Channels of the first stage; the second and third have twice and four times as many. Divisible by 16.</param>
public sealed record CtrGcnOptions(int Width = 64);

/// <summary>
/// CTR-GCN: Channel-wise Topology Refinement Graph Convolution for Skeleton-Based Action Recognition (Chen et al., ICCV 2021,
/// arXiv:2107.12213). Ten blocks of a graph convolution, whose adjacency is learnt, refined per clip and per channel, and a multi-scale
/// temporal convolution. 1,426,892 parameters on NW-UCLA with 10 classes, 1,446,672 on NTU RGB+D 60.
/// <para>
/// Same numbers as the authors' code, other order of work: maps are channels-last; the mean over time is taken before the two relation
/// convolutions, which are affine; convolutions that read the same map are one product; the aggregation and normalise-add-ReLU are
/// kernels of our own. Checkpoint names and shapes are the authors'.
/// </para>
/// </summary>
[EncoderModel(
    "ctr-gcn",
    Paper = "Channel-wise Topology Refinement Graph Convolution for Skeleton-Based Action Recognition, Chen et al., ICCV 2021",
    Link = "https://arxiv.org/abs/2107.12213")]
public sealed class CtrGcn : GcnEncoder
{
    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is not a positive multiple of 16.</exception>
    public CtrGcn(EncoderInput input, CtrGcnOptions options)
        : this(input, options, SkeletonGraph.CtrGcn(input?.Layout ?? throw new ArgumentNullException(nameof(input))))
    {
    }

    private CtrGcn(EncoderInput input, CtrGcnOptions options, SkeletonGraph graph)
        : base(
            input, graph, "CTR-GCN", CheckWidth("CTR-GCN", (options ?? throw new ArgumentNullException(nameof(options))).Width, 16),
            (inChannels, outChannels, stride, shortcut) => new CtrGcnBlock(graph, inChannels, outChannels, stride, shortcut))
    {
    }

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new CtrGcnOptions();
        return new CtrGcn(input, options with { Width = settings.Width ?? options.Width });
    }
}

/// <summary>One block: out = ReLU(temporal(graph(x)) + shortcut(x)).</summary>
internal sealed class CtrGcnBlock : Module<Tensor, Tensor>
{
    private readonly GraphConvolution graph;
    private readonly MultiScaleTemporal temporal;
    private readonly Projection? projection;
    private readonly bool identity;

    internal CtrGcnBlock(SkeletonGraph skeleton, int inChannels, int outChannels, int stride, bool shortcut)
    {
        graph = Add("gcn1", new GraphConvolution(skeleton, inChannels, outChannels));
        temporal = Add("tcn1", new MultiScaleTemporal(outChannels, stride));
        identity = shortcut && inChannels == outChannels && stride == 1;
        if (shortcut && !identity) projection = Add("residual", new Projection(inChannels, outChannels, stride, "conv", "bn"));
    }

    public override Tensor Forward(Tensor x)                                             // (N, C, T, V)
    {
        var (ways, mean) = FanOut.Apply(x, identity || projection is not null ? 3 : 2, projection?.Stride ?? 1);
        var residual = identity ? ways[2] : projection?.Forward(ways[2]);
        return temporal.Forward(graph.Forward(ways[0], ways[1], mean), residual);        // (N, C', T/stride, V)
    }

    /// <summary>
    /// Three subsets r of relations (self, inward, outward), each with a learnt graph PA and a refinement per clip and channel:
    ///   Q[r,u,w] = tanh(a[r,u] - b[r,w]),  a, b = 1×1 convolutions of the mean over time
    ///   G[r,c,u,w] = α · (W₄ Q + b₄)[r,c,u,w] + PA[r,u,w]
    ///   y[c,t,u] = Σ_r Σ_w G[r,c,u,w] (W₃ x)[r,c,t,w],   out = ReLU(norm(y) + down(x))
    /// </summary>
    private sealed class GraphConvolution : Module
    {
        private readonly SkeletonGraph skeleton;
        private readonly int relations, outChannels;
        private readonly Parameter adjacency, alpha;
        private readonly Conv2d[] query, key, value, refine;
        private readonly Projection? down;
        private readonly BatchNorm norm;

        internal GraphConvolution(SkeletonGraph skeleton, int inChannels, int outChannels)
        {
            (this.skeleton, relations, this.outChannels) = (skeleton, skeleton.Relations, outChannels);
            var v = skeleton.Layout.JointCount;
            var reduced = inChannels < 16 ? 8 : inChannels / 8;                          // coordinates come in twos or threes
            adjacency = Add("PA", new Parameter(relations, v, v));
            alpha = Add("alpha", new Parameter(1));
            query = Convolutions("conv1", inChannels, reduced);
            key = Convolutions("conv2", inChannels, reduced);
            value = Convolutions("conv3", inChannels, outChannels);
            refine = Convolutions("conv4", reduced, outChannels);
            if (inChannels != outChannels) down = Add("down", new Projection(inChannels, outChannels, stride: 1, "0", "1"));
            norm = Add("bn", new BatchNorm(outChannels));
        }

        // The map twice, for the branch and for the way around it, and its mean over time, (N, V, C).
        internal Tensor Forward(Tensor x, Tensor around, Tensor mean)                    // (N, C, T, V)
        {
            var pairs = Relations(mean);                                                 // (R, N·V·V, C/8 + 1)
            var one = Tensor.Ones([relations, outChannels, 1], x.Type, x.Device);
            var weight = Tensor.Stack(0, [.. refine.Select(conv => conv.Weight.Value.View(outChannels, -1))]) * alpha.Value;
            var bias = Tensor.Stack(0, [.. refine.Select(conv => conv.Bias!.Value)]) * alpha.Value;
            var y = RefinedAggregation.Apply(                                            // (N, C', T, V)
                x, pairs, Tensor.Cat(2, weight, one), bias,
                Tensor.Cat(0, [.. value.Select(conv => conv.Weight.Value.View(outChannels, -1))]), Tensor.Cat(0, [.. value.Select(conv => conv.Bias!.Value)]));
            return NormActivation.Apply(y, [norm], residual: down is null ? around : down.Forward(around));
        }

        protected override void ResetParameters(Generator random)
        {
            ConvolutionStart.Kaiming(random, [.. query, .. key, .. value, .. refine]);
            Init.Copy(adjacency, skeleton.ToTensor());
            Init.Constant(alpha, 0);
            Init.Constant(norm.Weight, 1e-6);                                            // the graph branch starts switched off
        }

        // What W₄ is applied to. α and b₄ go into its weights; PA is one more input of it, with weight 1 to every output.
        private Tensor Relations(Tensor mean) =>                                         // over time before the convolutions, which are affine
            RelationPairs.Apply(Pointwise.Rows(mean, [.. query, .. key]), adjacency.Value);   // (R, N·V·V, C/8 + 1)

        private Conv2d[] Convolutions(string name, int from, int to) =>
            [.. Enumerable.Range(0, relations).Select(r => Add($"convs.{r}.{name}", new Conv2d(from, to, (1, 1))))];
    }
}
