using Kinema.Encoders;
using Kinema.Torch;

namespace Kinema.Contrast;

/// <summary>What CSRE adds to a training step.</summary>
/// <param name="Loss">w_s L_spa + w_t L_tem, a scalar.</param>
/// <param name="Spatial">L_spa and its anchors.</param>
/// <param name="Temporal">L_tem and its anchors.</param>
public sealed record CsreTerms(Tensor Loss, ContrastTerm Spatial, ContrastTerm Temporal);

/// <summary>
/// CSRE, generically contrastive spatiotemporal representation enhancement: a plug-in for training any skeleton encoder. It reads the
/// encoder's feature map, which the encoder returns anyway, so that the encoder knows nothing of it; without it a step costs nothing more,
/// and at test time it is gone. Its decomposition is trained with the network; its banks are saved with the checkpoint.
/// </summary>
public sealed class Csre : Module
{
    private readonly CsreOptions options;
    private readonly CsreLoss spatialLoss, temporalLoss;

    /// <summary>Attaches to an encoder's feature map.</summary>
    /// <param name="map">The encoder's <see cref="Encoder.MapShape"/>.</param>
    /// <param name="labels">The class of every training instance, repeats included.</param>
    /// <param name="options">Dimensions, counts, temperature and weights.</param>
    public Csre(FeatureMapShape map, long[] labels, CsreOptions options)
    {
        this.options = options ?? throw new ArgumentNullException(nameof(options));
        Decomposition = Add("std", new FeatureDecomposition(map, options.Dimension, options.Reduction));
        SpatialBank = Add("bank.spatial", new ClipBank(labels, options.Dimension));
        TemporalBank = Add("bank.temporal", new ClipBank(labels, options.Dimension));
        spatialLoss = new CsreLoss(SpatialBank, options);
        temporalLoss = new CsreLoss(TemporalBank, options);
    }

    /// <summary>φ, θ, σ, ζ; the checkpoint calls it <c>std</c>.</summary>
    public FeatureDecomposition Decomposition { get; }

    /// <summary>M_s.</summary>
    public ClipBank SpatialBank { get; }

    /// <summary>M_t.</summary>
    public ClipBank TemporalBank { get; }

    /// <summary>The contrastive terms of one step; both banks are written.</summary>
    /// <param name="features">What the encoder returned.</param>
    /// <param name="labels">(N); on the processor, or it waits for them.</param>
    /// <param name="instances">(N), indices of the training instances; likewise.</param>
    /// <param name="random">The source of the random negatives.</param>
    public CsreTerms Forward(EncoderFeatures features, Tensor labels, Tensor instances, Generator random)
    {
        ArgumentNullException.ThrowIfNull(features);
        var parts = Decomposition.Forward(features.Map);
        var spatial = spatialLoss.Forward(parts.Spatial, labels, instances, random);
        var temporal = temporalLoss.Forward(parts.Temporal, labels, instances, random);
        var loss = (spatial.Loss * options.SpatialWeight) + (temporal.Loss * options.TemporalWeight);
        return new CsreTerms(loss, spatial, temporal);
    }
}
