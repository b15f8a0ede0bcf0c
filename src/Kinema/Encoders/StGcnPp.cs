using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="StGcnPp"/>; the paper's values are the defaults.</summary>
/// <param name="Width">Channels of the first stage; the second and third have twice and four times as many. At least 6.</param>
public sealed record StGcnPpOptions(int Width = 64);

/// <summary>
/// ST-GCN++, of PYSKL: Towards Good Practices for Skeleton Action Recognition (Duan et al., ACM MM 2022, arXiv:2205.09443). Ten blocks of a graph
/// convolution, whose adjacency is learnt from the skeleton's on, and six branches over time side by side. 1,383,514 parameters on NW-UCLA with
/// 10 classes, 1,403,144 on NTU RGB+D 60.
/// <para>
/// Same numbers as the authors' code, other order of work: maps are channels-last; the 1×1 entries of the branches are one product, and their
/// norms one pass; aggregation, convolutions over time and normalise-add-ReLU are kernels of our own. Checkpoint names and shapes are the
/// authors', who let persons share the statistics at the door; clips are (N, C, T, V, M) and not their (N, M, T, V, C). The graph of NW-UCLA is
/// our addition.
/// </para>
/// </summary>
[EncoderModel(
    "st-gcn-pp",
    Paper = "PYSKL: Towards Good Practices for Skeleton Action Recognition, Duan et al., ACM MM 2022",
    Link = "https://arxiv.org/abs/2205.09443")]
public sealed class StGcnPp : GcnEncoder
{
    private static readonly GcnNames Names = new(DataNorm: "backbone.data_bn", Block: "backbone.gcn.", FirstBlock: 0);

    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is below 6.</exception>
    public StGcnPp(EncoderInput input, StGcnPpOptions options)
        : this(input, options, SkeletonGraph.StGcnPp(input?.Layout ?? throw new ArgumentNullException(nameof(input))))
    {
    }

    private StGcnPp(EncoderInput input, StGcnPpOptions options, SkeletonGraph graph)
        : base(
            input, graph, "ST-GCN++", Width(options),
            (inChannels, outChannels, stride, shortcut) => new StGcnPpBlock(graph, inChannels, outChannels, stride, shortcut),
            Names, normPerPerson: false)
    {
    }

    /// <inheritdoc/>
    public override (string Name, Module<Tensor, Tensor> Layer) Classifier(int classes) =>
        ("cls_head.fc_cls", new LinearClassifier(MapShape.Channels, classes, deviation: 0.01, zeroBias: true));

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new StGcnPpOptions();
        return new StGcnPp(input, options with { Width = settings.Width ?? options.Width });
    }

    private static int Width(StGcnPpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Width >= 6 // a channel for each branch
            ? options.Width
            : throw new ArgumentException($"the width of ST-GCN++ is at least 6; got {options.Width}");
    }
}

/// <summary>One block: out = ReLU(temporal(graph(x)) + shortcut(x)).</summary>
internal sealed class StGcnPpBlock : Module<Tensor, Tensor>
{
    private readonly GraphConvolution graph;
    private readonly BranchedTemporal temporal;
    private readonly Projection? projection;
    private readonly bool shortcut;

    internal StGcnPpBlock(SkeletonGraph skeleton, int inChannels, int outChannels, int stride, bool shortcut)
    {
        this.shortcut = shortcut;
        graph = Add("gcn", new GraphConvolution(skeleton, inChannels, outChannels));
        temporal = Add("tcn", new BranchedTemporal(outChannels, stride));
        if (shortcut && (inChannels != outChannels || stride != 1))
            projection = Add("residual", new Projection(inChannels, outChannels, stride, "conv", "bn", FirstWeights.Framework));
    }

    public override Tensor Forward(Tensor x)                                             // (N, C, T, V)
    {
        var ways = FanOut.Ways(x, shortcut ? 3 : 2, projection?.Stride ?? 1);
        var residual = shortcut ? projection?.Forward(ways[2]) ?? ways[2] : null;
        return temporal.Forward(graph.Forward(ways[0], ways[1]), residual);              // (N, C', T/stride, V)
    }

    /// <summary>
    /// Three relations r (self, inward, outward), whose graph A is learnt; the sum is over the first joint:
    ///   y[c,t,w] = Σ_r Σ_v A[r,v,w] (W x + b)[r,c,t,v],   out = ReLU(norm(y) + down(x))
    /// </summary>
    private sealed class GraphConvolution : Module
    {
        private readonly SkeletonGraph skeleton;
        private readonly Parameter adjacency;
        private readonly Conv2d convolution;
        private readonly Projection? down;
        private readonly BatchNorm norm;

        internal GraphConvolution(SkeletonGraph skeleton, int inChannels, int outChannels)
        {
            this.skeleton = skeleton;
            var (relations, v) = (skeleton.Relations, skeleton.Layout.JointCount);
            adjacency = Add("A", new Parameter(relations, v, v));
            convolution = Add("conv", new Conv2d(inChannels, relations * outChannels, (1, 1)));
            if (inChannels != outChannels)
                down = Add("down", new Projection(inChannels, outChannels, stride: 1, "0", "1", FirstWeights.Framework));
            norm = Add("bn", new BatchNorm(outChannels));
        }

        // The map twice: for the branch, and for the way around it.
        internal Tensor Forward(Tensor x, Tensor around)                                 // (N, C, T, V)
        {
            var values = Pointwise.Apply(x, convolution);                                // (N, R·C', T, V)
            var y = GraphAggregation.Apply(adjacency.Value.Transpose(1, 2).To(values.Type), values); // (N, C', T, V)
            return NormActivation.Apply(y, [norm], residual: down is null ? around : down.Forward(around));
        }

        protected override void ResetParameters(Generator random) =>
            Init.Copy(adjacency, skeleton.ToTensor());
    }

    /// <summary>
    /// Six branches of a sixth of the channels each, rounded down, the first of what is left, side by side:
    ///   0 to 3: 1×1, norm, ReLU, three taps over time with dilation 1 to 4      4: 1×1, norm, ReLU, largest of three frames
    ///   5: 1×1 on every stride-th frame
    /// then norm, ReLU, 1×1 and norm; the block's shortcut and its ReLU are part of that norm's kernel.
    /// </summary>
    private sealed class BranchedTemporal : Module
    {
        private const int Branches = 6, Taps = 3;

        private readonly int stride;
        private readonly long[] widths;                                                  // of the five branches that are normalised
        private readonly long narrow;                                                    // of all branches but the first
        private readonly Conv2d[] entries, temporal;
        private readonly BatchNorm[] entryNorms;
        private readonly Conv2d direct, transform;
        private readonly BatchNorm transformNorm, norm;

        internal BranchedTemporal(int channels, int stride)
        {
            this.stride = stride;
            narrow = channels / Branches;
            widths = [channels - (narrow * (Branches - 1)), narrow, narrow, narrow, narrow];
            entries = new Conv2d[widths.Length];
            entryNorms = new BatchNorm[widths.Length];
            temporal = new Conv2d[widths.Length - 1];
            for (var branch = 0; branch < entries.Length; branch++)
            {
                var c = widths[branch];
                entries[branch] = Add($"branches.{branch}.0", new Conv2d(channels, c, (1, 1)));
                entryNorms[branch] = Add($"branches.{branch}.1", new BatchNorm(c));
                if (branch == temporal.Length) continue;                                 // the last takes the largest
                var dilation = branch + 1;
                temporal[branch] = Add($"branches.{branch}.3.conv", new Conv2d(
                    c, c, (Taps, 1), stride: (stride, 1), padding: (dilation * (Taps - 1) / 2, 0), dilation: (dilation, 1)));
            }

            direct = Add("branches.5", new Conv2d(channels, narrow, (1, 1)));
            transformNorm = Add("transform.0", new BatchNorm(channels));
            transform = Add("transform.2", new Conv2d(channels, channels, (1, 1)));
            norm = Add("bn", new BatchNorm(channels));
        }

        /// <summary>Filters over time, adds the shortcut, and applies ReLU.</summary>
        /// <param name="x">(N, C, T, V).</param>
        /// <param name="residual">(N, C, ⌈T/stride⌉, V), or null.</param>
        /// <returns>(N, C, ⌈T/stride⌉, V).</returns>
        internal Tensor Forward(Tensor x, Tensor? residual)
        {
            var (entry, last) = Enter(x);
            var pieces = ChannelPieces.Of(NormActivation.Apply(entry, entryNorms), widths);
            Tensor[] branches =
            [
                .. temporal.Select((convolution, branch) => TemporalConvolution.Apply(pieces[branch], convolution)),
                Functional.MaxPool2d(pieces[^1], kernel: [Taps, 1], stride: [stride, 1], padding: [1, 0]),
                last,
            ];
            var y = NormActivation.Apply(Tensor.Cat(1, branches).Contiguous(MemoryFormat.ChannelsLast), [transformNorm]);
            return NormActivation.Apply(Pointwise.Apply(y, transform), [norm], residual);
        }

        // The first five entries, and the sixth: of the same map without a stride, and then one product.
        private (Tensor Entries, Tensor Direct) Enter(Tensor x)
        {
            if (stride == 1)
            {
                var both = ChannelPieces.Of(Pointwise.Apply(x, [.. entries, direct]), widths.Sum(), narrow);
                return (both[0], both[1]);
            }

            var ways = FanOut.Ways(x, 2, stride);
            return (Pointwise.Apply(ways[0], entries), Pointwise.Apply(ways[1], direct));
        }
    }
}
