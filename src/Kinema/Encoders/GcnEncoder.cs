using Kinema.Encoders.Layers;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>
/// What ST-GCN left to its descendants: a batch normalisation at the door, ten blocks over joints and frames in three stages of C, 2C and 4C
/// channels, of which the second and third begin with every other frame, and a mean over frames, joints and persons. Each descendant brings
/// a block of its own; of some the channels stay C.
/// </summary>
public abstract class GcnEncoder : Encoder
{
    private const int Depth = 10;

    private readonly string title, prefix;
    private readonly int firstBlock;
    private readonly bool normPerPerson;
    private readonly List<Module<Tensor, Tensor>> blocks = [];

    /// <summary>Builds the network. The blocks are called l1 to l10 unless the names say otherwise.</summary>
    /// <param name="input">What it is built for.</param>
    /// <param name="graph">Which joints the blocks connect; null where they look at none.</param>
    /// <param name="title">The network's name in messages.</param>
    /// <param name="width">C.</param>
    /// <param name="block">Makes a block; of most networks the first has no shortcut around it.</param>
    /// <param name="names">What the authors' checkpoints call its parts; null for CTR-GCN's names.</param>
    /// <param name="normPerPerson">Whether each person has statistics of his own at the door; else all share them.</param>
    /// <param name="growing">Whether the second and third stage have 2C and 4C channels; else all have C.</param>
    /// <param name="last">Channels of the last block, where they are not those of its stage.</param>
    protected GcnEncoder(
        EncoderInput input, SkeletonGraph? graph, string title, int width, BlockFactory block, GcnNames? names = null, bool normPerPerson = true,
        bool growing = true, int? last = null)
        : base(input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(block);
        names ??= new GcnNames();
        (Graph, this.title, this.normPerPerson, prefix, firstBlock) = (graph, title, normPerPerson, names.Block, names.FirstBlock);
        InputNorm = Add(names.DataNorm, new BatchNorm((normPerPerson ? input.Persons : 1) * input.Joints * input.Channels));
        var (from, to, frames) = (input.Channels, width, input.Frames);
        for (var i = 0; i < Depth; i++)
        {
            var stride = i is 4 or 7 ? 2 : 1;                                            // a stage begins
            if (growing) to *= stride;
            if (i == Depth - 1) to = last ?? to;
            blocks.Add(Add($"{prefix}{firstBlock + i}", block(from, to, stride, shortcut: i > 0)));
            (from, frames) = (to, (frames + stride - 1) / stride);
        }

        MapShape = new FeatureMapShape(from, frames, input.Joints, input.Persons);
    }

    /// <summary>Makes a block from (N, C, T, V) to (N, C', ⌈T/stride⌉, V).</summary>
    protected delegate Module<Tensor, Tensor> BlockFactory(int inChannels, int outChannels, int stride, bool shortcut);

    /// <summary>The normalisation at the door.</summary>
    protected BatchNorm InputNorm { get; }

    /// <summary>The blocks in order.</summary>
    protected IReadOnlyList<Module<Tensor, Tensor>> Blocks => blocks;

    /// <inheritdoc/>
    public override FeatureMapShape MapShape { get; }

    /// <inheritdoc/>
    public override SkeletonGraph? Graph { get; }

    /// <inheritdoc/>
    public override EncoderFeatures Forward(Tensor input)                                // (N, C, T, V, M)
    {
        Input.Check(input, title);
        var x = DataNorm.Apply(input, InputNorm, normPerPerson);                          // (N·M, C, T, V)
        x = Through(x, Named());                                                         // (N·M, C, T/4, V) of the last stage
        return new EncoderFeatures(x, MeanOverAll(x));
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input)
    {
        Input.Check(input, title);
        return Along(DataNorm.Apply(input, InputNorm, normPerPerson), Named());
    }

    private IEnumerable<(string Name, Func<Tensor, Tensor> Run)> Named() =>
        blocks.Select((block, i) => ($"{prefix}{firstBlock + i}", (Func<Tensor, Tensor>)block.Forward));
}

/// <summary>What checkpoints of a network of the GCN family call its parts.</summary>
/// <param name="DataNorm">The normalisation at the door.</param>
/// <param name="Block">What stands before a block's number.</param>
/// <param name="FirstBlock">The first block's number.</param>
public sealed record GcnNames(string DataNorm = "data_bn", string Block = "l", int FirstBlock = 1);
