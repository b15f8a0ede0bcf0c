using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="BlockGcn"/>; the paper's values are the defaults.</summary>
/// <param name="Width">Channels of the first four blocks; the others have twice as many. Divisible by 8.</param>
/// <param name="OwnTopology">
/// Whether every person of a clip gets the topology of his own clip. The authors' code repeats the topologies of the batch as a whole, while
/// persons are next to each other: with two persons a row r of the map gets the topology of clip r mod N. Published weights were trained so.
/// </param>
public sealed record BlockGcnOptions(int Width = 128, bool OwnTopology = false);

/// <summary>
/// BlockGCN: Redefine Topology Awareness for Skeleton-Based Action Recognition (Zhou et al., CVPR 2024). Ten blocks of a graph convolution whose
/// channels are in eight heads, each with graphs of its own that are learnt or depend on the number of bones between two joints, and a
/// multi-scale temporal convolution. Before each block the map is told the clip's topology, by persistent homology. 1,297,370 parameters on
/// NW-UCLA with 10 classes, 1,372,780 on NTU RGB+D 60, 1,388,200 on NTU RGB+D 120.
/// <para>
/// Same numbers as the authors' code, other order of work: maps are channels-last; the three convolutions in groups are one batched product
/// and come before the joints are aggregated instead of after, since both are linear and keep to their head; their biases come after.
/// Aggregation, temporal branches and normalise-add-ReLU are kernels of our own, persistent homology is a spanning tree. Checkpoint names and
/// shapes are the authors'. The topology is of the joints whatever the stream, as theirs: the pipeline makes it, clip by clip, and the network
/// divides it by the batch's unit. Without one it is that of the clips.
/// </para>
/// </summary>
[EncoderModel(
    "blockgcn",
    Paper = "BlockGCN: Redefine Topology Awareness for Skeleton-Based Action Recognition, Zhou et al., CVPR 2024",
    Link = "https://openaccess.thecvf.com/content/CVPR2024/html/Zhou_BlockGCN_Redefine_Topology_Awareness_for_Skeleton-Based_Action_Recognition_CVPR_2024_paper.html",
    Keys = ["model.own-topology"])]
public sealed class BlockGcn : Encoder
{
    private const string Title = "BlockGCN";

    private readonly JointEmbedding door;
    private readonly List<BlockGcnBlock> blocks = [];
    private readonly List<TopologyShift> shifts = [];
    private readonly TopologyVector topologies;
    private Tensor? recordedJoints;

    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is not a positive multiple of 8.</exception>
    public BlockGcn(EncoderInput input, BlockGcnOptions options)
        : base(input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        var width = CheckWidth(Title, options.Width, BlockGcnBlock.Heads);
        OwnTopology = options.OwnTopology;
        Graph = SkeletonGraph.BlockGcn(input.Layout);
        var between = Add("hops", new Torch.Buffer(Distances(Graph), persistent: false));
        door = Add("", new JointEmbedding(input, width));
        topologies = Add("topo.pl", new TopologyVector());
        int[] channels = [width, width, width, width, 2 * width, 2 * width, 2 * width, 2 * width, 2 * width, 2 * width];
        var (from, frames) = (width, input.Frames);
        for (var i = 0; i < channels.Length; i++)
        {
            var stride = i is 4 or 7 ? 2 : 1;
            shifts.Add(Add($"t{i}", new TopologyShift(from)));
            blocks.Add(Add($"l{i + 1}", new BlockGcnBlock(between, input.Joints, from, channels[i], stride)));
            (from, frames) = (channels[i], (frames + stride - 1) / stride);
        }

        MapShape = new FeatureMapShape(from, frames, input.Joints, input.Persons);
    }

    /// <inheritdoc/>
    public override FeatureMapShape MapShape { get; }

    /// <inheritdoc/>
    public override SkeletonGraph Graph { get; }

    /// <summary>Whether every person of a clip gets the topology of his own clip.</summary>
    public bool OwnTopology { get; }

    /// <inheritdoc/>
    public override bool ReadsTopology => true;

    /// <summary>The largest distance of a batch is the unit of its topologies.</summary>
    public override bool ScoresDependOnBatch => true;

    /// <summary>Topologies are normalised over the clips of a batch: of two the norm leaves signs, of one nothing.</summary>
    public override int LeastClips => 3;

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new BlockGcnOptions();
        return new BlockGcn(input, new BlockGcnOptions(settings.Width ?? options.Width, settings.OwnTopology));
    }

    /// <inheritdoc/>
    public override EncoderFeatures Forward(Tensor input) => Forward(input, topology: null);

    /// <inheritdoc/>
    public override EncoderFeatures Forward(Tensor input, Tensor? topology)              // (N, C, T, V, M), (N, V)
    {
        Input.Check(input, Title);
        var vectors = PerPerson(topologies.Forward(Check(topology, input) ?? Own(input))); // (N·M, 64)
        var x = Through(door.Forward(input), Named(vectors));                            // (N·M, 2·width, T/4, V)
        return new EncoderFeatures(x, MeanOverAll(x));
    }

    /// <inheritdoc/>
    /// <remarks>The first is the vector that topology gives, (N, 64), under the name <c>topo</c>.</remarks>
    public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input)
    {
        Input.Check(input, Title);
        var vectors = topologies.Forward(Own(input));
        return Along(door.Forward(input), Named(PerPerson(vectors))).Prepend(("topo", vectors));
    }

    internal override void TakeRecorded(Func<string, Tensor?> recorded) => recordedJoints = recorded("input_joint");

    private IEnumerable<(string Name, Func<Tensor, Tensor> Run)> Named(Tensor vectors) =>
        blocks.Select((block, i) => ($"l{i + 1}", (Func<Tensor, Tensor>)(x => block.Forward(x + shifts[i].Forward(vectors)))));

    // Which pairs of joints are how many bones apart: (distances, V·V) of zeros and ones.
    private static Tensor Distances(SkeletonGraph graph)
    {
        int[] hops = [.. graph.Hops().Cast<int>()];
        var pairs = new float[(hops.Max() + 1) * hops.Length];
        for (var pair = 0; pair < hops.Length; pair++) pairs[(hops[pair] * hops.Length) + pair] = 1;
        return Tensor.From<float>(pairs, hops.Max() + 1, hops.Length);
    }

    private Tensor Own(Tensor input) => TopologyVector.Of(recordedJoints ?? input);      // (N, V)

    private Tensor? Check(Tensor? topology, Tensor input) =>
        topology is null || (topology.Dims == 2 && topology.Size(0) == input.Size(0) && topology.Size(1) == Input.Joints)
            ? topology
            : throw new ArgumentException($"{Title} takes topologies (N, V) = ({input.Size(0)}, {Input.Joints}); got {topology.ShapeText()}");

    // Rows are n·M + m.
    private Tensor PerPerson(Tensor vectors)
    {
        var (n, persons) = (vectors.Size(0), Input.Persons);
        if (persons == 1) return vectors;
        return OwnTopology
            ? vectors.Unsqueeze(1).Expand(n, persons, TopologyVector.Size).Reshape(n * persons, TopologyVector.Size)
            : Tensor.Cat(0, [.. Enumerable.Repeat(vectors, persons)]);
    }
}

/// <summary>One block: out = ReLU(temporal(graph(x)) + shortcut(x)).</summary>
internal sealed class BlockGcnBlock : Module<Tensor, Tensor>
{
    internal const int Heads = 8;

    private readonly GraphConvolution graph;
    private readonly MultiScaleTemporal temporal;
    private readonly Projection? projection;

    internal BlockGcnBlock(Torch.Buffer hops, int joints, int inChannels, int outChannels, int stride)
    {
        graph = Add("gcn1", new GraphConvolution(hops, joints, inChannels, outChannels));
        temporal = Add("tcn1", new MultiScaleTemporal(outChannels, stride));
        if (inChannels != outChannels || stride != 1) projection = Add("residual", new Projection(inChannels, outChannels, stride, "conv", "bn"));
    }

    public override Tensor Forward(Tensor input)                                         // (N, C, T, V)
    {
        var ways = FanOut.Ways(input, 3, projection?.Stride ?? 1);
        var residual = projection?.Forward(ways[2]) ?? ways[2];
        return temporal.Forward(graph.Forward(ways[0], ways[1]), residual);              // (N, C', T/stride, V)
    }

    /// <summary>
    /// Three sets i of graphs, one for each of eight heads h of consecutive channels. All graphs are learnt: one of every two joints, and one of
    /// the number of bones between them. Both are divided by their lengths over the joints v that give:
    ///   A[i,h,v,w] = F / (|F|_v + ε) + P / (|P|_v + ε),   F = fc1[i,h,v,w],  P = rpe[i,h,hops(v,w)],  ε = 1e-4
    ///   y[c,t,w] = Σ_i Σ_v A[i,h(c),v,w] (W_i x)[i,c,t,v] + Σ_i b_i[c],   out = ReLU(norm(y) + down(x))
    /// W_i keeps to the heads: channels of a head become channels of the same head.
    /// </summary>
    private sealed class GraphConvolution : Module
    {
        private const int Sets = 3;
        private const double Least = 1e-4;

        private readonly Torch.Buffer hops;                                             // (distances, V·V) of zeros and ones
        private readonly Parameter own, relative;
        private readonly Conv2d[] mixing;
        private readonly Projection? down;
        private readonly BatchNorm norm;

        internal GraphConvolution(Torch.Buffer hops, int joints, int inChannels, int outChannels)
        {
            this.hops = hops;
            own = Add("fc1", new Parameter(Sets, Heads, joints, joints));
            relative = Add("rpe", new Parameter(Sets, Heads, hops.Value.Size(0)));
            // Weights of eight groups: (C', C/8, 1, 1).
            mixing = [.. Enumerable.Range(0, Sets).Select(i => Add($"fc2.{i}", new Conv2d(inChannels / Heads, outChannels, (1, 1))))];
            if (inChannels != outChannels) down = Add("down", new Projection(inChannels, outChannels, stride: 1, "0", "1"));
            norm = Add("bn", new BatchNorm(outChannels));
        }

        // The map twice, for the branch and for the way around it. To the aggregation every head of a clip is a clip with graphs of its own.
        internal Tensor Forward(Tensor x, Tensor around)                                 // (N, C, T, V)
        {
            var (n, _, t, v) = x.Sizes4();
            var values = Mix(x).Reshape(Heads * n, t, v, -1).Permute(0, 3, 1, 2);        // (H·N, 3·C'/H, T, V)
            var graph = Graphs().Unsqueeze(2).Expand(Sets, Heads, n, v, v).Reshape(Sets, Heads * n, v, v).To(values.Type);
            var heads = GraphAggregation.Apply(graph, values).Permute(0, 2, 3, 1);       // (H·N, T, V, C'/H)
            var y = heads.Reshape(Heads, n * t * v, -1).Transpose(0, 1).Reshape(n, t, v, -1) + Pointwise.SumOfBiases(mixing).To(values.Type);
            return NormActivation.Apply(y.Permute(0, 3, 1, 2), [norm], residual: down is null ? around : down.Forward(around)); // (N, C', T, V)
        }

        protected override void ResetParameters(Generator random)
        {
            Init.Identity(own);
            Init.Constant(relative, 0);
            ConvolutionStart.Kaiming(random, mixing);
        }

        // How much joint v gives to joint w in each head, w first: (3, H, V, V). In single precision also under bf16: where rpe is still 0, its
        // gradient is ten thousand times as large as that of what it makes.
        private Tensor Graphs()
        {
            // Picked by number, their gradients would be added up in any order on an accelerator; and no product, which bf16 would round.
            var steps = (relative.Value.Unsqueeze(3) * hops.Value).Sum(2).Reshape(own.Value.Sizes.ToArray());
            return (Unit(own.Value) + Unit(steps)).Transpose(2, 3);
        }

        // The gradient of the length of nothing is 0 by libtorch's rule, not NaN.
        private static Tensor Unit(Tensor graphs) => graphs / (graphs.Norm(2, keepDim: true) + Least);

        // One product a head for all three sets, (H, N·T·V, 3·C'/H).
        private Tensor Mix(Tensor x)
        {
            var (n, c, t, v) = x.Sizes4();
            var group = c / Heads;
            var weights = Tensor.Stack(0, [.. mixing.Select(conv => conv.Weight.Value.View(Heads, -1, group))])  // (3, H, C'/H, C/H)
                .Permute(1, 3, 0, 2).Reshape(Heads, group, -1);                          // (H, C/H, 3·C'/H)
            var rows = x.Permute(0, 2, 3, 1).Reshape(n * t * v, Heads, group).Transpose(0, 1); // (H, N·T·V, C/H)
            return Functional.Bmm(rows, weights).To(x.Type);
        }
    }
}
