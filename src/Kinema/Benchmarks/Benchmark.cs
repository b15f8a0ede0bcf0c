using System.Diagnostics;
using Kinema.Torch;

namespace Kinema.Benchmarks;

/// <summary>
/// Times a network on made-up clips: inference, training, latency, what CSRE adds, where the time goes, and how near that is to what the
/// machine could do. The machine's ceilings are measured in the same run, since machines drift and are shared.
/// </summary>
public static class Benchmark
{
    /// <summary>Rounds of their own, beside those that are timed, in which the operators are observed.</summary>
    public const int ProfiledRounds = 2;

    /// <summary>Builds the network and measures.</summary>
    /// <param name="options">What and how.</param>
    /// <param name="stage">Told what begins, for whoever waits; may be null.</param>
    /// <exception cref="Storage.KinemaException">The encoder cannot be built for these clips, or cannot learn from so few.</exception>
    public static BenchmarkResult Run(BenchmarkOptions options, Action<string>? stage = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var work = new Workload(options);
        var (inference, training, latency) = (default(WorkResult), default(WorkResult), default(WorkResult));
        CsreResult? csre = null;

        // Memory first grows in inference, then in training; the ceilings' buffers come last.
        if (Wants(Measurements.Latency)) latency = Measure("latency of one clip", 1, () => work.Infer(work.One));
        if (Wants(Measurements.Infer)) inference = Measure("inference", options.Batch, () => work.Infer(work.Clips));
        if (Wants(Measurements.Train)) training = Measure("training", options.Batch, () => work.Step(withCsre: false));
        if (options.CsreRows is { } rows)
        {
            stage?.Invoke("csre");
            csre = Contrast(rows);
        }

        MachineCeiling? machine = null;
        if (Wants(Measurements.Machine))
        {
            stage?.Invoke("machine");
            machine = MachineCeiling.Measure(options.Device);
        }

        return new BenchmarkResult(work.Parameters, machine, Profiled("inference", inference, () => work.Infer(work.Clips)),
            Profiled("training", training, () => work.Step(withCsre: false)), Profiled("one clip", latency, () => work.Infer(work.One)), csre);

        bool Wants(Measurements one) => options.Measure.HasFlag(one);

        WorkResult Measure(string name, int clips, Action round)
        {
            stage?.Invoke(name);
            for (var i = 0; i < options.WarmUp; i++) round();
            var reset = ResetMemory(options.Device);
            round();
            var times = Enumerable.Range(0, options.Steps).Select(_ => Milliseconds(round)).ToArray();
            return new WorkResult(clips, new Timings(times), ReadMemory(options.Device, reset), null, null, []);
        }

        WorkResult? Profiled(string name, WorkResult? result, Action round)
        {
            if (result is null || !Wants(Measurements.Operators)) return result;
            stage?.Invoke($"operators of {name}");
            round(); // in the mode of its own: training or evaluation
            using var profile = OperatorProfile.Begin(options.Device);
            var begin = Stopwatch.GetTimestamp();
            for (var i = 0; i < ProfiledRounds; i++) round();
            var whole = Stopwatch.GetElapsedTime(begin);
            var rows = profile.End();
            var ideal = machine is null ? (double?)null : 1e3 * rows.Sum(machine.ProductSeconds) / ProfiledRounds;
            return result with
            {
                MultiplyAdds = rows.Sum(row => row.MultiplyAdds) / ProfiledRounds,
                OfCeiling = ideal / result.Times.Median,
                ObservedMilliseconds = whole.TotalMilliseconds / ProfiledRounds,
                Operators = OperatorShare.Of(rows, whole, ProfiledRounds, machine),
            };
        }

        // One without, one with, and who begins alternates: both meet the same machine.
        CsreResult Contrast(int rows)
        {
            work.AttachCsre();
            for (var i = 0; i < options.WarmUp; i++) work.Step(withCsre: i % 2 == 1);
            var reset = ResetMemory(options.Device);
            work.Step(withCsre: false);
            var without = ReadMemory(options.Device, reset);
            reset = ResetMemory(options.Device);
            work.Step(withCsre: true);
            var with = ReadMemory(options.Device, reset);
            var (plain, contrast) = (new double[options.Steps], new double[options.Steps]);
            var anchors = 0.0;
            for (var turn = 0; turn < 2 * options.Steps; turn++)
            {
                var withCsre = turn % 4 is 1 or 2;
                (withCsre ? contrast : plain)[turn / 2] = Milliseconds(() => anchors += work.Step(withCsre));
            }

            return new CsreResult(rows, work.BankBytes, anchors / options.Steps, new Timings(plain), new Timings(contrast), without, with);
        }
    }

    private static bool ResetMemory(Device device) => device.Kind == DeviceKind.Cpu && PeakMemory.Reset();

    private static PeakMemory? ReadMemory(Device device, bool reset) => device.Kind == DeviceKind.Cpu ? PeakMemory.Read(reset) : null;

    private static double Milliseconds(Action round)
    {
        var begin = Stopwatch.GetTimestamp();
        round();
        return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
    }
}
