namespace Kinema.Skeletons.Datasets;

/// <summary>How bad a fault is.</summary>
public enum FaultSeverity
{
    /// <summary>Worth knowing, harmless.</summary>
    Note,

    /// <summary>Usable, but results may be other than they seem.</summary>
    Warning,

    /// <summary>The set cannot be used as it is; opening it for training or evaluation is refused.</summary>
    Error,
}

/// <summary>Something wrong with a data set.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Kind">A stable word for scripts, such as <c>missing-clip</c>.</param>
/// <param name="Message">One line: what, where (file or clip), why.</param>
public sealed record DatasetFault(FaultSeverity Severity, string Kind, string Message);

/// <summary>A data set as far as it could be read, and what is wrong with it.</summary>
/// <param name="Dataset">The clips that could be read.</param>
/// <param name="Faults">What is wrong with the files; <see cref="DatasetStatistics"/> adds what is odd about the clips.</param>
public sealed record ExaminedDataset(ClipDataset Dataset, IReadOnlyList<DatasetFault> Faults);
