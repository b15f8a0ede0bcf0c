namespace Kinema.Recipes;

/// <summary>Top-1 accuracies a paper reports for a setting, in percent. Quoted beside ours, never in their place.</summary>
public sealed record TargetSettings
{
    /// <summary>Where the numbers stand: paper and table.</summary>
    /// <value>Default: empty.</value>
    public string Source { get; init; } = "";

    /// <summary>Percentage points by which one run may fall short of the paper's number and still count as reproducing it.</summary>
    /// <value>Default 1 percentage point; null where the numbers were reached by another recipe, of which no run of this one is a reproduction.</value>
    public double? Tolerance { get; init; } = 1;

    /// <summary>Joint stream.</summary>
    /// <value>Percent; default: unknown.</value>
    public double? Joint { get; init; }

    /// <summary>Bone stream.</summary>
    /// <value>Percent; default: unknown.</value>
    public double? Bone { get; init; }

    /// <summary>Joint-motion stream.</summary>
    /// <value>Percent; default: unknown.</value>
    public double? JointMotion { get; init; }

    /// <summary>Bone-motion stream.</summary>
    /// <value>Percent; default: unknown.</value>
    public double? BoneMotion { get; init; }

    /// <summary>Joint and bone fused.</summary>
    /// <value>Percent; default: unknown.</value>
    public double? TwoStreams { get; init; }

    /// <summary>All four streams fused.</summary>
    /// <value>Percent; default: unknown.</value>
    public double? FourStreams { get; init; }

    /// <summary>The number for one stream, for joint and bone fused, or for all four streams fused, in percent; null if there is none.</summary>
    /// <param name="streams">Values of <see cref="DataSettings.Stream"/>, in any order.</param>
    public double? For(IReadOnlyCollection<string> streams)
    {
        ArgumentNullException.ThrowIfNull(streams);
        return string.Join(' ', streams.Order(StringComparer.Ordinal)) switch
        {
            "bone joint" => TwoStreams,
            "bone bone-motion joint joint-motion" => FourStreams,
            _ => streams.Count == 1 ? For(streams.First()) : null,
        };
    }

    /// <summary>The number for one stream, in percent; null if the paper's is unknown.</summary>
    /// <param name="stream">A value of <see cref="DataSettings.Stream"/>.</param>
    /// <exception cref="ArgumentException">No such stream.</exception>
    public double? For(string stream) => stream switch
    {
        "joint" => Joint,
        "bone" => Bone,
        "joint-motion" => JointMotion,
        "bone-motion" => BoneMotion,
        _ => throw new ArgumentException($"'{stream}' is not a stream", nameof(stream)),
    };
}
