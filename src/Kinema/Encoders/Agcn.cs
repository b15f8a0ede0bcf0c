using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="Agcn"/>; the paper's values are the defaults.</summary>
/// <param name="Width">Channels of the first stage; the second and third have twice and four times as many. Divisible by 4.</param>
public sealed record AgcnOptions(int Width = 64);

/// <summary>
/// One stream of 2s-AGCN: Two-Stream Adaptive Graph Convolutional Networks for Skeleton-Based Action Recognition (Shi et al., CVPR 2019,
/// arXiv:1805.07694). Ten blocks of a graph convolution, whose adjacency is the skeleton's, plus a learnt one, plus one that compares the
/// joints of each clip, and a convolution over nine frames. 3,449,730 parameters on NW-UCLA with 10 classes, 3,469,510 on NTU RGB+D 60.
/// <para>
/// Same numbers as the authors' code, other order of work: maps are channels-last; queries and keys of all relations are one product, and so
/// are the three output convolutions, which are applied before the joints are aggregated instead of after, since both are linear; their
/// biases come after. Aggregation, convolution over time and normalise-add-ReLU are kernels of our own. Checkpoint names and shapes are the
/// authors'. Not AAGCN, the same authors' later network.
/// </para>
/// </summary>
[EncoderModel(
    "agcn",
    Paper = "Two-Stream Adaptive Graph Convolutional Networks for Skeleton-Based Action Recognition, Shi et al., CVPR 2019",
    Link = "https://arxiv.org/abs/1805.07694")]
public sealed class Agcn : GcnEncoder
{
    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is not a positive multiple of 4.</exception>
    public Agcn(EncoderInput input, AgcnOptions options)
        : this(input, options, SkeletonGraph.CtrGcn(input?.Layout ?? throw new ArgumentNullException(nameof(input))))
    {
    }

    private Agcn(EncoderInput input, AgcnOptions options, SkeletonGraph graph)
        : base(
            input, graph, "2s-AGCN", CheckWidth("2s-AGCN", (options ?? throw new ArgumentNullException(nameof(options))).Width, 4),
            (inChannels, outChannels, stride, shortcut) => new AgcnBlock(graph, inChannels, outChannels, stride, shortcut))
    {
    }

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new AgcnOptions();
        return new Agcn(input, options with { Width = settings.Width ?? options.Width });
    }
}

/// <summary>One block: out = ReLU(temporal(graph(x)) + shortcut(x)).</summary>
internal sealed class AgcnBlock : Module<Tensor, Tensor>
{
    private readonly GraphConvolution graph;
    private readonly TemporalUnit temporal;
    private readonly Projection? projection;
    private readonly bool shortcut;

    internal AgcnBlock(SkeletonGraph skeleton, int inChannels, int outChannels, int stride, bool shortcut)
    {
        this.shortcut = shortcut;
        graph = Add("gcn1", new GraphConvolution(skeleton, inChannels, outChannels));
        temporal = Add("tcn1", new TemporalUnit(outChannels, stride));
        if (shortcut && (inChannels != outChannels || stride != 1))
            projection = Add("residual", new Projection(inChannels, outChannels, stride, "conv", "bn"));
    }

    public override Tensor Forward(Tensor x)                                             // (N, C, T, V)
    {
        var ways = FanOut.Ways(x, shortcut ? 4 : 3, projection?.Stride ?? 1);
        var residual = shortcut ? projection?.Forward(ways[3]) ?? ways[3] : null;
        return temporal.Forward(graph.Forward(ways[0], ways[1], ways[2]), residual);     // (N, C', T/stride, V)
    }

    /// <summary>
    /// Three relations r (self, inward, outward) of C'/4 numbers e a joint and frame (eq. 3 of the paper; its sum is over the first joint):
    ///   S[r,v,w] = 1/(E T) Σ_e Σ_t a[r,e,t,v] b[r,e,t,w],  a, b = 1×1 convolutions of x
    ///   W[r,v,w] = softmax over v of S + A[r,v,w] + PA[r,v,w]
    ///   y[c,t,w] = Σ_r Σ_v W[r,v,w] (W_d x)[r,c,t,v] + Σ_r b_d[r,c],   out = ReLU(norm(y) + down(x))
    /// </summary>
    private sealed class GraphConvolution : Module
    {
        private readonly int relations;
        private readonly Parameter adjacency;
        private readonly Torch.Buffer constant;
        private readonly Conv2d[] query, key, output;
        private readonly Projection? down;
        private readonly BatchNorm norm;

        internal GraphConvolution(SkeletonGraph skeleton, int inChannels, int outChannels)
        {
            relations = skeleton.Relations;
            var v = skeleton.Layout.JointCount;
            adjacency = Add("PA", new Parameter(relations, v, v));
            constant = Add("A", new Torch.Buffer(skeleton.ToTensor(), persistent: false));
            query = Convolutions("conv_a", inChannels, outChannels / 4);
            key = Convolutions("conv_b", inChannels, outChannels / 4);
            output = Convolutions("conv_d", inChannels, outChannels);
            if (inChannels != outChannels) down = Add("down", new Projection(inChannels, outChannels, stride: 1, "0", "1"));
            norm = Add("bn", new BatchNorm(outChannels));
        }

        // The map three times: for the joints' comparison, for the branch, and for the way around it.
        internal Tensor Forward(Tensor compared, Tensor x, Tensor around)                // (N, C, T, V)
        {
            var values = Pointwise.WithoutBias(x, output);                               // (N, R·C', T, V)
            var bias = Pointwise.SumOfBiases(output);
            var y = GraphAggregation.Apply(Graph(compared).To(values.Type), values, bias.To(values.Type)); // (N, C', T, V)
            return NormActivation.Apply(y, [norm], residual: down is null ? around : down.Forward(around));
        }

        protected override void ResetParameters(Generator random)
        {
            ConvolutionStart.Kaiming(random, [.. query, .. key]);
            ConvolutionStart.Branches(random, output);
            Init.Constant(adjacency, 1e-6);
            Init.Constant(norm.Weight, 1e-6);                                            // the graph branch starts switched off
        }

        // Wᵀ, (R, N, V, V): how much joint v gives to joint w, w first, so that the softmax over v is over the last axis.
        private Tensor Graph(Tensor x)
        {
            var both = Pointwise.Rows(x.Permute(0, 2, 3, 1), [.. query, .. key]);        // (N, T, V, 2·R·E)
            var (n, t, v) = (both.Size(0), both.Size(1), both.Size(2));
            var split = both.Reshape(n, t, v, 2, relations, -1).Permute(3, 4, 0, 2, 1, 5).Reshape(2, relations * n, v, -1);
            var (a, b) = (split.Select(0, 0), split.Select(0, 1));                       // (R·N, V, T·E)
            var similarity = Functional.Bmm(b, a, transposed: true).To(adjacency.Value.Type) * (1.0 / a.Size(2));
            return similarity.Softmax(2).Reshape(relations, n, v, v) + (adjacency.Value + constant.Value).Transpose(1, 2).Unsqueeze(1);
        }

        private Conv2d[] Convolutions(string name, int from, int to) =>
            [.. Enumerable.Range(0, relations).Select(r => Add($"{name}.{r}", new Conv2d(from, to, (1, 1))))];
    }

    /// <summary>Nine frames become one, then the norm; the block's shortcut and its ReLU are part of the same kernel.</summary>
    private sealed class TemporalUnit : Module
    {
        private const int Taps = 9;

        private readonly Conv2d convolution;
        private readonly BatchNorm norm;

        internal TemporalUnit(int channels, int stride)
        {
            convolution = Add("conv", new Conv2d(channels, channels, (Taps, 1), stride: (stride, 1), padding: ((Taps - 1) / 2, 0)));
            norm = Add("bn", new BatchNorm(channels));
        }

        internal Tensor Forward(Tensor x, Tensor? residual) =>                           // (N, C, T, V)
            NormActivation.Apply(TemporalConvolution.Apply(x, convolution), [norm], residual);

        protected override void ResetParameters(Generator random) => ConvolutionStart.Kaiming(random, convolution);
    }
}
