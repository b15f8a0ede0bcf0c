namespace Kinema.Recipes;

/// <summary>Which clips a recipe trains on, and how a clip of any length becomes an array (C, T, V, M).</summary>
public sealed record DataSettings
{
    /// <summary>
    /// The data set: a folder, a zip as downloaded, or a packed <c>.safetensors</c>. In a recipe file a relative path is relative to that
    /// file, on the command line to the current folder.
    /// </summary>
    /// <value>Default: none; then <c>--data</c> must name it.</value>
    public string? Path { get; init; }

    /// <summary>Joint layout, by name (<c>nw-ucla</c>, <c>ntu</c>) or path of a layout file.</summary>
    /// <value>Default: none; then the data set says.</value>
    public string? Layout { get; init; }

    /// <summary>Frames T every clip is sampled to.</summary>
    /// <value>Default 64; at least 4, because the encoders halve T twice.</value>
    public int Frames { get; init; } = 64;

    /// <summary>How often each training clip occurs in one epoch, each time with fresh random draws.</summary>
    /// <value>Default 1.</value>
    public int Repeat { get; init; } = 1;

    /// <summary>Protocol that divides the clips into train and test; printed beside every accuracy.</summary>
    /// <value>Default <c>official</c>, the data set's only one; NTU has <c>xsub</c>, <c>xview</c>, <c>xset</c>.</value>
    public string Split { get; init; } = "official";

    /// <summary>
    /// Reading of the data pipeline: <c>ctr</c> as CTR-GCN's code, <c>csre</c> as the code released with CSRE (joints relative to the
    /// spine).
    /// </summary>
    /// <value>Default <c>ctr</c>.</value>
    public string Variant { get; init; } = "ctr";

    /// <summary>What the network sees: <c>joint</c>, <c>bone</c>, <c>joint-motion</c> or <c>bone-motion</c>.</summary>
    /// <value>Default <c>joint</c>.</value>
    public string Stream { get; init; } = "joint";
}
