using System.Runtime.CompilerServices;

namespace Kinema.Contrast;

/// <summary>Options of CSRE; the released code's values are the defaults.</summary>
/// <param name="Dimension">D, the length of s and t.</param>
/// <param name="Reduction">r, by which the decomposition divides the channels.</param>
/// <param name="Positives">P, hard positives per anchor.</param>
/// <param name="HardNegatives">Q, hard negatives per anchor.</param>
/// <param name="RandomNegatives">Random negatives per anchor.</param>
/// <param name="Temperature">τ; the paper chooses among 0.5, 0.8 and 1.</param>
/// <param name="SpatialWeight">Of L_spa in the total. Released code 1/2, paper eq. 10: 1.</param>
/// <param name="TemporalWeight">Of L_tem in the total. Released code 1/2, paper eq. 10: 1.</param>
/// <exception cref="ArgumentOutOfRangeException">A count below 1, or τ not above 0.</exception>
public sealed record CsreOptions(
    int Dimension = 256, int Reduction = 8, int Positives = 128, int HardNegatives = 512, int RandomNegatives = 512,
    double Temperature = 0.8, double SpatialWeight = 0.5, double TemporalWeight = 0.5)
{
    /// <inheritdoc cref="CsreOptions" path="/param[@name='Positives']"/>
    public int Positives { get; init => field = AtLeastOne(value); } = AtLeastOne(Positives);

    /// <inheritdoc cref="CsreOptions" path="/param[@name='HardNegatives']"/>
    public int HardNegatives { get; init => field = AtLeastOne(value); } = AtLeastOne(HardNegatives);

    /// <inheritdoc cref="CsreOptions" path="/param[@name='RandomNegatives']"/>
    public int RandomNegatives { get; init => field = AtLeastOne(value); } = AtLeastOne(RandomNegatives);

    /// <inheritdoc cref="CsreOptions" path="/param[@name='Temperature']"/>
    public double Temperature { get; init => field = AboveZero(value); } = AboveZero(Temperature);

    private static int AtLeastOne(int count, [CallerMemberName] string name = "") =>
        count >= 1 ? count : throw new ArgumentOutOfRangeException(name, count, "an anchor is contrasted with at least one row of each kind");

    private static double AboveZero(double value, [CallerMemberName] string name = "") =>
        value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, "similarities are divided by it: it is above 0");
}
