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
public sealed record CsreOptions(
    int Dimension = 256, int Reduction = 8, int Positives = 128, int HardNegatives = 512, int RandomNegatives = 512,
    double Temperature = 0.8, double SpatialWeight = 0.5, double TemporalWeight = 0.5);
