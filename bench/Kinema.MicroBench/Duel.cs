using System.Diagnostics;
using Kinema.Benchmarks;
using Kinema.Torch;

namespace Kinema.MicroBench;

/// <summary>A kernel and its twin in plain operators, on the same numbers.</summary>
/// <param name="Name">What is computed, on which shape.</param>
/// <param name="Ours">Called once a round.</param>
/// <param name="Twin">Computes the same.</param>
/// <param name="Inputs">Those whose gradients backward computes.</param>
/// <param name="TwinInputs">The same of the twin.</param>
/// <param name="MultiplyAdds">Of forward.</param>
/// <param name="Bytes">Of forward, each input read once, each output written once.</param>
internal sealed record Duel(
    string Name, Func<Tensor[]> Ours, Func<Tensor[]> Twin, Tensor[] Inputs, Tensor[] TwinInputs, double MultiplyAdds, double Bytes)
{
    // Backward computes a gradient for each of two factors and reads and writes about twice as much.
    private const double BackwardFactor = 2;

    private const int WarmUpMilliseconds = 500;

    /// <summary>Of one output.</summary>
    internal Duel(string name, Func<Tensor> ours, Func<Tensor> twin, Tensor[] inputs, Tensor[] twinInputs, double multiplyAdds, double bytes)
        : this(name, () => [ours()], () => [twin()], inputs, twinInputs, multiplyAdds, bytes)
    {
    }

    /// <summary>Whether the kernel does something forward, too.</summary>
    internal bool HasForward { get; init; } = true;

    /// <summary>Times both in turn.</summary>
    internal IEnumerable<DuelResult> Run(int rounds)
    {
        if (HasForward) yield return Alternate("forward", rounds, () => Forward(Ours), () => Forward(Twin), 1);
        yield return Alternate("backward", rounds, () => Backward(Ours, Inputs), () => Backward(Twin, TwinInputs), BackwardFactor);
    }

    private DuelResult Alternate(string pass, int rounds, Func<double> ours, Func<double> twin, double factor)
    {
        // Until what runs first has been compiled for good, and caches and threads are warm.
        var warmUp = Stopwatch.StartNew();
        do
        {
            ours();
            twin();
        }
        while (warmUp.ElapsedMilliseconds < WarmUpMilliseconds);

        var (mine, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            if (round % 2 == 0) mine.Add(ours());                            // who begins alternates
            theirs.Add(twin());
            if (round % 2 == 1) mine.Add(ours());
        }

        var ratios = new Timings([.. theirs.Zip(mine, (their, my) => their / my)]);
        var milliseconds = new Timings(mine).Median;
        return new DuelResult(
            Name, pass, milliseconds, new Timings(theirs).Median, ratios.Median, 2e-6 * factor * MultiplyAdds / milliseconds,
            1e-6 * factor * Bytes / milliseconds);
    }

    private static double Forward(Func<Tensor[]> compute)
    {
        using var quiet = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        var begin = Stopwatch.GetTimestamp();
        compute();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }

    private static double Backward(Func<Tensor[]> compute, Tensor[] inputs)
    {
        using var scope = TensorScope.Begin();
        var outputs = compute();
        Tensor[] start = [.. outputs.Select(y => (y.Detach() * 0) + 1)];                 // in the output's memory order, as a network's backward has it
        var begin = Stopwatch.GetTimestamp();
        Autograd.Grad(outputs, inputs, start);
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }
}

/// <summary>How a pass came out.</summary>
/// <param name="Name">Of the duel.</param>
/// <param name="Pass">Forward or backward.</param>
/// <param name="Ours">Median, ms.</param>
/// <param name="Twin">Median, ms.</param>
/// <param name="Ratio">Median of twin over ours, pair by pair.</param>
/// <param name="Gflops">Of ours.</param>
/// <param name="Gbps">Of ours.</param>
internal sealed record DuelResult(string Name, string Pass, double Ours, double Twin, double Ratio, double Gflops, double Gbps);
