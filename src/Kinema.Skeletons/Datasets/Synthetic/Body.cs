namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>
/// The limb lengths of one subject, in metres. Proportions of height follow the usual anthropometric tables, adjusted to where a depth
/// camera puts its joints (its shoulders sit low, its hands end at the palm).
/// </summary>
internal sealed record Body
{
    /// <summary>Standing height, metres.</summary>
    public required double Height { get; init; }

    public required double UpperArm { get; init; }

    public required double Forearm { get; init; }

    /// <summary>Wrist to palm; the finger tips lie as far again.</summary>
    public required double Hand { get; init; }

    public required double Thigh { get; init; }

    public required double Shin { get; init; }

    /// <summary>Ankle to the ball of the foot.</summary>
    public required double Foot { get; init; }

    /// <summary>Height of the ankle above the floor.</summary>
    public required double Ankle { get; init; }

    public required double HalfHips { get; init; }

    public required double HalfShoulders { get; init; }

    /// <summary>Hip centre to the point between the shoulders.</summary>
    public required double Trunk { get; init; }

    public required double Neck { get; init; }

    /// <summary>Top of the neck to the centre of the head.</summary>
    public required double Head { get; init; }

    /// <summary>Shoulder to wrist with a straight elbow: the unit of hand positions.</summary>
    public double Arm => UpperArm + Forearm;

    /// <summary>Hip to ankle with a straight knee: the unit of foot positions.</summary>
    public double Leg => Thigh + Shin;

    /// <summary>A person of 1.5 m to 1.95 m whose limbs differ by up to 7 % from the average of that height.</summary>
    public static Body Draw(ref Draws draws)
    {
        var height = draws.Between(1.5, 1.95);
        var legs = draws.Around(1, 0.05);
        var arms = draws.Around(1, 0.05);
        var width = draws.Around(1, 0.07);
        return new Body
        {
            Height = height,
            UpperArm = 0.160 * height * arms * draws.Around(1, 0.03),
            Forearm = 0.146 * height * arms * draws.Around(1, 0.03),
            Hand = 0.050 * height * arms,
            Thigh = 0.245 * height * legs * draws.Around(1, 0.03),
            Shin = 0.235 * height * legs * draws.Around(1, 0.03),
            Foot = 0.085 * height,
            Ankle = 0.045 * height,
            HalfHips = 0.055 * height * width,
            HalfShoulders = 0.105 * height * width * draws.Around(1, 0.04),
            Trunk = 0.290 * height * draws.Around(1, 0.04),
            Neck = 0.045 * height,
            Head = 0.080 * height,
        };
    }
}
