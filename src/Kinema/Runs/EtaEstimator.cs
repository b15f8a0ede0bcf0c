namespace Kinema.Runs;

/// <summary>
/// Estimates the time left from the steps timed so far: their mean at first, an exponential mean over about the last 50 later. The first
/// step is not counted, since it allocates and compiles. No estimate before 20 steps: an early one is wrong and stays in the reader's mind.
/// </summary>
public sealed class EtaEstimator
{
    /// <summary>Steps before the first estimate.</summary>
    public const int StepsBeforeFirst = 20;

    private const int Window = 50;

    private int steps;
    private double stepSeconds;
    private int pauses;
    private double pauseSeconds;

    /// <summary>Smoothed seconds per step; null before the first estimate.</summary>
    public double? SecondsPerStep => steps >= StepsBeforeFirst ? stepSeconds : null;

    /// <summary>Adds the time of one training step.</summary>
    /// <param name="seconds">Seconds, waiting for data included.</param>
    public void AddStep(double seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        steps++;
        if (steps > 1)
            stepSeconds += (seconds - stepSeconds) / Math.Min(steps - 1, Window);
    }

    /// <summary>Adds the time between the last step of an epoch and the first of the next: evaluation and saving.</summary>
    /// <param name="seconds">Seconds.</param>
    public void AddPause(double seconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        pauses++;
        pauseSeconds += (seconds - pauseSeconds) / pauses;
    }

    /// <summary>Time until the epoch's last step; null before the first estimate.</summary>
    public TimeSpan? ForEpoch(int stepsLeft) => Estimate(stepsLeft, 0);

    /// <summary>Time until the run is done, evaluations included once one was timed; null before the first estimate.</summary>
    /// <param name="stepsLeft">Steps left in this epoch.</param>
    /// <param name="epochsLeft">Epochs after this one.</param>
    /// <param name="stepsPerEpoch">Steps of each of those.</param>
    public TimeSpan? ForRun(int stepsLeft, int epochsLeft, int stepsPerEpoch) =>
        Estimate(stepsLeft + (long)epochsLeft * stepsPerEpoch, epochsLeft + 1);

    private TimeSpan? Estimate(long stepsLeft, int pausesLeft) =>
        SecondsPerStep is { } perStep ? TimeSpan.FromSeconds(Math.Min(stepsLeft * perStep + pausesLeft * pauseSeconds, 1e9)) : null;
}
