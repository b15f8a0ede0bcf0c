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
    /// <value>Default <c>official</c>, the only one of most sets; NTU has <c>xsub</c>, <c>xview</c>, <c>xset</c>, SBU <c>fold-1</c> to <c>fold-5</c>.</value>
    public string Split { get; init; } = "official";

    /// <summary>
    /// A list of clips, one a line, such as <c>labels-05.txt</c> of <c>data split --fractions</c>: of the training clips only these train, as in
    /// the supervised baseline of semi-supervised learning. A relative path in a recipe file is relative to that file.
    /// </summary>
    /// <value>Default: none; then all training clips train.</value>
    public string? Labels { get; init; }

    /// <summary>
    /// How a clip becomes a sample: <c>nw-ucla</c> normalises each axis, turns the view and draws T frames; <c>ntu</c> crops a stretch,
    /// resizes it to T frames and turns it a little; <c>2s-agcn</c> repeats the clip to fill T frames, takes the path of the body away and stands
    /// it upright; <c>actclr</c> resizes it to T frames around the shoulders and turns every frame to face the camera. The last two draw nothing.
    /// </summary>
    /// <value>Default <c>nw-ucla</c>.</value>
    public string Pipeline { get; init; } = "nw-ucla";

    /// <summary>M, the persons of a sample; those of a clip beyond them are not shown.</summary>
    /// <value>Default 1; 2 on NTU.</value>
    public int Persons { get; init; } = 1;

    /// <summary>What stands in the place of a second person where a clip shows one: <c>zero</c>, or <c>copy</c>, the person once more.</summary>
    /// <value>Default <c>zero</c>; the published preparation of NTU RGB+D 120 copies.</value>
    public string AbsentPerson { get; init; } = "zero";

    /// <summary>
    /// Where a clip is in space: <c>recorded</c> as its set has it, or <c>first-frame</c>, moved so that the first person's centre joint, when first
    /// seen, is the origin. The preparation of NTU RGB+D has done the latter once for all, and the pipeline <c>nw-ucla</c> always does.
    /// </summary>
    /// <value>Default <c>recorded</c>.</value>
    public string Origin { get; init; } = "recorded";

    /// <summary>
    /// The probability with which a training clip is shown mirrored in an epoch, left and right swapped. Not for classes that tell left from
    /// right. It is drawn anew for every instance.
    /// </summary>
    /// <value>Default 0: never, and no random number is drawn for it.</value>
    public double Mirror { get; init; }

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
