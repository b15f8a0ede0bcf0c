using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Topology;
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
/// shapes are the authors'. Their network takes the joints beside the stream to classify; ours takes the topology of what it is given.
/// </para>
/// </summary>
[EncoderModel(
    "blockgcn",
    Paper = "BlockGCN: Redefine Topology Awareness for Skeleton-Based Action Recognition, Zhou et al., CVPR 2024",
    Link = "https://openaccess.thecvf.com/content/CVPR2024/html/Zhou_BlockGCN_Redefine_Topology_Awareness_for_Skeleton-Based_Action_Recognition_CVPR_2024_paper.html")]
public sealed class BlockGcn : Encoder
{
    private const string Title = "BlockGCN";

    private readonly bool ownTopology;
    private readonly Parameter position;
    private readonly Linear embedding;
    private readonly BatchNorm dataNorm;
    private readonly List<BlockGcnBlock> blocks = [];
    private readonly List<TopologyShift> shifts = [];
    private readonly TopologyVector topology;

    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is not a positive multiple of 8.</exception>
    public BlockGcn(EncoderInput input, BlockGcnOptions options)
        : base(input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        var width = options.Width;
        if (width <= 0 || width % BlockGcnBlock.Heads != 0)
            throw new ArgumentException($"the width of BlockGCN is a positive multiple of {BlockGcnBlock.Heads}; got {width}");
        ownTopology = options.OwnTopology;
        Graph = SkeletonGraph.BlockGcn(input.Layout);
        int[] hops = [.. Graph.Hops().Cast<int>()];
        var between = Add("hops", new Torch.Buffer(Tensor.From<long>([.. hops.Select(hop => (long)hop)], hops.Length), persistent: false));
        position = Add("pos_embedding", new Parameter(1, input.Joints, width));
        embedding = Add("to_joint_embedding", new Linear(input.Channels, width));
        dataNorm = Add("data_bn", new BatchNorm(input.Persons * input.Joints * width));
        topology = Add("topo.pl", new TopologyVector());
        int[] channels = [width, width, width, width, 2 * width, 2 * width, 2 * width, 2 * width, 2 * width, 2 * width];
        var (from, frames) = (width, input.Frames);
        for (var i = 0; i < channels.Length; i++)
        {
            var stride = i is 4 or 7 ? 2 : 1;
            shifts.Add(Add($"t{i}", new TopologyShift(from)));
            blocks.Add(Add($"l{i + 1}", new BlockGcnBlock(between, input.Joints, hops.Max() + 1, from, channels[i], stride)));
            (from, frames) = (channels[i], (frames + stride - 1) / stride);
        }

        MapShape = new FeatureMapShape(from, frames, input.Joints, input.Persons);
    }

    /// <summary>
    /// The joints of the next clips, (N, C, T, V, M), where the clips themselves are something else, bones for one; null takes the topology of the
    /// clips. The caller keeps and frees them.
    /// </summary>
    public Tensor? Joints { get; set; }

    /// <inheritdoc/>
    public override FeatureMapShape MapShape { get; }

    /// <inheritdoc/>
    public override SkeletonGraph Graph { get; }

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new BlockGcnOptions();
        return new BlockGcn(input, options with { Width = settings.Width ?? options.Width });
    }

    /// <inheritdoc/>
    public override EncoderFeatures Forward(Tensor input)                                // (N, C, T, V, M)
    {
        var vectors = PerPerson(Vectors(input));                                         // (N·M, 64)
        var x = Embed(input);                                                            // (N·M, C, T, V)
        for (var i = 0; i < blocks.Count; i++) x = Block(i, x, vectors);                 // (N·M, 2·width, T/4, V)
        return new EncoderFeatures(x, MeanOverAll(x));
    }

    /// <inheritdoc/>
    /// <remarks>The first is the vector that topology gives, (N, 64), under the name <c>topo</c>.</remarks>
    public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input)
    {
        var clips = Vectors(input);
        yield return ("topo", clips);
        var vectors = PerPerson(clips);
        var x = Embed(input);
        for (var i = 0; i < blocks.Count; i++)
        {
            x = Block(i, x, vectors);
            yield return ($"l{i + 1}", x);
        }
    }

    internal override void TakeRecorded(Func<string, Tensor?> recorded) => Joints = recorded("input_joint");

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random) => Init.Normal(position, 0, 1, random);

    private Tensor Embed(Tensor input)
    {
        // The norm takes out what the joint's own place adds, but checkpoints hold it.
        var rows = Pointwise.Rows(input.Permute(0, 2, 4, 3, 1), embedding) + position.Value; // (N, T, M, V, C)
        return DataNorm.Apply(rows.Permute(0, 4, 1, 3, 2), dataNorm);                    // (N·M, C, T, V)
    }

    private Tensor Vectors(Tensor input)                                                 // (N, 64)
    {
        Input.Check(input, Title);
        if (Joints is not { } joints) return topology.Forward(input);
        Input.Check(joints, Title);
        return joints.Size(0) == input.Size(0)
            ? topology.Forward(joints)
            : throw new ArgumentException($"{Title} takes joints for as many clips as there are: {input.ShapeText()}; got {joints.ShapeText()}");
    }

    // Rows are n·M + m.
    private Tensor PerPerson(Tensor vectors)
    {
        var (n, persons) = (vectors.Size(0), Input.Persons);
        if (persons == 1) return vectors;
        return ownTopology
            ? vectors.Unsqueeze(1).Expand(n, persons, TopologyVector.Size).Reshape(n * persons, TopologyVector.Size)
            : Tensor.Cat(0, [.. Enumerable.Repeat(vectors, persons)]);
    }

    private Tensor Block(int index, Tensor x, Tensor vectors) => Alone(() => blocks[index].Forward(x + shifts[index].Forward(vectors)));
}

/// <summary>
/// What persistent homology says of a clip, as 64 numbers: of each death l of its joints' clusters (see <see cref="JointTopology"/>) how near it is
/// to centres c, with sharpness s. A cluster is a point (0, l): born at 0.
///   a_k = Σ_l exp(-s_k0² c_k0² - s_k1² (c_k1 - l)²)
/// </summary>
internal sealed class TopologyVector : Module<Tensor, Tensor>
{
    internal const int Size = 64;

    private readonly Parameter centres, sharpness;

    internal TopologyVector()
    {
        centres = Add("centres", new Parameter(Size, 2));
        sharpness = Add("sharpness", new Parameter(Size, 2));
    }

    public override Tensor Forward(Tensor input)                                         // (N, C, T, V, M) to (N, 64)
    {
        ArgumentNullException.ThrowIfNull(input);
        long n = input.Size(0), bars = input.Size(3) - 1;
        var deaths = JointTopology.Of(input.ToArray<double>(), (int)input.Size(1), (int)input.Size(2), (int)input.Size(3), (int)input.Size(4)).Deaths;
        Tensor birthCentre = centres.Value.Select(1, 0), deathCentre = centres.Value.Select(1, 1);       // (64)
        Tensor birthSharpness = sharpness.Value.Select(1, 0), deathSharpness = sharpness.Value.Select(1, 1);
        var birth = birthSharpness * birthCentre;
        var far = (deathCentre - Place(deaths, n, bars, 1)) * deathSharpness;            // (N, V-1, 64)
        var heights = (-(birth * birth) - (far * far)).Exp();
        if (Array.IndexOf(deaths, 0.0) < 0) return heights.Sum(1);

        // The authors' library leaves out clusters that die where they are born, and fills the batch up with points whose height is 1.
        double[] alive = [.. deaths.Select(death => death == 0 ? 0.0 : 1.0)];
        double[] counts = [.. alive.Chunk((int)bars).Select(clip => clip.Sum())];
        double[] missing = [.. counts.Select(count => counts.Max() - count)];
        return (heights * Place(alive, n, bars, 1)).Sum(1) + Place(missing, n, 1);
    }

    protected override void ResetParameters(Generator random)
    {
        Init.Uniform(centres, 0, 1, random);
        Init.Constant(sharpness, 3);
    }

    private Tensor Place(double[] values, params long[] shape) =>
        Tensor.From<double>(values, shape).To(centres.Value.Type).Upload(centres.Value.Device);
}

/// <summary>What a block is told of topology: one number a channel, the same for all joints and frames. ReLU(norm(W a + b)).</summary>
internal sealed class TopologyShift : Module<Tensor, Tensor>
{
    private readonly Linear linear;
    private readonly BatchNorm norm;

    internal TopologyShift(int channels)
    {
        linear = Add("mlp", new Linear(TopologyVector.Size, channels));
        norm = Add("bn", new BatchNorm(channels));
    }

    public override Tensor Forward(Tensor input) =>                                      // (N·M, 64) to (N·M, C, 1, 1)
        NormActivation.Apply(Pointwise.Rows(input, linear).Reshape(input.Size(0), -1, 1, 1), [norm]);
}

/// <summary>One block: out = ReLU(temporal(graph(x)) + shortcut(x)).</summary>
internal sealed class BlockGcnBlock : Module<Tensor, Tensor>
{
    internal const int Heads = 8;

    private readonly GraphConvolution graph;
    private readonly MultiScaleTemporal temporal;
    private readonly Projection? projection;

    internal BlockGcnBlock(Torch.Buffer hops, int joints, int distances, int inChannels, int outChannels, int stride)
    {
        graph = Add("gcn1", new GraphConvolution(hops, joints, distances, inChannels, outChannels));
        temporal = Add("tcn1", new MultiScaleTemporal(outChannels, stride));
        if (inChannels != outChannels || stride != 1) projection = Add("residual", new Projection(inChannels, outChannels, stride, "conv", "bn"));
    }

    public override Tensor Forward(Tensor input)                                         // (N, C, T, V)
    {
        var ways = FanOut.Ways(input, 3);
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

        private readonly Torch.Buffer hops;
        private readonly Parameter own, relative;
        private readonly Conv2d[] mixing;
        private readonly Projection? down;
        private readonly BatchNorm norm;

        internal GraphConvolution(Torch.Buffer hops, int joints, int distances, int inChannels, int outChannels)
        {
            this.hops = hops;
            own = Add("fc1", new Parameter(Sets, Heads, joints, joints));
            relative = Add("rpe", new Parameter(Sets, Heads, distances));
            // Weights of eight groups: (C', C/8, 1, 1).
            mixing = [.. Enumerable.Range(0, Sets).Select(i => Add($"fc2.{i}", new Conv2d(inChannels / Heads, outChannels, (1, 1))))];
            if (inChannels != outChannels) down = Add("down", new Projection(inChannels, outChannels, stride: 1, "0", "1"));
            norm = Add("bn", new BatchNorm(outChannels));
        }

        // The map twice, for the branch and for the way around it.
        internal Tensor Forward(Tensor x, Tensor around)                                 // (N, C, T, V)
        {
            var values = Mix(x);                                                         // (N, 3·C', T, V)
            var graph = Graphs(values.Size(1) / Sets).To(values.Type);                   // (3, 1, V, V, C')
            var bias = Tensor.Stack(0, [.. mixing.Select(conv => conv.Bias!.Value)]).Sum(0).To(values.Type);
            var y = GraphAggregation.Apply(graph, values, bias);                         // (N, C', T, V)
            return NormActivation.Apply(y, [norm], residual: down is null ? around : down.Forward(around));
        }

        protected override void ResetParameters(Generator random)
        {
            var joints = (int)own.Value.Size(2);
            var identity = new float[joints * joints];
            for (var joint = 0; joint < joints; joint++) identity[joint * (joints + 1)] = 1;
            Init.Copy(own, Tensor.From<float>(identity, joints, joints).Expand(own.Value.Sizes.ToArray()));
            Init.Constant(relative, 0);
            foreach (var convolution in mixing)
            {
                Init.KaimingNormalFanOut(convolution.Weight, random);
                Init.Constant(convolution.Bias!, 0);
            }
        }

        // How much joint v gives to joint w in each channel, w first. In single precision also under bf16: where rpe is still 0, its gradient is
        // ten thousand times as large as that of what it makes.
        private Tensor Graphs(long channels)
        {
            var steps = relative.Value.IndexSelect(2, hops.Value).Reshape(own.Value.Sizes.ToArray());
            var a = Unit(own.Value) + Unit(steps);                                       // (3, H, V, V)
            var joints = a.Size(2);
            return a.Permute(0, 3, 2, 1).Unsqueeze(4).Expand(-1, -1, -1, -1, channels / Heads).Reshape(Sets, 1, joints, joints, channels);
        }

        // The gradient of the length of nothing is 0 by libtorch's rule, not NaN.
        private static Tensor Unit(Tensor graphs) => graphs / (graphs.Norm(2, keepDim: true) + Least);

        // One product a head for all three sets; channels of the result are set, head, channel.
        private Tensor Mix(Tensor x)
        {
            var (n, c, t, v) = x.Sizes4();
            var group = c / Heads;
            var weights = Tensor.Stack(0, [.. mixing.Select(conv => conv.Weight.Value.View(Heads, -1, group))])  // (3, H, C'/H, C/H)
                .Permute(1, 3, 0, 2).Reshape(Heads, group, -1);                          // (H, C/H, 3·C'/H)
            var rows = x.Permute(0, 2, 3, 1).Reshape(n * t * v, Heads, group).Transpose(0, 1); // (H, N·T·V, C/H)
            return rows.MatMul(weights).To(x.Type)                                       // (H, N·T·V, 3·C'/H)
                .Reshape(Heads, n, t, v, Sets, -1).Permute(1, 2, 3, 4, 0, 5).Reshape(n, t, v, -1).Permute(0, 3, 1, 2);
        }
    }
}
