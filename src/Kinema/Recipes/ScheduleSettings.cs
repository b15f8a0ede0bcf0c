namespace Kinema.Recipes;

/// <summary>Shape of the learning rate after warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>Constant between steps, multiplied by a factor at each.</summary>
    Steps,

    /// <summary>Half a cosine from the base rate towards 0 at the end of the last epoch.</summary>
    Cosine,

    /// <summary>Multiplied by a factor after every epoch.</summary>
    Exponential,
}

/// <summary>How the learning rate moves with the epochs; <see cref="LearningRate"/> holds the formula.</summary>
public sealed record ScheduleSettings
{
    /// <summary>Shape after warm-up.</summary>
    /// <value>Default <see cref="ScheduleKind.Steps"/>.</value>
    public ScheduleKind Kind { get; init; } = ScheduleKind.Steps;

    /// <summary>Epochs of linear rise to the base rate.</summary>
    /// <value>Default 5 epochs.</value>
    public int WarmupEpochs { get; init; } = 5;

    /// <summary>
    /// Epochs, counted from 0, from which on the rate is multiplied once more by <see cref="Factor"/>. The other shapes do not read them.
    /// </summary>
    /// <value>Default 35, 55.</value>
    public IReadOnlyList<int> Steps { get; init; } = [35, 55];

    /// <summary>The multiplier at each step, or after every epoch. Cosine does not read it.</summary>
    /// <value>Default 0.1.</value>
    public double Factor { get; init; } = 0.1;
}
