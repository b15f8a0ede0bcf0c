using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Encoders;

/// <summary>What a recogniser returns.</summary>
/// <param name="Logits">(N, K), before any softmax.</param>
/// <param name="Features">What the encoder saw.</param>
public sealed record Recognition(Tensor Logits, EncoderFeatures Features);

/// <summary>
/// An encoder and the classifier of its pooled features. The encoder's parameters keep their names, the classifier has the name that the
/// encoder's authors gave it.
/// </summary>
public sealed class Recogniser : Module<Tensor, Recognition>
{
    private readonly Module<Tensor, Tensor> classifier;
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
        (ClassifierName, var layer) = encoder.Classifier(classes);
        classifier = Add(ClassifierName, layer);
        if (dropout > 0) this.dropout = Add("", new Dropout(dropout, random ?? throw new ArgumentNullException(nameof(random))));
    }

    /// <summary>The encoder.</summary>
    public Encoder Encoder { get; }

    /// <summary>K, the number of classes.</summary>
    public int Classes { get; }

    /// <summary>Under which name the classifier's parameters are in a checkpoint.</summary>
    public string ClassifierName { get; }

    /// <inheritdoc/>
    public override Recognition Forward(Tensor input) => Forward(input, topology: null);

    /// <summary>Recognises clips.</summary>
    /// <param name="input">(N, C, T, V, M).</param>
    /// <param name="topology">Of their joints, (N, V), for an encoder that reads it; null takes that of the clips.</param>
    /// <exception cref="KinemaException">The encoder's map is not of the shape that it declares.</exception>
    public Recognition Forward(Tensor input, Tensor? topology)
    {
        var features = Encoder.Forward(input, topology);
        Check(features.Map, input.Size(0));
        var pooled = dropout is null ? features.Pooled : dropout.Forward(features.Pooled);
        return new Recognition(classifier.Forward(pooled), features);                    // (N, K)
    }

    // What is built for the map, CSRE and probes, is built for the shape that the encoder declares.
    private void Check(Tensor map, long clips)
    {
        var declared = Encoder.MapShape;
        if (map.Sizes.SequenceEqual([clips * declared.Persons, declared.Channels, declared.Frames, declared.Joints])) return;
        throw new KinemaException(
            ExitCode.Configuration,
            $"{Encoder.GetType().Name}: declares the map (N·M', C, T', V') = (N·{declared.Persons}, {declared.Channels}, {declared.Frames}, {declared.Joints}) "
            + $"and returns {map.ShapeText()} for N = {clips}; mend its MapShape");
    }
}
