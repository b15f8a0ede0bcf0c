using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>What a recogniser returns.</summary>
/// <param name="Logits">(N, K), before any softmax.</param>
/// <param name="Features">What the encoder saw.</param>
public sealed record Recognition(Tensor Logits, EncoderFeatures Features);

/// <summary>
/// An encoder and a linear classifier of its pooled features. The encoder's parameters keep their names, the classifier is <c>fc</c>, as in
/// the reference implementations' checkpoints.
/// </summary>
public sealed class Recogniser : Module<Tensor, Recognition>
{
    private readonly Linear classifier;
    private readonly Dropout? dropout;

    /// <summary>Puts a classifier on an encoder.</summary>
    /// <param name="encoder">Taken over.</param>
    /// <param name="classes">K.</param>
    /// <param name="dropout">Probability that a pooled feature is dropped while training; 0 for none.</param>
    /// <param name="random">Source of the dropped features; needed only with dropout.</param>
    public Recogniser(Encoder encoder, int classes, double dropout = 0, Generator? random = null)
    {
        Encoder = Add("", encoder ?? throw new ArgumentNullException(nameof(encoder)));
        Classes = classes;
        classifier = Add("fc", new Linear(encoder.MapShape.Channels, classes));
        if (dropout > 0) this.dropout = Add("", new Dropout(dropout, random ?? throw new ArgumentNullException(nameof(random))));
    }

    /// <summary>The encoder.</summary>
    public Encoder Encoder { get; }

    /// <summary>K, the number of classes.</summary>
    public int Classes { get; }

    /// <inheritdoc/>
    public override Recognition Forward(Tensor input)                                    // (N, C, T, V, M)
    {
        var features = Encoder.Forward(input);
        var pooled = dropout is null ? features.Pooled : dropout.Forward(features.Pooled);
        return new Recognition(classifier.Forward(pooled), features);                    // (N, K)
    }

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random) => Init.Normal(classifier.Weight, 0, Math.Sqrt(2.0 / Classes), random);
}
