using Kinema.Encoders.Kernels;
using Kinema.Skeletons.Topology;
using Kinema.Torch;

namespace Kinema.Encoders.Layers;

/// <summary>
/// What persistent homology says of a clip, as 64 numbers: of each death l of its joints' clusters (<see cref="JointTopology"/>), in units of
/// the batch's largest distance, how near it is to centres c, with sharpness s. A cluster is a point (0, l): born at 0.
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

    /// <summary>The topology of clips (N, C, T, V, M) themselves, (N, V), where a pipeline brought none.</summary>
    internal static Tensor Of(Tensor clips)
    {
        var (n, v) = (clips.Size(0), clips.Size(3));
        var numbers = JointTopology.OfClips(clips.ToArray<double>(), (int)clips.Size(1), (int)clips.Size(2), (int)v, (int)clips.Size(4));
        return Tensor.From<double>(numbers, n, v).To(clips.Type).Upload(clips.Device);
    }

    public override Tensor Forward(Tensor input)                                         // (N, V) to (N, 64)
    {
        var bars = input.Size(1) - 1;
        var largest = input.Narrow(1, bars, 1).Max(0);                                   // (1), 0 where all joints of all clips are in one place
        var deaths = input.Narrow(1, 0, bars) / (largest + largest.Eq(0).To(input.Type)); // (N, V-1)
        Tensor birthCentre = centres.Value.Select(1, 0), deathCentre = centres.Value.Select(1, 1);       // (64)
        Tensor birthSharpness = sharpness.Value.Select(1, 0), deathSharpness = sharpness.Value.Select(1, 1);
        var birth = birthSharpness * birthCentre;
        var far = (deathCentre - deaths.Unsqueeze(2)) * deathSharpness;                  // (N, V-1, 64)
        var heights = (-(birth * birth) - (far * far)).Exp();
        // The authors' library leaves out clusters that die where they are born, and fills the batch up with points whose height is 1.
        var alive = (~deaths.Eq(0)).To(input.Type);                                      // (N, V-1)
        var counts = alive.Sum(1, keepDim: true);                                        // (N, 1)
        return (heights * alive.Unsqueeze(2)).Sum(1) + (counts.Max(0) - counts);
    }

    protected override void ResetParameters(Generator random)
    {
        Init.Uniform(centres, 0, 1, random);
        Init.Constant(sharpness, 3);
    }
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
