namespace Kinema.Recipes;

/// <summary>How the two contrastive terms of CSRE enter the loss when no weight is given.</summary>
public enum CsreWeighting
{
    /// <summary>The released code: cross entropy + (spatial + temporal) / 2.</summary>
    Code,

    /// <summary>The paper, equation (10): cross entropy + spatial + temporal.</summary>
    Paper,
}

/// <summary>How many bank rows each anchor of CSRE is held against.</summary>
/// <param name="HardPositives">Least similar rows of the anchor's class.</param>
/// <param name="HardNegatives">Most similar rows of other classes.</param>
/// <param name="RandomNegatives">Random rows of other classes.</param>
public readonly record struct CsreCounts(int HardPositives, int HardNegatives, int RandomNegatives);

/// <summary>
/// The contrastive plug-in: spatial and temporal features of every training clip are held against two banks of B rows,
/// one row per training instance. Active only while training. Defaults are those of the released code.
/// </summary>
public sealed record CsreSettings
{
    /// <summary>Whether the plug-in takes part.</summary>
    /// <value>Default false.</value>
    public bool Enabled { get; init; }

    /// <summary>Width D of the spatial and the temporal feature.</summary>
    /// <value>Default 256.</value>
    public int Dimension { get; init; } = 256;

    /// <summary>r: the feature map's C channels are reduced to C/r before flattening.</summary>
    /// <value>Default 8.</value>
    public int Reduction { get; init; } = 8;

    /// <summary>P: least similar bank rows of the anchor's own class.</summary>
    /// <value>Default 128 rows.</value>
    public int HardPositives { get; init; } = 128;

    /// <summary>Q: most similar bank rows of other classes.</summary>
    /// <value>Default 512 rows.</value>
    public int HardNegatives { get; init; } = 512;

    /// <summary>Bank rows of other classes drawn at random, without replacement.</summary>
    /// <value>Default 512 rows.</value>
    public int RandomNegatives { get; init; } = 512;

    /// <summary>τ: similarities are divided by it.</summary>
    /// <value>Default 0.8.</value>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Weights of the two terms where none is given: 0.5 each as the code, or 1 each as the paper.</summary>
    /// <value>Default <see cref="CsreWeighting.Code"/>.</value>
    public CsreWeighting Weighting { get; init; } = CsreWeighting.Code;

    /// <summary>Weight of the spatial term; none means what <see cref="Weighting"/> says. Read <see cref="SpatialFactor"/>.</summary>
    /// <value>Default: none.</value>
    public double? SpatialWeight { get; init; }

    /// <summary>Weight of the temporal term; none means what <see cref="Weighting"/> says. Read <see cref="TemporalFactor"/>.</summary>
    /// <value>Default: none.</value>
    public double? TemporalWeight { get; init; }

    /// <summary>
    /// Whether a training set too small for the counts above lowers them (see <see cref="CountsFor"/>). Without it, as in the released
    /// code, an anchor whose class has too few rows sits every step out, and on a small set the term is silently zero.
    /// </summary>
    /// <value>Default true: on the published data sets it changes nothing.</value>
    public bool ScaleCounts { get; init; } = true;

    /// <summary>The spatial term's weight in the total loss.</summary>
    public double SpatialFactor => SpatialWeight ?? WeightingFactor;

    /// <summary>The temporal term's weight in the total loss.</summary>
    public double TemporalFactor => TemporalWeight ?? WeightingFactor;

    private double WeightingFactor => Weighting == CsreWeighting.Code ? 0.5 : 1;

    /// <summary>
    /// The counts for one training set. With <see cref="ScaleCounts"/> none exceeds half of what a full bank offers its worst-off class:
    /// half, so that hard rows stay a choice, and the term starts in the first epoch, not when the bank is full. The smallest class of the
    /// published sets has 374 rows, so 128 and 512 stand there.
    /// </summary>
    /// <param name="smallestClass">Bank rows of the rarest class, repeats included.</param>
    /// <param name="fewestNegatives">B less the bank rows of the most frequent class.</param>
    public CsreCounts CountsFor(int smallestClass, int fewestNegatives) => ScaleCounts
        ? new(
            AtMostHalf(HardPositives, smallestClass),
            AtMostHalf(HardNegatives, fewestNegatives),
            AtMostHalf(RandomNegatives, fewestNegatives))
        : new(HardPositives, HardNegatives, RandomNegatives);

    private static int AtMostHalf(int wanted, int offered) => Math.Min(wanted, Math.Max(1, offered / 2));
}
