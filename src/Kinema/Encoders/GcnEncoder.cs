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
    private readonly string title;
    private readonly BatchNorm dataNorm;
    private readonly List<Module<Tensor, Tensor>> blocks = [];

    /// <summary>Builds the network. The blocks are called l1 to l10.</summary>
    /// <param name="input">What it is built for.</param>
    /// <param name="graph">Which joints the blocks connect.</param>
    /// <param name="title">The network's name in messages.</param>
    /// <param name="width">C.</param>
    /// <param name="block">Makes a block; the first has no shortcut around it.</param>
    protected GcnEncoder(EncoderInput input, SkeletonGraph graph, string title, int width, BlockFactory block)
        : base(input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(block);
        (Graph, this.title) = (graph, title);
        dataNorm = Add("data_bn", new BatchNorm(input.Persons * input.Joints * input.Channels));
        int[] channels = [width, width, width, width, 2 * width, 2 * width, 2 * width, 4 * width, 4 * width, 4 * width];
        var (from, frames) = (input.Channels, input.Frames);
        for (var i = 0; i < channels.Length; i++)
        {
            var stride = i > 0 && channels[i] != channels[i - 1] ? 2 : 1;
            blocks.Add(Add($"l{i + 1}", block(graph, from, channels[i], stride, shortcut: i > 0)));
            (from, frames) = (channels[i], (frames + stride - 1) / stride);
        }

        MapShape = new FeatureMapShape(from, frames, input.Joints, input.Persons);
    }

    /// <summary>Makes a block from (N, C, T, V) to (N, C', ⌈T/stride⌉, V).</summary>
    protected delegate Module<Tensor, Tensor> BlockFactory(SkeletonGraph graph, int inChannels, int outChannels, int stride, bool shortcut);

    /// <inheritdoc/>
    public override FeatureMapShape MapShape { get; }

    /// <inheritdoc/>
    public override SkeletonGraph Graph { get; }

    /// <inheritdoc/>
    public override EncoderFeatures Forward(Tensor input)                                // (N, C, T, V, M)
    {
        Input.Check(input, title);
        var x = DataNorm.Apply(input, dataNorm);                                         // (N·M, C, T, V)
        foreach (var block in blocks) x = Alone(block, x);                               // (N·M, 4·width, T/4, V)
        var pooled = x.Mean([2, 3]).Reshape(input.Size(0), Input.Persons, -1).Mean(1);   // an absent person counts as one
        return new EncoderFeatures(x, pooled);
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input)
    {
        Input.Check(input, title);
        var x = DataNorm.Apply(input, dataNorm);                                         // (N·M, C, T, V)
        for (var i = 0; i < blocks.Count; i++)
        {
            x = Alone(blocks[i], x);
            yield return ($"l{i + 1}", x);
        }
    }

    /// <summary>Refuses a width that the blocks cannot divide.</summary>
    /// <exception cref="ArgumentException">The width is not a positive multiple.</exception>
    protected static int CheckWidth(string title, int width, int multiple) => width > 0 && width % multiple == 0
        ? width
        : throw new ArgumentException($"the width of {title} is a positive multiple of {multiple}; got {width}");

    // A scope of its own frees what the block no longer needs at once. While training the graph keeps what backward wants.
    private static Tensor Alone(Module<Tensor, Tensor> block, Tensor x)
    {
        using var scope = TensorScope.Begin();
        return scope.Keep(block.Forward(x));
    }
}
