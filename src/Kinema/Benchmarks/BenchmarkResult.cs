namespace Kinema.Benchmarks;

/// <summary>One kind of work, measured.</summary>
/// <param name="Clips">In a round.</param>
/// <param name="Times">Of the rounds.</param>
/// <param name="Memory">The largest memory while they ran, including one round before the clock started; null for a device with its own.</param>
/// <param name="MultiplyAdds">In a round; null where operators were not counted.</param>
/// <param name="OfCeiling">Time its products take at the machine's best, over its time; null where either was not measured.</param>
/// <param name="Operators">Where the time of a round goes, the most expensive first; empty where operators were not counted.</param>
public sealed record WorkResult(
    int Clips, Timings Times, PeakMemory? Memory, long? MultiplyAdds, double? OfCeiling, IReadOnlyList<OperatorShare> Operators)
{
    /// <summary>A round under observation, of which the operators' times are: as a rule longer than those that were timed. Null where there was none.</summary>
    public double? ObservedMilliseconds { get; init; }

    /// <summary>Throughput at the median.</summary>
    public double ClipsPerSecond => 1000 * Clips / Times.Median;

    /// <summary>GFLOP/s at the median, two for a multiply-add.</summary>
    public double? Gflops => 2e-6 * MultiplyAdds / Times.Median;
}

/// <summary>What CSRE adds to a training step.</summary>
/// <param name="Rows">N_D, rows of each bank.</param>
/// <param name="BankBytes">Both banks with labels and marks.</param>
/// <param name="Anchors">Clips of a step that were contrasted, mean of both banks: with none of them it does next to nothing.</param>
/// <param name="Without">Steps without it.</param>
/// <param name="With">Steps with it, each next to one without.</param>
/// <param name="MemoryWithout">The largest memory of a step without it; the banks are there.</param>
/// <param name="MemoryWith">The largest memory of a step with it.</param>
public sealed record CsreResult(
    int Rows, long BankBytes, double Anchors, Timings Without, Timings With, PeakMemory? MemoryWithout, PeakMemory? MemoryWith)
{
    /// <summary>Time with over time without, pair by pair.</summary>
    public IReadOnlyList<double> Ratios { get; } = [.. With.Milliseconds.Zip(Without.Milliseconds, (with, without) => with / without)];

    /// <summary>The median of the ratios.</summary>
    public double Ratio => new Timings(Ratios).Median;
}

/// <summary>What a benchmark found.</summary>
/// <param name="Parameters">Trainable numbers of the network.</param>
/// <param name="Machine">The machine's ceilings, if they were measured.</param>
/// <param name="Inference">A batch forward.</param>
/// <param name="Training">A training step.</param>
/// <param name="Latency">One clip forward.</param>
/// <param name="Csre">What the plug-in adds.</param>
public sealed record BenchmarkResult(
    long Parameters, MachineCeiling? Machine, WorkResult? Inference, WorkResult? Training, WorkResult? Latency, CsreResult? Csre);
