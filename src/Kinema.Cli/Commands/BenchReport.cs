using System.Globalization;
using Kinema.Benchmarks;
using Kinema.Runs;
using Kinema.Torch;

namespace Kinema.Cli.Commands;

/// <summary>What <c>kinema bench</c> found, as a table of 80 columns and as a document.</summary>
internal static class BenchReport
{
    private const int LongestName = 27;

    public static object Document(BenchmarkOptions options, BenchmarkResult result)
    {
        var here = RunEnvironment.Capture(TorchRuntime.Threads);
        return new
        {
            Model = options.Model.Name,
            Layout = options.Input.Layout.Name,
            options.Input.Channels,
            options.Input.Frames,
            options.Input.Joints,
            options.Input.Persons,
            options.Classes,
            options.Width,
            options.Batch,
            Dtype = Name(options.Type),
            Device = options.Device.ToString(),
            TorchRuntime.Threads,
            Libtorch = TorchRuntime.Version,
            here.Commit,
            here.Vectors,
            here.Cores,
            options.Steps,
            WarmUp = options.WarmUp,
            result.Parameters,
            Machine = result.Machine is not { } machine ? null : new
            {
                Fp32Gflops = Round(machine.Float32), Bf16Gflops = Round(machine.BFloat16), CopyGbps = Round(machine.Copy), TriadGbps = Round(machine.Triad),
                Fp32By = machine.Float32By, Bf16By = machine.BFloat16By,
            },
            Inference = Work(result.Inference),
            Training = Work(result.Training),
            Latency = Work(result.Latency),
            Csre = result.Csre is not { } csre ? null : new
            {
                csre.Rows, csre.BankBytes, Anchors = Round(csre.Anchors),
                Ratio = Round(csre.Ratio, 4), LowRatio = Round(csre.Ratios.Min(), 4), HighRatio = Round(csre.Ratios.Max(), 4),
                WithoutMs = Round(csre.Without.Median), WithMs = Round(csre.With.Median),
                PeakBytesWithout = csre.MemoryWithout?.Bytes, PeakBytesWith = csre.MemoryWith?.Bytes,
                PeakOfStep = csre.MemoryWith?.SinceReset & csre.MemoryWithout?.SinceReset,
                WithoutRoundsMs = csre.Without.Milliseconds.Select(value => Round(value)), WithRoundsMs = csre.With.Milliseconds.Select(value => Round(value)),
                Ratios = csre.Ratios.Select(ratio => Round(ratio, 4)),
            },
        };
    }

    public static void Print(BenchmarkOptions options, BenchmarkResult result, int top, TextWriter output)
    {
        var input = options.Input;
        output.WriteLine(
            $"{options.Model.Name} on {input.Layout.Name}: clips (C, T, V, M) = ({input.Channels}, {input.Frames}, {input.Joints}, {input.Persons}), {options.Classes} classes,");
        output.WriteLine(
            $"  {Name(options.Type)} on {options.Device}, {TorchRuntime.Threads} threads, libtorch {TorchRuntime.Version}, medians of {options.Steps}");
        output.WriteLine(Text($"parameters     {result.Parameters:N0}"));
        if ((result.Inference ?? result.Latency) is { MultiplyAdds: { } forward } inference)
            output.WriteLine($"multiply-adds  {Large((double)forward / inference.Clips)} a clip forward");
        if (result.Training is { MultiplyAdds: { } step }) output.WriteLine($"multiply-adds  {Large(step)} a training step of {options.Batch}");
        if (result.Machine is { } machine)
        {
            var half = Text($"{machine.BFloat16:0} bf16 by {By(machine.BFloat16By)}");
            output.WriteLine(Text($"machine        {machine.Float32:0} GFLOP/s fp32 by {By(machine.Float32By)}, {half};"));
            output.WriteLine(Text($"               {machine.Copy:0.0} GB/s copy, {machine.Triad:0.0} triad"));
        }

        output.WriteLine();
        var table = new TextTable("work", "median ms", "p95 ms", "clips/s", "GFLOP/s", "of best", "peak MiB") { RightAligned = [1, 2, 3, 4, 5, 6] };
        Row("latency, one clip", result.Latency);
        Row($"inference of {options.Batch}", result.Inference);
        Row($"training step of {options.Batch}", result.Training);
        if (result.Csre is { } contrast)
        {
            Row("step without CSRE", new WorkResult(options.Batch, contrast.Without, contrast.MemoryWithout, null, null, []));
            Row("step with CSRE", new WorkResult(options.Batch, contrast.With, contrast.MemoryWith, null, null, []));
        }

        if (table.Count > 0) table.Write(output);
        if (((result.Training ?? result.Inference ?? result.Latency)?.Memory ?? result.Csre?.MemoryWith) is { SinceReset: false })
            output.WriteLine("peak MiB is that of the whole process: this system does not let it be set back");
        if (result.Csre is { } csre)
        {
            var range = Text($"{csre.Ratios.Min():0.000} to {csre.Ratios.Max():0.000}");
            output.WriteLine(Text($"CSRE with {csre.Rows} rows: {csre.Ratio:0.000} of a step without it ({range}):"));
            output.WriteLine("  the median of the pairs' ratios, not the ratio of the medians above");
            output.WriteLine(Text($"  banks of {csre.BankBytes / 1048576.0:0.0} MiB, which are in the memory of both rows"));
            output.WriteLine(
                csre.Anchors > 0
                    ? Text($"  {csre.Anchors:0.#} of the {options.Batch} clips contrasted in a step")
                    : $"  no clip was contrasted: {csre.Rows} rows of {options.Classes} classes offer too few; give more with --rows");
        }

        Operators($"a training step of {options.Batch}", result.Training, top, output);
        Operators($"inference of {options.Batch}", result.Inference, top, output);
        Operators("inference of one clip", result.Latency, top, output);

        void Row(string name, WorkResult? work)
        {
            if (work is null) return;
            table.Add(
                name, Text($"{work.Times.Median:0.0}"), Text($"{work.Times.P95:0.0}"), Text($"{work.ClipsPerSecond:0.0}"),
                work.Gflops is { } speed ? Text($"{speed:0}") : "", Percent(work.OfCeiling),
                work.Memory is { } memory ? Text($"{memory.Bytes / 1048576:0}") : "");
        }
    }

    private static void Operators(string title, WorkResult? work, int top, TextWriter output)
    {
        if (work is not { Operators.Count: > 0 } || top == 0) return;
        output.WriteLine();
        if (work.ObservedMilliseconds is { } observed)
        {
            var timed = $"the timed ones: {Digits(work.Times.Median)} ms";
            output.WriteLine($"in {Benchmark.ProfiledRounds} separate rounds under observation: {Digits(observed)} ms each ({timed})");
        }

        var table = new TextTable(title, "type", "calls", "ms", "share", "GFLOP/s", "GB/s", "of best") { RightAligned = [2, 3, 4, 5, 6, 7] };
        foreach (var row in work.Operators.Take(top))
        {
            var mark = row.Limit switch { Limit.Products => " p", Limit.Memory => " m", _ => "  " };
            table.Add(
                Short(row.Name), row.Type is { } type ? Name(type) : "", row.Calls > 0 ? Text($"{row.Calls:0}") : "", Digits(row.Milliseconds),
                Percent(row.Share),
                row.Gflops >= 0.5 ? Text($"{row.Gflops:0}") : "", row.Gbps >= 0.05 ? Digits(row.Gbps) : "",
                (row.OfCeiling is { } reached ? Text($"{100 * reached:0}%") : "") + mark);
        }

        if (work.Operators.Count > top)
        {
            var rest = work.Operators.Skip(top).ToList();
            table.Add(
                $"{rest.Count} others", "", Text($"{rest.Sum(row => row.Calls):0}"), Digits(rest.Sum(row => row.Milliseconds)),
                Percent(rest.Sum(row => row.Share)), "", "", "  ");
        }

        table.Write(output);
        if (work.Operators.Any(row => row.Limit is not null))
            output.WriteLine("of best: against the machine's products (p) or memory (m), whichever is nearer");
        if (work.Operators.Take(top).Any(row => row is { Limit: Limit.Memory, OfCeiling: >= 1.005 })) // as it is printed
            output.WriteLine("over 100% of memory (m): the map lies in the cache, which is faster than memory");
    }

    private static object? Work(WorkResult? work) => work is null ? null : new
    {
        work.Clips,
        MedianMs = Round(work.Times.Median),
        P95Ms = Round(work.Times.P95),
        LeastMs = Round(work.Times.Least),
        ClipsPerSecond = Round(work.ClipsPerSecond),
        PeakBytes = work.Memory?.Bytes,
        PeakOfStep = work.Memory?.SinceReset,
        work.MultiplyAdds,
        Gflops = Round(work.Gflops),
        OfCeiling = Round(work.OfCeiling, 4),
        ObservedMs = Round(work.ObservedMilliseconds),
        Ms = work.Times.Milliseconds.Select(value => Round(value)),
        Operators = work.Operators.Select(row => new
        {
            row.Name, Dtype = row.Type is { } type ? Name(type) : null, Calls = Round(row.Calls, 1), Ms = Round(row.Milliseconds, 4),
            Share = Round(row.Share, 4),
            Gflops = Round(row.Gflops, 2), Gbps = Round(row.Gbps, 2), row.Limit, OfCeiling = Round(row.OfCeiling, 4),
        }),
    };

    private static string By(Multiplier who) => who == Multiplier.Kernels ? "Kinema's kernels" : "libtorch";

    private static string Name(ScalarType type) => type switch
    {
        ScalarType.Float32 => "fp32", ScalarType.BFloat16 => "bf16", ScalarType.Float16 => "fp16", ScalarType.Float64 => "fp64",
        _ => type.ToString().ToLowerInvariant(),
    };

    private static string Short(string name)
    {
        if (name.StartsWith("aten::", StringComparison.Ordinal)) name = name[6..];
        return name.Length <= LongestName ? name : name[..(LongestName - 2)] + "..";
    }

    // Three digits of whatever size: 0.567 G, 5.53 M.
    private static string Large(double value)
    {
        var (scaled, unit) = value >= 1e8 ? (value / 1e9, "G") : value >= 1e5 ? (value / 1e6, "M") : (value / 1e3, "k");
        var format = scaled >= 100 ? "0" : scaled >= 10 ? "0.0" : scaled >= 1 ? "0.00" : "0.000";
        return $"{scaled.ToString(format, CultureInfo.InvariantCulture)} {unit}";
    }

    private static string Percent(double? share) => share is { } value ? Text($"{100 * value:0.0}%") : "";

    private static string Digits(double value) => value >= 100 ? Text($"{value:0}") : Text($"{value:0.0}");

    private static double? Round(double? value, int digits = 3) => value is { } number ? Math.Round(number, digits) : null;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
