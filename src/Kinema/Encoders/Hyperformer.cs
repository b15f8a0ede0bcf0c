using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="Hyperformer"/>; the paper's values are the defaults.</summary>
/// <param name="Heads">H.</param>
/// <param name="HeadChannels">D. Every block has C' = H·D channels, a multiple of 12.</param>
public sealed record HyperformerOptions(int Heads = 9, int HeadChannels = 24)
{
    /// <summary>C', the same in every block.</summary>
    public int Channels => Heads * HeadChannels;
}

/// <summary>
/// Hyperformer: Hypergraph Transformer for Skeleton-based Action Recognition (Zhou et al., 2022, arXiv:2211.09590). Ten blocks of an attention
/// among the joints of each frame, which knows how many bones lie between two joints and which hyperedge (group of joints) a joint belongs
/// to, and CTR-GCN's multi-scale temporal convolution. 2,695,754 parameters on NW-UCLA with 10 classes, 2,729,194 on NTU RGB+D 60.
/// <para>
/// Same numbers as the authors' code, other order of work: maps are channels-last; the scale of the layer normalisation, its offset and the
/// factor 1/√D go into the weights of keys, values and queries, which are one product; the terms of distances and hyperedges are computed for
/// the few distances and hyperedges there are, and dealt out to the pairs of joints by a constant matrix. Frames, persons and heads are one
/// batch. Normalise-add-ReLU and the temporal branches are kernels of our own. Checkpoint names and shapes are the authors'.
/// </para>
/// <para>
/// The hyperedges are the layout's (<see cref="SkeletonLayout.Hyperedges"/>). The authors group NW-UCLA's joints in another way for the bone
/// streams; here all streams have the groups of the joint stream, unless a layout file of one's own says otherwise.
/// </para>
/// </summary>
[EncoderModel(
    "hyperformer",
    Paper = "Hypergraph Transformer for Skeleton-based Action Recognition, Zhou et al., 2022",
    Link = "https://arxiv.org/abs/2211.09590",
    Takes = "layouts with hyperedges")]
public sealed class Hyperformer : GcnEncoder
{
    private const int PublishedWidth = 64; // what recipes call the published 216 channels, as most encoders begin with 64

    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The channels are not a positive multiple of 12, or the layout has no hyperedges.</exception>
    public Hyperformer(EncoderInput input, HyperformerOptions options)
        : this(input, Checked(options), SkeletonGraph.Hyperformer(input?.Layout ?? throw new ArgumentNullException(nameof(input))))
    {
    }

    private Hyperformer(EncoderInput input, HyperformerOptions options, SkeletonGraph graph)
        : this(input, options, graph, new JointRelations(graph))
    {
    }

    private Hyperformer(EncoderInput input, HyperformerOptions options, SkeletonGraph graph, JointRelations joints)
        : base(
            input, graph, "Hyperformer", options.Channels,
            (inChannels, outChannels, stride, _) => new HyperformerBlock(joints, options.Heads, inChannels, outChannels, stride),
            growing: false) => Add("lookup", joints.Lookup);

    /// <summary>Builds the network as the registry does. A width of 64 means the published 216 channels; others scale them.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new HyperformerOptions();
        var width = settings.Width ?? PublishedWidth;
        if (width <= 0 || width % 32 != 0)
            throw new ArgumentException(
                $"the width of Hyperformer is a positive multiple of 32, {PublishedWidth} as published ({options.Channels} channels in every block); got {width}");
        return new Hyperformer(input, options with { HeadChannels = options.HeadChannels * width / PublishedWidth });
    }

    private static HyperformerOptions Checked(HyperformerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options is { Heads: > 0, HeadChannels: > 0 } && options.Channels % 12 == 0
            ? options
            : throw new ArgumentException(
                $"the channels of Hyperformer are a positive multiple of 12; got {options.Heads} heads of {options.HeadChannels} channels");
    }
}

/// <summary>One block: out = ReLU(temporal(attention(x)) + shortcut(x)). There is no norm and no ReLU between the two.</summary>
internal sealed class HyperformerBlock : Module<Tensor, Tensor>
{
    private readonly Attention attention;
    private readonly MultiScaleTemporal temporal;
    private readonly Projection? projection;

    internal HyperformerBlock(JointRelations joints, int heads, int inChannels, int outChannels, int stride)
    {
        attention = Add("vit1", new Attention(joints, heads, inChannels, outChannels));
        temporal = Add("tcn1", new MultiScaleTemporal(outChannels, stride));
        if (inChannels != outChannels || stride != 1)                                    // the first block too
            projection = Add("residual", new Projection(inChannels, outChannels, stride, "conv", "bn"));
    }

    public override Tensor Forward(Tensor x)                                             // (N, C, T, V)
    {
        var ways = FanOut.Ways(x, 4, projection?.Stride ?? 1);
        var residual = projection?.Forward(ways[3]) ?? ways[3];
        return temporal.Forward(attention.Forward(ways[0], ways[1], ways[2]), residual); // (N, C', T/stride, V)
    }

    /// <summary>
    /// Per frame, head h and pair of joints i, j, with n = LayerNorm(x) over the channels and g(j) the hyperedge of j:
    ///   k, v, q = 1×1 convolutions of n,   e[g] = 1×1 convolution of the mean of x over the joints of g
    ///   s[i,j] = 1/√D (q[i]·k[j] + q[i]·rpe[hops(i, j)] + (q[i] + w1)·e[g(j)])
    ///   o[i] = Σ_j (α softmax over j of s + outer[h,i,j]) v[j],   y = x (or its projection) + 1×1 convolution of o in six groups
    /// </summary>
    private sealed class Attention : Module
    {
        private const int Groups = 6; // of the last convolution, whatever the number of heads

        private readonly JointRelations joints;
        private readonly int heads, width;
        private readonly Parameter normWeight, normBias, distance, common, outer, alpha;
        private readonly Conv2d keyValue, query, output, hyperedge;
        private readonly Conv2d? skip;

        internal Attention(JointRelations joints, int heads, int inChannels, int outChannels)
        {
            (this.joints, this.heads, width) = (joints, heads, outChannels / heads);
            normWeight = Add("norm1.weight", new Parameter(inChannels));
            normBias = Add("norm1.bias", new Parameter(inChannels));
            distance = Add("attn.rpe", new Parameter(joints.Distances, outChannels));
            common = Add("attn.w1", new Parameter(heads, width));
            outer = Add("attn.outer", new Parameter(heads, joints.Joints, joints.Joints));
            alpha = Add("attn.alpha", new Parameter(1));
            keyValue = Add("attn.kv", new Conv2d(inChannels, 2 * outChannels, (1, 1), bias: false));
            query = Add("attn.q", new Conv2d(inChannels, outChannels, (1, 1), bias: false));
            output = Add("attn.proj", new Conv2d(outChannels / Groups, outChannels, (1, 1)));   // each group reads its own share
            hyperedge = Add("pe_proj", new Conv2d(inChannels, outChannels, (1, 1), bias: false));
            if (inChannels != outChannels) skip = Add("skip_proj", new Conv2d(inChannels, outChannels, (1, 1), bias: false));
        }

        // The map three times: for keys, values and queries, for the hyperedges, and for the way around. F = N·T frames.
        internal Tensor Forward(Tensor x, Tensor grouped, Tensor around)                 // (N, C, T, V)
        {
            var (n, _, t, v) = x.Sizes4();
            var frames = n * t;
            var parts = Projected(x.Permute(0, 2, 3, 1)).Reshape(frames, v, -1);         // (F, V, 3·C')
            var weights = new JointAttentionWeights(distance.Value, common.Value * (1 / Math.Sqrt(width)), outer.Value, alpha.Value);
            var mixed = JointAttention.Apply(joints, heads, parts, Hyperedges(grouped), weights)                    // (F, V, C')
                .Reshape(frames * v, Groups, -1);                                        // (F·V, 6, C'/6)
            var y = Rows(skip is null ? around : Pointwise.WithoutBias(around, skip)) + Grouped(mixed);
            return y.Reshape(n, t, v, -1).Permute(0, 3, 1, 2);                           // (N, C', T, V)

            Tensor Rows(Tensor map) => map.Permute(0, 2, 3, 1).Reshape(frames * v, Groups, -1);
        }

        protected override void ResetParameters(Generator random)
        {
            Init.Constant(normWeight, 1);
            Init.Constant(normBias, 0);
            foreach (var parameter in (Parameter[])[distance, common, alpha]) Init.Constant(parameter, 0);          // attention starts switched off
            Init.Identity(outer);
        }

        // Keys, values and queries of (N, T, V, C), (N, T, V, 3·C'). W (γ x̂ + β) = (W γ) x̂ + W β.
        private Tensor Projected(Tensor rows)
        {
            var c = rows.Size(-1);
            var weight = Tensor.Cat(0, keyValue.Weight.Value.View(-1, c), query.Weight.Value.View(-1, c) * (1 / Math.Sqrt(width)));
            return Pointwise.Product(Functional.LayerNorm(rows), weight * normWeight.Value, (weight * normBias.Value).Sum(1));
        }

        // e, (F, G, C').
        private Tensor Hyperedges(Tensor x)                                              // (N, C, T, V)
        {
            var (n, c, t, v) = x.Sizes4();
            var g = joints.Hyperedges;
            var members = joints.Lookup.Value.Select(0, 0).Narrow(0, joints.Distances, g);                          // (G, V)
            var sums = Functional.Bmm(members.Unsqueeze(0).Expand(n * t, g, v), x.Permute(0, 2, 3, 1).Reshape(n * t, v, c)); // (F, G, C)
            var means = (sums / members.Sum(1, keepDim: true)).Reshape(n, t, g, c).Permute(0, 3, 1, 2);             // (N, C, T, G)
            return Pointwise.WithoutBias(means, hyperedge).Permute(0, 2, 3, 1).Reshape(n * t, g, -1);
        }

        // The last convolution: six products side by side.
        private Tensor Grouped(Tensor x)                                                 // (F·V, 6, C'/6)
        {
            var c = x.Size(2);
            var weight = output.Weight.Value.View(Groups, c, c).Transpose(1, 2);
            return (Functional.Bmm(x.Transpose(0, 1), weight) + output.Bias!.Value.View(Groups, 1, c)).Transpose(0, 1);
        }
    }
}
