using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>Options of <see cref="InfoGcn"/>; the authors' values are the defaults.</summary>
/// <param name="Width">Channels of the first stage; the second has twice, the third four times as many, and so has the latent vector. Divisible by 8.</param>
/// <param name="Hops">
/// k: from each joint the one k bones nearer the root is taken, on NW-UCLA, whose list of pairs is the other way round, the sum of those k bones
/// farther. Null takes nothing away: the joints themselves.
/// </param>
/// <param name="Heads">H, attention maps of a block.</param>
/// <param name="NoiseRatio">What the latent vector's log variance is multiplied by before the noise is drawn.</param>
/// <param name="PriorLength">
/// Length of the vectors that the classes' latent means are drawn to, which are orthogonal; of more classes than the latent vector has numbers, of the
/// columns of the matrix of those vectors.
/// </param>
/// <param name="PriorWeight">λ₂, weight of the distance between the classes' means and those vectors.</param>
/// <param name="MeanWeight">λ₁, weight of the length of the mean over the batch.</param>
/// <param name="Random">Source of the noise while training; null for none.</param>
public sealed record InfoGcnOptions(
    int Width = 64, int? Hops = null, int Heads = 3, double NoiseRatio = 0.5, double PriorLength = 3, double PriorWeight = 0.1, double MeanWeight = 1e-4,
    Generator? Random = null);

/// <summary>
/// InfoGCN: Representation Learning for Human Skeleton-Based Action Recognition (Chi et al., CVPR 2022). Each joint is seen from one k bones
/// away and lifted to 64 channels; nine blocks of a graph convolution, whose graph is attention between the joints of each frame times a learnt
/// topology, and CTR-GCN's multi-scale temporal convolution; then a latent vector, whose noise and whose losses press what it holds of the clip
/// down to its class. 1,533,722 parameters on NW-UCLA with 10 classes, 1,556,807 on NTU RGB+D 60.
/// <para>
///   h = ReLU(W g + b),   z = μ(h) + min(exp(ρ log σ²(h)), 100) ε  while training, μ(h) else;   g the pooled map, ε standard normal
///   L = CE + λ₂ mean over the classes c of the batch |mean of z in c - prior(c)|²/D + λ₁ |mean of z|
/// </para>
/// <para>
/// Same numbers as the authors' code, other order of work: maps are channels-last; the layer norm's γ and β go into the weights of queries and
/// keys; the heads' output convolutions are one product, before the joints are aggregated instead of after, since both are linear, and their
/// biases come after; to the aggregation every frame is a clip with a graph of its own. The neighbours k bones away are subtracted and not
/// multiplied by a matrix, which bf16 would round. The priors come from a seed of the class and not of the run, so that no checkpoint has to
/// hold them. Checkpoint names and shapes are the authors'.
/// </para>
/// </summary>
[EncoderModel(
    "infogcn",
    Paper = "InfoGCN: Representation Learning for Human Skeleton-Based Action Recognition, Chi et al., CVPR 2022",
    Link = "https://openaccess.thecvf.com/content/CVPR2022/html/Chi_InfoGCN_Representation_Learning_for_Human_Skeleton-Based_Action_Recognition_CVPR_2022_paper.html",
    Keys = ["model.hops"])]
public sealed class InfoGcn : Encoder
{
    private const double LargestDeviation = 100;

    private readonly InfoGcnOptions options;
    private readonly List<Torch.Buffer> neighbors = [];
    private readonly JointEmbedding door;
    private readonly Linear hidden, mean, logVariance;
    private readonly List<InfoGcnBlock> blocks = [];
    private LatentClassifier? classifier;                                                // the last one asked for
    private Tensor? noise;

    /// <summary>Builds the network. The blocks are called l1 to l9.</summary>
    /// <exception cref="ArgumentException">The width is not a positive multiple of 8, or another option is out of its range.</exception>
    public InfoGcn(EncoderInput input, InfoGcnOptions options)
        : base(input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        Check(options);
        if (options.Hops >= input.Joints)
            throw new ArgumentException(
                $"InfoGCN takes from a joint the one k bones away, fewer than the V = {input.Joints} joints of {input.Layout.Name}; got k = {options.Hops}; "
                + "null leaves the joints as they are");
        this.options = options;
        Graph = SkeletonGraph.InfoGcn(input.Layout, options.Hops ?? input.Joints);
        foreach (var neighbor in Neighbors(Graph))
            neighbors.Add(Add($"neighbors.{neighbors.Count}", new Torch.Buffer(Tensor.From<long>(neighbor, neighbor.Length), persistent: false)));
        var (width, latent) = (options.Width, 4 * options.Width);
        door = Add("", new JointEmbedding(input, width));
        int[] channels = [width, width, width, 2 * width, 2 * width, 2 * width, latent, latent, latent];
        var (from, frames) = (width, input.Frames);
        for (var i = 0; i < channels.Length; i++)
        {
            var stride = channels[i] != from ? 2 : 1;
            blocks.Add(Add($"l{i + 1}", new InfoGcnBlock(input.Joints, from, channels[i], stride, options.Heads)));
            (from, frames) = (channels[i], (frames + stride - 1) / stride);
        }

        hidden = Add("fc", new Linear(latent, latent));
        mean = Add("fc_mu", new Linear(latent, latent));
        logVariance = Add("fc_logvar", new Linear(latent, latent));
        MapShape = new FeatureMapShape(latent, frames, input.Joints, input.Persons);
    }

    /// <inheritdoc/>
    public override FeatureMapShape MapShape { get; }

    /// <inheritdoc/>
    public override SkeletonGraph Graph { get; }

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new InfoGcnOptions();
        return new InfoGcn(input, options with { Width = settings.Width ?? options.Width, Hops = settings.Hops, Random = settings.Random });
    }

    /// <inheritdoc/>
    /// <remarks>The priors of the classes come with it.</remarks>
    public override (string Name, Module<Tensor, Tensor> Layer) Classifier(int classes) =>
        ("decoder", classifier = new LatentClassifier(MapShape.Channels, classes, options.PriorLength));

    /// <summary>The map, and the latent vector z as the pooled features.</summary>
    public override EncoderFeatures Forward(Tensor input)                                // (N, C, T, V, M)
    {
        var x = Through(Door(input), Named());                                           // (N·M, 4·width, T/4, V)
        return new EncoderFeatures(x, Latent(MeanOverAll(x)));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<AuxiliaryLoss> AuxiliaryLosses(EncoderFeatures features, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(labels);
        if (classifier is null) throw new InvalidOperationException("InfoGCN has priors once it has a classifier.");
        var z = features.Pooled;                                                         // (N, D)
        return
        [
            new AuxiliaryLoss("mmd", options.PriorWeight, LatentPriors.Discrepancy(z, labels, classifier.Priors)),
            new AuxiliaryLoss("l2mean", options.MeanWeight, z.Mean(0).Norm(0)),
        ];
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input)
    {
        return Along(Door(input), Named());
    }

    internal override void TakeRecorded(Func<string, Tensor?> recorded)
    {
        noise = recorded("noise.eps");
        if (recorded("const.z_prior") is { } rows && classifier is not null) Init.Copy(classifier.Priors, rows);
    }

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random)
    {
        foreach (var linear in (Linear[])[hidden, mean, logVariance]) Init.XavierUniform(linear.Weight, random, gain: Math.Sqrt(2));
    }

    private IEnumerable<(string Name, Func<Tensor, Tensor> Run)> Named() =>
        blocks.Select((block, i) => ($"l{i + 1}", (Func<Tensor, Tensor>)block.Forward));

    // Lifted joints, normalised: (N·M, C, T, V), channels-last in memory.
    private Tensor Door(Tensor input)
    {
        Input.Check(input, "InfoGCN");
        var seen = input;
        if (neighbors.Count > 0)
        {
            var padded = Tensor.Cat(3, input, input.Narrow(3, 0, 1).ZerosLike());        // joint V is nowhere
            foreach (var neighbor in neighbors) seen -= padded.IndexSelect(3, neighbor);
        }

        return door.Forward(seen);
    }

    private Tensor Latent(Tensor pooled)                                                 // (N, D)
    {
        var h = hidden.Forward(pooled).Relu();
        var mu = mean.Forward(h);
        if (!Training || (noise is null && options.Random is null)) return mu;
        // Bounded before the exponential: the same number, and no gradient of ∞ · 0.
        var bound = Math.Log(LargestDeviation) / options.NoiseRatio;
        var logarithm = logVariance.Forward(h);
        var deviation = (logarithm.MaskedFill(logarithm.GreaterEqual(bound), bound) * options.NoiseRatio).Exp();
        return mu + (deviation * (noise ?? Draw(mu)));
    }

    private Tensor Draw(Tensor like)
    {
        var type = like.Type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        return Tensor.Randn(like.Sizes.ToArray(), options.Random, type).To(like.Type).Upload(like.Device);
    }

    // Of each joint the first, second, … joint that is taken from it, V where there is none.
    private static List<long[]> Neighbors(SkeletonGraph graph)
    {
        var v = graph.Layout.JointCount;
        List<long[]> all = [];
        for (var joint = 0; joint < v; joint++)
        {
            var found = 0;
            for (var other = 0; other < v; other++)
            {
                if (other == joint || graph.Adjacency[0, joint, other] == 0) continue;
                if (found == all.Count) all.Add([.. Enumerable.Repeat((long)v, v)]);
                all[found++][joint] = other;
            }
        }

        return all;
    }

    private static void Check(InfoGcnOptions options)
    {
        CheckWidth("InfoGCN", options.Width, 8);
        if (options.Heads < 1) throw new ArgumentException($"InfoGCN has at least one head; got {options.Heads}");
        if (!(options.NoiseRatio > 0)) throw new ArgumentException($"the noise ratio of InfoGCN is positive; got {options.NoiseRatio}");
    }
}

/// <summary>One block: out = ReLU(temporal(graph(x)) + shortcut(x)).</summary>
internal sealed class InfoGcnBlock : Module<Tensor, Tensor>
{
    private readonly GraphConvolution graph;
    private readonly MultiScaleTemporal temporal;
    private readonly Projection? projection;

    internal InfoGcnBlock(int joints, int inChannels, int outChannels, int stride, int heads)
    {
        graph = Add("agcn", new GraphConvolution(joints, inChannels, outChannels, heads));
        temporal = Add("tcn", new MultiScaleTemporal(outChannels, stride, innerRelu: true, frameworkStart: true));
        if (inChannels != outChannels || stride != 1) projection = Add("residual", new Projection(inChannels, outChannels, stride, "conv", "bn"));
    }

    public override Tensor Forward(Tensor x)                                             // (N, C, T, V)
    {
        var ways = FanOut.Ways(x, 4, projection?.Stride ?? 1);
        var residual = projection?.Forward(ways[3]) ?? ways[3];
        return temporal.Forward(graph.Forward(ways[0], ways[1], ways[2]), residual);     // (N, C', T/stride, V)
    }

    /// <summary>
    /// Attention between the joints of each frame, of H heads of E = C/8 numbers, times a topology S that all frames share:
    ///   [q | k] = W norm(x) + b,   A[h,t] = softmax over j of (q[h,t,i] · k[h,t,j] / √E) ∘ S[h]
    ///   y[c,t,i] = Σ_h Σ_j A[h,t,i,j] (W_d x)[h,c,t,j] + Σ_h b_d[h,c],   out = ReLU(norm(y) + down(x))
    /// </summary>
    private sealed class GraphConvolution : Module
    {
        private readonly int heads, depth;
        private readonly Parameter topology, gamma, beta;
        private readonly Linear queryKey;
        private readonly Conv2d[] output;
        private readonly Projection? down;
        private readonly BatchNorm norm;

        internal GraphConvolution(int joints, int inChannels, int outChannels, int heads)
        {
            (this.heads, depth) = (heads, inChannels / 8);
            topology = Add("shared_topology", new Parameter(heads, joints, joints));
            output = [.. Enumerable.Range(0, heads).Select(h => Add($"conv_d.{h}", new Conv2d(inChannels, outChannels, (1, 1))))];
            if (inChannels != outChannels) down = Add("down", new Projection(inChannels, outChannels, stride: 1, "0", "1"));
            norm = Add("bn", new BatchNorm(outChannels));
            queryKey = Add("attn.to_qk", new Linear(inChannels, 2 * heads * depth));
            gamma = Add("attn.ln.weight", new Parameter(Tensor.Ones([inChannels])));
            beta = Add("attn.ln.bias", new Parameter(inChannels));
        }

        // The map three times: for the attention, for the branch, and for the way around it.
        internal Tensor Forward(Tensor attending, Tensor x, Tensor around)               // (N, C, T, V)
        {
            var (n, _, t, v) = x.Sizes4();
            var values = Pointwise.WithoutBias(x, output).Permute(0, 2, 3, 1).Reshape(n * t, 1, v, -1).Permute(0, 3, 1, 2); // (N·T, H·C', 1, V)
            var bias = Pointwise.SumOfBiases(output);
            var y = GraphAggregation.Apply(Attention(attending).To(values.Type), values, bias.To(values.Type)); // (N·T, C', 1, V)
            y = y.Permute(0, 2, 3, 1).Reshape(n, t, v, -1).Permute(0, 3, 1, 2);          // (N, C', T, V)
            return NormActivation.Apply(y, [norm], residual: down is null ? around : down.Forward(around));
        }

        protected override void ResetParameters(Generator random)
        {
            Init.Identity(topology);
            ConvolutionStart.Branches(random, output);
            Init.Constant(norm.Weight, 1e-6);                                            // the graph branch starts switched off
            Init.Normal(queryKey.Weight, 0, 1, random);
            Init.Constant(gamma, 1);
            Init.Constant(beta, 0);
        }

        // A, (H, N·T, V, V): how much joint j, the last axis, gives to joint i.
        private Tensor Attention(Tensor x)                                               // (N, C, T, V)
        {
            var v = x.Size(3);
            var rows = Functional.LayerNorm(x.Permute(0, 2, 3, 1));                      // (N, T, V, C), γ and β to come
            var weight = queryKey.Weight.Value * gamma.Value;
            var bias = queryKey.Bias!.Value + (queryKey.Weight.Value * beta.Value).Sum(1);
            var split = Pointwise.Product(rows, weight, bias).Reshape(-1, v, 2, heads, depth)
                .Permute(2, 3, 0, 1, 4).Reshape(2, -1, v, depth);                        // (2, H·N·T, V, E)
            var scores = Functional.Bmm(split.Select(0, 0), split.Select(0, 1), transposed: true).Reshape(heads, -1, v, v);
            return TopologyAttention.Apply(scores, topology.Value, 1 / Math.Sqrt(depth));
        }
    }
}
