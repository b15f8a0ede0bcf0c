using Kinema.Contrast.Kernels;
using Kinema.Encoders;
using Kinema.Encoders.Layers;
using Kinema.Torch;

namespace Kinema.Contrast;

/// <summary>The two parts of a feature map.</summary>
/// <param name="Spatial">s of every clip, (N, D).</param>
/// <param name="Temporal">t of every clip, (N, D).</param>
public sealed record DecomposedFeatures(Tensor Spatial, Tensor Temporal);

/// <summary>
/// CSRE's spatiotemporal feature decomposition, for the feature map F of any encoder (paper eq. 4 and 5):
///   s = W_σ vec(W_φ mean_t F),   t = W_ζ vec(W_θ mean_v F),   D numbers each
/// No activation and no normalisation. Persons are averaged after the projections, an absent one included. The authors build it for
/// 16 frames whatever the encoder leaves, which fails on NW-UCLA; here it takes the encoder's true T'.
/// </summary>
public sealed class FeatureDecomposition : Module<Tensor, DecomposedFeatures>
{
    private readonly FeatureMapShape shape;
    private readonly Conv1d phi, theta;
    private readonly Linear sigma, zeta;

    /// <summary>Builds the decomposition for an encoder's map.</summary>
    /// <param name="shape">Of the map.</param>
    /// <param name="dimension">D, 256 in the paper.</param>
    /// <param name="reduction">r, by which W_φ and W_θ divide the channels; 8 in the paper.</param>
    public FeatureDecomposition(FeatureMapShape shape, int dimension = 256, int reduction = 8)
    {
        this.shape = shape ?? throw new ArgumentNullException(nameof(shape));
        var reduced = shape.Channels / reduction;
        if (reduced == 0) throw new ArgumentException($"a map of {shape.Channels} channels cannot be reduced {reduction} times");
        phi = Add("conv1", new Conv1d(shape.Channels, reduced, kernel: 1));
        sigma = Add("convs", new Linear(reduced * shape.Joints, dimension));
        theta = Add("conv2", new Conv1d(shape.Channels, reduced, kernel: 1));
        zeta = Add("convt", new Linear(reduced * shape.Frames, dimension));
    }

    /// <inheritdoc/>
    public override DecomposedFeatures Forward(Tensor input)                             // (N·M, C, T', V')
    {
        var (spatial, temporal) = PerPerson(input);
        return new DecomposedFeatures(OverPersons(spatial), OverPersons(temporal));      // (N, D) each
    }

    /// <summary>The projections before persons are averaged, (N·M, D) each.</summary>
    internal (Tensor Spatial, Tensor Temporal) PerPerson(Tensor map)
    {
        var (_, c, t, v) = map.Sizes4();
        if (c != shape.Channels || t != shape.Frames || v != shape.Joints)
            throw new ArgumentException($"this decomposition takes a map (N·M, {shape.Channels}, {shape.Frames}, {shape.Joints}); got {map.ShapeText()}");
        var (overFrames, overJoints) = AxisMeans.Apply(map);                             // (N·M, V', C), (N·M, T', C)
        return (Project(overFrames, phi, sigma), Project(overJoints, theta, zeta));
    }

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random)
    {
        // The authors' initialiser looks for 2-D convolutions only: W_φ and W_θ keep the framework's default. Fan-out is D.
        foreach (var projection in (Linear[])[sigma, zeta])
        {
            Init.KaimingNormalFanOut(projection.Weight, random);
            Init.Constant(projection.Bias!, 0);
        }
    }

    // A convolution of kernel 1 is a linear map of every row of channels.
    private static Tensor Project(Tensor pooled, Conv1d reduce, Linear project)          // (N·M, L, C)
    {
        var reduced = Pointwise.Product(pooled, reduce.Weight.Value.Squeeze(2), reduce.Bias!.Value);  // (N·M, L, R)
        return Pointwise.Rows(reduced.Transpose(1, 2).Reshape(pooled.Size(0), -1), project);          // index r·L + l
    }

    private Tensor OverPersons(Tensor rows) => shape.Persons == 1 ? rows : rows.Reshape(-1, shape.Persons, rows.Size(1)).Mean(1);
}
