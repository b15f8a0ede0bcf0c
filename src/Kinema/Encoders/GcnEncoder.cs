using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>
/// What ST-GCN left to its descendants: a batch normalisation at the door, ten blocks over joints and frames in three stages of C, 2C and 4C
/// channels, of which the second and third begin with every other frame, and a mean over frames, joints and persons. Each descendant brings
/// a block of its own.
/// </summary>
public abstract class GcnEncoder : Encoder
{
    private readonly string title, prefix;
    private readonly int firstBlock;
    private readonly bool normPerPerson;
    private readonly BatchNorm dataNorm;
    private readonly List<Module<Tensor, Tensor>> blocks = [];

    /// <summary>Builds the network. The blocks are called l1 to l10.</summary>
    /// <param name="input">What it is built for.</param>
    /// <param name="graph">Which joints the blocks connect.</param>
    /// <param name="title">The network's name in messages.</param>
    /// <param name="width">C.</param>
    /// <param name="block">Makes a block; the first has no shortcut around it.</param>
    /// <param name="names">What the authors' checkpoints call its parts; null for CTR-GCN's names.</param>
    /// <param name="normPerPerson">Whether each person has statistics of his own at the door; else all share them.</param>
    protected GcnEncoder(
        EncoderInput input, SkeletonGraph graph, string title, int width, BlockFactory block, GcnNames? names = null, bool normPerPerson = true)
        : base(input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(block);
        names ??= new GcnNames();
        (Graph, this.title, this.normPerPerson, prefix, firstBlock) = (graph, title, normPerPerson, names.Block, names.FirstBlock);
        dataNorm = Add(names.DataNorm, new BatchNorm((normPerPerson ? input.Persons : 1) * input.Joints * input.Channels));
        int[] channels = [width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        var (from, frames) = (input.Channels, input.Frames);
        for (var i = 0; i < channels.Length; i++)
        {
            var stride = i > 0 && channels[i] != channels[i - 1] ? 2 : 1;
            blocks.Add(Add($"{prefix}{firstBlock + i}", block(graph, from, channels[i], stride, shortcut: i > 0)));
            (from, frames) = (channels[i], (frames + stride - 1) / stride);
        }

        MapShape = new FeatureMapShape(from, frames, input.Joints, input.Persons);
    }

    /// <summary>Makes a block from (N, C, T, V) to (N, C', ⌈T/stride⌉, V).</summary>
    protected delegate Module<Tensor, Tensor> BlockFactory(SkeletonGraph graph, int inChannels, int outChannels, int stride, bool shortcut);

    /// <summary>The blocks in order.</summary>
    protected IReadOnlyList<Module<Tensor, Tensor>> Blocks => blocks;

    /// <inheritdoc/>
    public override FeatureMapShape MapShape { get; }

    /// <inheritdoc/>
    public override SkeletonGraph Graph { get; }

    /// <inheritdoc/>
    public override EncoderFeatures Forward(Tensor input)                                // (N, C, T, V, M)
    {
        Input.Check(input, title);
        var x = DataNorm.Apply(input, dataNorm, normPerPerson);                          // (N·M, C, T, V)
        foreach (var block in blocks) x = Alone(block, x);                               // (N·M, 4·width, T/4, V)
        var pooled = x.Mean([2, 3]).Reshape(input.Size(0), Input.Persons, -1).Mean(1);   // an absent person counts as one
        return new EncoderFeatures(x, pooled);
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input)
    {
        Input.Check(input, title);
        var x = DataNorm.Apply(input, dataNorm, normPerPerson);                          // (N·M, C, T, V)
        for (var i = 0; i < blocks.Count; i++)
        {
            x = Alone(blocks[i], x);
            yield return ($"{prefix}{firstBlock + i}", x);
        }
    }

    // A scope of its own frees what the block no longer needs at once. While training the graph keeps what backward wants.
    internal static Tensor Alone(Module<Tensor, Tensor> block, Tensor x)
    {
        using var scope = TensorScope.Begin();
        return scope.Keep(block.Forward(x));
    }
}

/// <summary>What checkpoints of a network of the GCN family call its parts.</summary>
/// <param name="DataNorm">The normalisation at the door.</param>
/// <param name="Block">What stands before a block's number.</param>
/// <param name="FirstBlock">The first block's number.</param>
public sealed record GcnNames(string DataNorm = "data_bn", string Block = "l", int FirstBlock = 1);
