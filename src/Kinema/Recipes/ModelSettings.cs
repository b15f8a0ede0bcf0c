namespace Kinema.Recipes;

/// <summary>Which encoder, and how wide.</summary>
public sealed record ModelSettings
{
    /// <summary>Encoder by name.</summary>
    /// <value>Default <c>ctr-gcn</c>.</value>
    public string Name { get; init; } = "ctr-gcn";

    /// <summary>Channels C of the first stage; the later stages have 2 C and 4 C.</summary>
    /// <value>
    /// Default 64, the papers'; a multiple of 16, so that CTR-GCN's relations (C/8 channels) and temporal branches (C/4) are never narrower than
    /// two and four.
    /// </value>
    public int Channels { get; init; } = 64;

    /// <summary>Share of the features dropped while training, where the encoder's authors drop: before the classifier unless they say otherwise.</summary>
    /// <value>Default null, the encoder's own.</value>
    public double? Dropout { get; init; }
}
