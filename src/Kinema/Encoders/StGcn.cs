using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="StGcn"/>; the paper's values are the defaults.</summary>
/// <param name="Width">Channels of the first stage; the second and third have twice and four times as many.</param>
/// <param name="Dropout">Share of the numbers dropped behind each block's convolution over time but the first's, from 0 to below 1.</param>
/// <param name="Random">Source of what is dropped; needed only to train with dropout.</param>
/// <param name="LastWidth">
/// Channels of the last block; null for those of its stage. The encoder of CrosSCLR (Li et al., CVPR 2021) and of its successors, AimCLR and ActCLR
/// among them, is this network with a width of 16 and 256 channels in the end.
/// </param>
public sealed record StGcnOptions(int Width = 64, double Dropout = 0.5, Generator? Random = null, int? LastWidth = null);

/// <summary>
/// ST-GCN: Spatial Temporal Graph Convolutional Networks for Skeleton-Based Action Recognition (Yan et al., AAAI 2018, arXiv:1801.07455). Ten
/// blocks of a graph convolution, whose adjacency is the skeleton's times a learnt importance of each edge, and a convolution over nine frames.
/// 3,079,202 parameters on NW-UCLA with 10 classes, 3,098,832 on NTU RGB+D 60.
/// <para>
/// Same numbers as the authors' code, other order of work: maps are channels-last; aggregation, convolution over time and normalise-add-ReLU are
/// kernels of our own. Checkpoint names and shapes are the authors', who let persons share the statistics at the door. What is dropped is drawn
/// from a source of our own, so that a resumed run drops the same. The graph of NW-UCLA is our addition.
/// </para>
/// </summary>
[EncoderModel(
    "st-gcn",
    Paper = "Spatial Temporal Graph Convolutional Networks for Skeleton-Based Action Recognition, Yan et al., AAAI 2018",
    Link = "https://arxiv.org/abs/1801.07455",
    Keys = ["model.last-channels"])]
public sealed class StGcn : GcnEncoder
{
    private static readonly GcnNames Names = new(Block: "st_gcn_networks.", FirstBlock: 0);

    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is not positive, or the dropout is not from 0 to below 1.</exception>
    public StGcn(EncoderInput input, StGcnOptions options)
        : this(input, Checked(options), SkeletonGraph.StGcn(input?.Layout ?? throw new ArgumentNullException(nameof(input))))
    {
    }

    private StGcn(EncoderInput input, StGcnOptions options, SkeletonGraph graph)
        : this(input, options, graph, new Torch.Buffer(graph.ToTensor()))
    {
    }

    private StGcn(EncoderInput input, StGcnOptions options, SkeletonGraph graph, Torch.Buffer adjacency)
        : base(
            input, graph, "ST-GCN", options.Width,
            (inChannels, outChannels, stride, shortcut) => new StGcnBlock(adjacency, inChannels, outChannels, stride, shortcut, options),
            Names, normPerPerson: false, last: options.LastWidth)
    {
        Add("A", adjacency);
        // The authors keep what the blocks learn of the edges beside them.
        for (var i = 0; i < Blocks.Count; i++) Add($"edge_importance.{i}", ((StGcnBlock)Blocks[i]).Importance);
    }

    /// <inheritdoc/>
    public override bool DropsInside => true;

    /// <inheritdoc/>
    public override (string Name, Module<Tensor, Tensor> Layer) Classifier(int classes) =>
        ("fcn", new PointwiseClassifier(MapShape.Channels, classes, Projection.NarrowDeviation));

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new StGcnOptions();
        return new StGcn(
            input, options with
            {
                Width = settings.Width ?? options.Width, Dropout = settings.Dropout ?? options.Dropout, Random = settings.Random,
                LastWidth = settings.LastWidth,
            });
    }

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random) => Init.Normal(InputNorm.Weight, 1, Projection.NarrowDeviation, random);

    // Before anything is made: what a constructor leaves behind when it throws is nobody's to free.
    private static StGcnOptions Checked(StGcnOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Width <= 0) throw new ArgumentException($"the width of ST-GCN is positive; got {options.Width}");
        if (options.LastWidth <= 0) throw new ArgumentException($"the last width of ST-GCN is positive; got {options.LastWidth}");
        return options.Dropout is >= 0 and < 1
            ? options
            : throw new ArgumentException($"the dropout of ST-GCN is from 0 to below 1; got {options.Dropout}");
    }
}

/// <summary>One block: out = ReLU(temporal(graph(x)) + shortcut(x)).</summary>
internal sealed class StGcnBlock : Module<Tensor, Tensor>
{
    private readonly Torch.Buffer adjacency;
    private readonly Graph graph;
    private readonly Temporal temporal;
    private readonly Projection? projection;
    private readonly bool shortcut;

    internal StGcnBlock(Torch.Buffer adjacency, int inChannels, int outChannels, int stride, bool shortcut, StGcnOptions options)
    {
        (this.adjacency, this.shortcut) = (adjacency, shortcut);
        Importance = new Parameter(adjacency.Value.Sizes.ToArray());
        graph = Add("gcn", new Graph(inChannels, outChannels, (int)adjacency.Value.Size(0)));
        temporal = Add("tcn", new Temporal(outChannels, stride, shortcut ? options : options with { Dropout = 0 }));
        if (shortcut && (inChannels != outChannels || stride != 1))
            projection = Add("residual", new Projection(inChannels, outChannels, stride, "0", "1", FirstWeights.Narrow));
    }

    /// <summary>How much each edge counts, (R, V, V); a part of the network and not of the block.</summary>
    internal Parameter Importance { get; }

    public override Tensor Forward(Tensor x)                                             // (N, C, T, V)
    {
        var ways = FanOut.Ways(x, shortcut ? 2 : 1, projection?.Stride ?? 1);
        // h[c,t,w] = Σ_r Σ_v (A · importance)[r,v,w] y[r,c,t,v]: the sum is over the first joint.
        var weights = (adjacency.Value * Importance.Value).Transpose(1, 2);
        var values = graph.Forward(ways[0]);                                             // (N, R·C', T, V)
        var h = GraphAggregation.Apply(weights.To(values.Type), values);                 // (N, C', T, V)
        return temporal.Forward(h, shortcut ? projection?.Forward(ways[1]) ?? ways[1] : null);
    }

    protected override void ResetParameters(Generator random) => Init.Constant(Importance, 1);

    /// <summary>The convolution to all relations, r after r.</summary>
    private sealed class Graph : Module<Tensor, Tensor>
    {
        private readonly Conv2d convolution;

        internal Graph(int inChannels, int outChannels, int relations) =>
            convolution = Add("conv", new Conv2d(inChannels, relations * outChannels, (1, 1)));

        public override Tensor Forward(Tensor x) => Pointwise.Apply(x, convolution);

        protected override void ResetParameters(Generator random)
        {
            Init.Normal(convolution.Weight, 0, Projection.NarrowDeviation, random);
            Init.Constant(convolution.Bias!, 0);
        }
    }

    /// <summary>Norm, ReLU, nine frames become one, norm, dropout.</summary>
    private sealed class Temporal : Module
    {
        private const int Taps = 9;

        private readonly BatchNorm first, last;
        private readonly Conv2d convolution;
        private readonly double share;
        private readonly Dropout? dropout;

        internal Temporal(int channels, int stride, StGcnOptions options)
        {
            first = Add("0", new BatchNorm(channels));
            convolution = Add("2", new Conv2d(channels, channels, (Taps, 1), stride: (stride, 1), padding: ((Taps - 1) / 2, 0)));
            last = Add("3", new BatchNorm(channels));
            share = options.Dropout;
            if (share > 0 && options.Random is { } random) dropout = Add("", new Dropout(share, random));
        }

        internal Tensor Forward(Tensor x, Tensor? residual)
        {
            var y = TemporalConvolution.Apply(NormActivation.Apply(x, [first]), convolution);
            if (share == 0 || !Training) return NormActivation.Apply(y, [last], residual);
            if (dropout is null)
                throw new InvalidOperationException($"ST-GCN drops a share of {share} while it trains: it wants a source of random numbers, or dropout 0");
            y = dropout.Forward(NormActivation.Apply(y, [last], relu: false));           // between the norm and the addition
            return (residual is null ? y : y + residual).Relu();
        }

        protected override void ResetParameters(Generator random)
        {
            Init.Normal(convolution.Weight, 0, Projection.NarrowDeviation, random);
            Init.Constant(convolution.Bias!, 0);
            foreach (var norm in (BatchNorm[])[first, last]) Init.Normal(norm.Weight, 1, Projection.NarrowDeviation, random);
        }
    }
}
