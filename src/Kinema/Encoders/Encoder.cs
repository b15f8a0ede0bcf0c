using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>What an encoder is built for.</summary>
/// <param name="Layout">Which joints there are; V is their number.</param>
/// <param name="Channels">C, numbers per joint: the coordinates of the layout, 3 or 2.</param>
/// <param name="Frames">T.</param>
/// <param name="Persons">M.</param>
public sealed record EncoderInput(SkeletonLayout Layout, int Channels, int Frames, int Persons)
{
    /// <summary>V.</summary>
    public int Joints => Layout.JointCount;

    /// <summary>Checks a batch at the door.</summary>
    /// <exception cref="ArgumentException">The batch has another shape; the message gives both.</exception>
    public void Check(Tensor batch, string model)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ReadOnlySpan<long> sizes = batch.Sizes;
        if (sizes.Length != 5 || sizes[1] != Channels || sizes[2] != Frames || sizes[3] != Joints || sizes[4] != Persons)
            throw new ArgumentException(
                $"{model} on the layout {Layout.Name} takes (N, C, T, V, M) = (N, {Channels}, {Frames}, {Joints}, {Persons}); got {batch.ShapeText()}");
    }
}

/// <summary>The shape of an encoder's feature map, apart from the batch.</summary>
/// <param name="Channels">C, of the map.</param>
/// <param name="Frames">T', frames left.</param>
/// <param name="Joints">V', joints left.</param>
/// <param name="Persons">M' rows of the map per clip: M where persons are folded into the batch, 1 where the map is of the whole clip.</param>
public sealed record FeatureMapShape(int Channels, int Frames, int Joints, int Persons);

/// <summary>What an encoder returns: named features, so that CSRE, probes, retrieval and pictures need no hooks.</summary>
/// <param name="Map">The map before pooling, (N·M', C, T', V'), persons as row n·M' + m. Axis 2 is time, axis 3 is space.</param>
/// <param name="Pooled">The vector a classifier sees, (N, D). D is the map's C in most; <see cref="Hcn"/> has twice as many.</param>
public sealed record EncoderFeatures(Tensor Map, Tensor Pooled);

/// <summary>A loss that an encoder's authors add to the cross entropy.</summary>
/// <param name="Name">As recordings call it.</param>
/// <param name="Weight">Its factor in the total.</param>
/// <param name="Value">A scalar.</param>
public sealed record AuxiliaryLoss(string Name, double Weight, Tensor Value);

/// <summary>A network from clips (N, C, T, V, M) to features. Heads are elsewhere.</summary>
public abstract class Encoder : Module<Tensor, EncoderFeatures>
{
    /// <summary>Makes an encoder for one kind of clip.</summary>
    protected Encoder(EncoderInput input) => Input = input ?? throw new ArgumentNullException(nameof(input));

    /// <summary>What it was built for.</summary>
    public EncoderInput Input { get; }

    /// <summary>The shape of <see cref="EncoderFeatures.Map"/>, which CSRE is built for.</summary>
    public abstract FeatureMapShape MapShape { get; }

    /// <summary>The graph its joints start from, to be held against the original's; null where it has none.</summary>
    public virtual SkeletonGraph? Graph => null;

    /// <summary>Whether it drops features inside itself, by <see cref="EncoderSettings.Dropout"/>; otherwise that is for its pooled features.</summary>
    public virtual bool DropsInside => false;

    /// <summary>
    /// A new classifier such as its authors put on the pooled features, under their name for it; this one is for D = C of the map. Of an encoder with
    /// losses that know the classes (<see cref="AuxiliaryLosses"/>) they belong to the last classifier that was asked for.
    /// </summary>
    /// <param name="classes">K.</param>
    /// <returns>From (N, D) to (N, K); the caller's.</returns>
    public virtual (string Name, Module<Tensor, Tensor> Layer) Classifier(int classes) =>
        ("fc", new LinearClassifier(MapShape.Channels, classes, Math.Sqrt(2.0 / classes)));

    /// <summary>Whether it reads the topology of the joints beside the clips, as <c>JointTopology</c> has it.</summary>
    public virtual bool ReadsTopology => false;

    /// <summary>Whether the scores of a clip depend on the clips beside it, also in evaluation.</summary>
    public virtual bool ScoresDependOnBatch => false;

    /// <summary>The fewest clips that it can learn from at a time.</summary>
    public virtual int LeastClips => 1;

    /// <summary>What weight decay is multiplied by for one of its parameters, where its authors do not decay all alike.</summary>
    /// <param name="parameter">Its checkpoint name.</param>
    public virtual double DecayFactor(string parameter) => 1;

    /// <summary>From clips and the topology of their joints, at which only an encoder looks that reads it.</summary>
    /// <param name="input">(N, C, T, V, M).</param>
    /// <param name="topology">(N, V), or null for that of the clips.</param>
    public virtual EncoderFeatures Forward(Tensor input, Tensor? topology) => Forward(input);

    /// <summary>What its authors add to the cross entropy while it trains; nothing for most.</summary>
    /// <param name="features">What <c>Forward</c> returned, in the precision that losses are computed in.</param>
    /// <param name="labels">(N), in 0 … K-1.</param>
    public virtual IReadOnlyList<AuxiliaryLoss> AuxiliaryLosses(EncoderFeatures features, Tensor labels) => [];

    /// <summary>What a network with this encoder is trained with: the cross entropy and what its authors add.</summary>
    /// <param name="crossEntropy">A scalar.</param>
    /// <param name="features">What <c>Forward</c> returned, in the precision that losses are computed in.</param>
    /// <param name="labels">(N), in 0 … K-1.</param>
    public Tensor TotalLoss(Tensor crossEntropy, EncoderFeatures features, Tensor labels) =>
        AuxiliaryLosses(features, labels).Aggregate(crossEntropy, (sum, term) => sum + (term.Value * term.Weight));

    /// <summary>For replays of recordings: takes what was drawn there, or given beside the clips, instead of drawing and making it.</summary>
    /// <param name="recorded">The tensor of a name, or null where the recording has none; it outlives the encoder's use.</param>
    internal virtual void TakeRecorded(Func<string, Tensor?> recorded)
    {
    }

    /// <summary>The output of each block, first to last, under its checkpoint name: to find the first block that goes wrong.</summary>
    /// <param name="input">(N, C, T, V, M).</param>
    public abstract IEnumerable<(string Name, Tensor Output)> Stages(Tensor input);

    /// <summary>Refuses a width that the layers cannot divide.</summary>
    /// <exception cref="ArgumentException">The width is not a positive multiple.</exception>
    protected static int CheckWidth(string title, int width, int multiple = 1) => width > 0 && width % multiple == 0
        ? width
        : throw new ArgumentException($"the width of {title} is {(multiple == 1 ? "positive" : $"a positive multiple of {multiple}")}; got {width}");

    /// <summary>
    /// Runs blocks one after the other, each in a scope of its own, which frees at once what it no longer needs; a map goes as soon as the
    /// next is there. While training the graph keeps what backward wants.
    /// </summary>
    /// <param name="x">The first block's map, made for it.</param>
    /// <param name="blocks">In order.</param>
    protected static Tensor Through(Tensor x, IEnumerable<(string Name, Func<Tensor, Tensor> Run)> blocks)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(blocks);
        foreach (var (_, run) in blocks)
        {
            var y = Alone(run, x);
            if (!ReferenceEquals(x, y) && !y.RequiresGrad) x.Dispose();
            x = y;
        }

        return x;
    }

    /// <summary>The same, with the map of each.</summary>
    /// <param name="x">The first block's map.</param>
    /// <param name="blocks">In order.</param>
    protected static IEnumerable<(string Name, Tensor Output)> Along(Tensor x, IEnumerable<(string Name, Func<Tensor, Tensor> Run)> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        foreach (var (name, run) in blocks)
        {
            x = Alone(run, x);
            yield return (name, x);
        }
    }

    /// <summary>The mean of a map over frames, joints and persons. An absent person counts as one.</summary>
    /// <param name="map">(N·M, C, T', V').</param>
    /// <returns>(N, C).</returns>
    protected Tensor MeanOverAll(Tensor map)
    {
        ArgumentNullException.ThrowIfNull(map);
        var (rows, c, _, _) = map.Sizes4();
        return map.Mean([2, 3]).Reshape(rows / Input.Persons, Input.Persons, c).Mean(1);
    }

    private static Tensor Alone(Func<Tensor, Tensor> block, Tensor x)
    {
        using var scope = TensorScope.Begin();
        return scope.Keep(block(x));
    }
}
