using Kinema.Evaluation;
using Kinema.Storage;

namespace Kinema.Training;

/// <summary>How a call of <see cref="Trainer.Run"/> ended.</summary>
/// <param name="Finished">True when all epochs are done; false when it stopped early with a good checkpoint.</param>
/// <param name="Epochs">Epochs done.</param>
/// <param name="BestEpoch">The best epoch on the test split, 1-based; 0 before the first.</param>
/// <param name="Best">Evaluation of the best epoch, null before the first.</param>
/// <param name="Last">Evaluation of the last epoch, null before the first, and where a run stopped again before it finished another.</param>
/// <param name="Seconds">Of the whole run, resumes added up.</param>
public sealed record TrainingOutcome(bool Finished, int Epochs, int BestEpoch, SplitEvaluation? Best, SplitEvaluation? Last, double Seconds);

/// <summary>When a run stops before its last epoch.</summary>
/// <param name="Stop">Asked to: the step is finished, a checkpoint is saved.</param>
/// <param name="TimeLimit">Leaves in time, with a checkpoint; null for no limit.</param>
public sealed record StopConditions(CancellationToken Stop = default, TimeSpan? TimeLimit = null)
{
    /// <summary>What the process will end with when it stopped early; asked once it has, for <c>status.json</c>.</summary>
    public Func<ExitCode> StoppedWith { get; init; } = () => ExitCode.StoppedEarly;
}
