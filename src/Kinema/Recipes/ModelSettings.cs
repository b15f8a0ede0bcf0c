using Kinema.Encoders;
using Kinema.Torch;

namespace Kinema.Recipes;

/// <summary>Which encoder, and how wide.</summary>
public sealed record ModelSettings
{
    /// <summary>Encoder by name.</summary>
    /// <value>Default <c>ctr-gcn</c>.</value>
    public string Name { get; init; } = "ctr-gcn";

    /// <summary>Width: channels C of the first stage in most encoders (64 stands for Hyperformer's 216); what the later stages have goes with it.</summary>
    /// <value>
    /// Default null, the encoder's published width; a multiple of 16, so that CTR-GCN's relations (C/8 channels) and temporal branches (C/4) are
    /// never narrower than two and four.
    /// </value>
    public int? Channels { get; init; }

    /// <summary>Share of the features dropped while training, where the encoder's authors drop: before the classifier unless they say otherwise.</summary>
    /// <value>Default null, the encoder's own.</value>
    public double? Dropout { get; init; }

    /// <summary>
    /// k of InfoGCN: from each joint the one k bones nearer the root is taken; of NW-UCLA, as its authors have it, the sum of those k bones
    /// farther. Only <c>infogcn</c> reads it.
    /// </summary>
    /// <value>Default null: nothing is taken, the network sees the joints of the stream as they are.</value>
    public int? Hops { get; init; }

    /// <summary>Whether HCN gives CSRE the map of each person, and not the clip's behind the maximum over persons. Only <c>hcn</c> reads it.</summary>
    /// <value>Default false.</value>
    public bool MapPerPerson { get; init; }

    /// <summary>
    /// Channels of the last block, where they are not those of its stage: the narrow network of CrosSCLR, AimCLR and ActCLR ends with 256. Only
    /// <c>st-gcn</c> reads it.
    /// </summary>
    /// <value>Default null, four times <see cref="Channels"/>.</value>
    public int? LastChannels { get; init; }

    /// <summary>
    /// Whether BlockGCN gives every person of a clip the topology of that clip; its authors' code, and so published weights, gives most persons
    /// another clip's of the batch. Only <c>blockgcn</c> reads it.
    /// </summary>
    /// <value>Default false.</value>
    public bool OwnTopology { get; init; }

    /// <summary>All of it but the name, as encoders are given it: the one place where the two meet.</summary>
    /// <param name="random">Source of what the encoder draws while it trains; null where nothing is drawn.</param>
    public EncoderSettings ForEncoder(Generator? random = null) => new(
        Width: Channels, Dropout: Dropout, Random: random, Hops: Hops, MapPerPerson: MapPerPerson, LastWidth: LastChannels, OwnTopology: OwnTopology);
}
