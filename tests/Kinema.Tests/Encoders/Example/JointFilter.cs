using Kinema.Encoders;
using Kinema.Encoders.Kernels;
using Kinema.Encoders.Layers;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Example;

/// <summary>Options of <see cref="JointFilter"/>.</summary>
/// <param name="Width">Channels of the first layer; the last has twice as many.</param>
public sealed record JointFilterOptions(int Width = 64);

/// <summary>The example of docs/adding-an-encoder.md: a learnt matrix in place of a graph, then five frames at a time.</summary>
[EncoderModel("joint-filter", Paper = "none: an example", Link = "docs/adding-an-encoder.md")]
public sealed class JointFilter : Encoder
{
    private readonly Conv2d lift, filter;
    private readonly BatchNorm liftNorm, filterNorm;
    private readonly Parameter mix;

    /// <summary>Builds the network.</summary>
    /// <exception cref="ArgumentException">The width is not positive.</exception>
    public JointFilter(EncoderInput input, JointFilterOptions options)
        : base(input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(options);
        var width = CheckWidth("JointFilter", options.Width);
        lift = Add("lift.conv", new Conv2d(input.Channels, width, (1, 1)));
        liftNorm = Add("lift.bn", new BatchNorm(width));
        mix = Add("mix.weight", new Parameter(1, input.Joints, input.Joints));           // (R, V, V), of one relation R = 1
        filter = Add("filter.conv", new Conv2d(width, 2 * width, (5, 1), stride: (2, 1), padding: (2, 0)));
        filterNorm = Add("filter.bn", new BatchNorm(2 * width));
        MapShape = new FeatureMapShape(2 * width, (input.Frames + 1) / 2, input.Joints, input.Persons);
    }

    /// <inheritdoc/>
    public override FeatureMapShape MapShape { get; }

    /// <summary>Builds the network as the registry does.</summary>
    public static Encoder Create(EncoderInput input, EncoderSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var options = new JointFilterOptions();
        return new JointFilter(input, options with { Width = settings.Width ?? options.Width });
    }

    /// <inheritdoc/>
    public override EncoderFeatures Forward(Tensor input)                                // (N, C, T, V, M)
    {
        var map = Stages(input).Last().Output;                                           // (N·M, 2·width, T/2, V)
        return new EncoderFeatures(map, MeanOverAll(map));
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Tensor Output)> Stages(Tensor input)
    {
        Input.Check(input, "JointFilter");
        var x = input.Permute(0, 4, 1, 2, 3).Reshape(-1, Input.Channels, Input.Frames, Input.Joints); // (N·M, C, T, V)
        x = NormActivation.Apply(Pointwise.Apply(x, lift), [liftNorm]);                  // (N·M, width, T, V), with ReLU
        yield return ("lift", x);
        x = GraphAggregation.Apply(mix.Value.To(x.Type), x);                             // the same, every joint a sum of all
        yield return ("mix", x);
        x = NormActivation.Apply(TemporalConvolution.Apply(x, filter), [filterNorm]);    // (N·M, 2·width, T/2, V), with ReLU
        yield return ("filter", x);
    }

    /// <inheritdoc/>
    protected override void ResetParameters(Generator random) => Init.Normal(mix, 0, 1 / Math.Sqrt(Input.Joints), random);
}
