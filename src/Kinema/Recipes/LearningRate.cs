namespace Kinema.Recipes;

/// <summary>
/// The learning rate of each epoch e, counted from 0, as CTR-GCN's code sets it (once per epoch):
///   base · (e + 1) / W                              while e &lt; W, the warm-up epochs
///   base · factor^(number of steps ≤ e)             steps
///   base · factor^(e − W)                           exponential
///   base · (1 + cos(π (e − W) / (E − W))) / 2       cosine over E epochs
/// </summary>
/// <param name="training">Base rate, epochs and schedule.</param>
public sealed class LearningRate(TrainingSettings training)
{
    /// <summary>The learning rate of one epoch.</summary>
    /// <param name="epoch">Epoch, counted from 0; may lie beyond the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is negative.</exception>
    public double At(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        var (rate, schedule) = (training.LearningRate, training.Schedule);
        if (epoch < schedule.WarmupEpochs)
            return rate * (epoch + 1) / schedule.WarmupEpochs;

        var since = epoch - schedule.WarmupEpochs;
        return rate * schedule.Kind switch
        {
            ScheduleKind.Steps => Math.Pow(schedule.Factor, schedule.Steps.Count(step => step <= epoch)),
            ScheduleKind.Exponential => Math.Pow(schedule.Factor, since),
            _ => (1 + Math.Cos(Math.PI * Math.Min(since / (double)Math.Max(1, training.Epochs - schedule.WarmupEpochs), 1))) / 2,
        };
    }
}
