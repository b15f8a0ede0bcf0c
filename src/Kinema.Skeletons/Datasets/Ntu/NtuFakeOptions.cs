using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>What <see cref="NtuFakeFiles"/> makes. Equal options give the same bytes everywhere.</summary>
public sealed record NtuFakeOptions
{
    /// <summary>Whose file names to use.</summary>
    /// <value>Default <see cref="NtuSet.Ntu60"/>.</value>
    public NtuSet Set { get; init; } = NtuSet.Ntu60;

    /// <summary>How many files, spread evenly over the set; null makes all 56,880 or 114,480.</summary>
    /// <value>At least 1; default null.</value>
    public int? Clips { get; init; }

    /// <summary>The seed all numbers come from.</summary>
    /// <value>Default 0.</value>
    public long Seed { get; init; }

    /// <summary>The share of files that are damaged: half of them are empty, half cut off.</summary>
    /// <value>0 to 1; default 0.</value>
    public double Faults { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="KinemaException">One is out of range (<see cref="ExitCode.Usage"/>).</exception>
    public void Validate()
    {
        if (Clips < 1)
            throw Refusal.Usage($"made-up NTU RGB+D files: clips is {Clips}, must be at least 1");
        if (!(Faults >= 0 && Faults <= 1))
            throw Refusal.Usage($"made-up NTU RGB+D files: faults is {Faults}, must be 0 to 1");
    }
}
