using System.CommandLine;
using System.Globalization;
using Kinema.Benchmarks;
using Kinema.Encoders;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema bench</c>: speed and memory of a network on this machine.</summary>
internal static class BenchCommand
{
    private static readonly Dictionary<string, Measurements> Kinds = new(StringComparer.Ordinal)
    {
        ["infer"] = Measurements.Infer, ["train"] = Measurements.Train, ["latency"] = Measurements.Latency,
        ["operators"] = Measurements.Operators, ["machine"] = Measurements.Machine, ["all"] = Measurements.All, ["none"] = Measurements.None,
    };

    public static Verb Create()
    {
        var defaults = (Batch: 16, Steps: 20, WarmUp: 3, Rows: 5100);
        var model = new Option<string>("--model") { Description = "an encoder: kinema models list", DefaultValueFactory = _ => "ctr-gcn", HelpName = "NAME" };
        var clips = new ClipOptions();
        var batch = CommonOptions.Count("--batch", "clips of inference and training", defaults.Batch);
        var type = new Option<string>("--dtype")
        {
            Description = "fp32, or bf16 for products in bfloat16", DefaultValueFactory = _ => "fp32", HelpName = "TYPE",
        };
        type.AcceptOnlyFromAmong("fp32", "bf16");
        var device = CommonOptions.Device();
        var steps = CommonOptions.Count("--steps", "timed rounds of each measurement", defaults.Steps);
        var warmUp = CommonOptions.Count("--warmup", "rounds before the clock starts", defaults.WarmUp, least: 0);
        var measure = new Option<string>("--measure")
        {
            Description = "infer, train, latency, operators, machine, several with commas, all or none", DefaultValueFactory = _ => "all", HelpName = "LIST",
        };
        var csre = new Option<bool>("--csre") { Description = "also steps without and with CSRE in turn" };
        var rows = CommonOptions.Count("--rows", $"N_D, rows of each of CSRE's banks; default: {defaults.Rows}");
        var top = CommonOptions.Count("--top", "operators shown, the most expensive", 12, least: 0);
        var threads = CommonOptions.Threads();
        return new Verb("bench", "speed and memory of a network on this machine, on made-up clips")
        {
            model, clips.Layout, clips.Frames, clips.Persons, clips.Classes, clips.Width, batch, type, device, steps, warmUp, measure, csre, rows, top,
            threads, CommonOptions.Json(),
        }.With(
            [
                "kinema bench --model ctr-gcn --layout nw-ucla --batch 16",
                "kinema bench --layout ntu --dtype bf16 --measure train,operators,machine",
                "kinema bench --csre --rows 40091 --measure none --json",
            ],
            "kinema doctor; docs/performance.md; bench/README.md",
            (parse, terminal) =>
            {
                var (input, classes) = clips.Of(parse);
                var options = new BenchmarkOptions
                {
                    Model = EncoderRegistry.Get(parse.GetRequiredValue(model), ExitCode.Usage),
                    Input = input,
                    Classes = classes,
                    Width = parse.GetValue(clips.Width),
                    Batch = parse.GetValue(batch)!.Value,
                    Type = parse.GetValue(type) == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32,
                    Device = Device.Require(parse.GetValue(device) ?? "cpu"),
                    Steps = parse.GetValue(steps)!.Value,
                    WarmUp = parse.GetValue(warmUp)!.Value,
                    Measure = MeasurementsOf(parse.GetRequiredValue(measure)),
                    CsreRows = parse.GetValue(csre) ? parse.GetValue(rows) ?? defaults.Rows : null,
                };
                if (options.CsreRows is null && parse.GetValue(rows) is not null)
                    throw new KinemaException(ExitCode.Usage, "--rows belongs to --csre: the rows of its banks");
                Check(options);
                TorchRuntime.Threads = parse.GetValue(threads) ?? Environment.ProcessorCount;
                var result = Benchmark.Run(options, stage => terminal.Note($"measuring: {stage}"));
                if (terminal.Json) Json.Write(terminal, "kinema.bench", BenchReport.Document(options, result));
                else BenchReport.Print(options, result, parse.GetValue(top)!.Value, terminal.Out);
            });
    }

    private static Measurements MeasurementsOf(string list)
    {
        var wanted = Measurements.None;
        foreach (var word in list.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Kinds.TryGetValue(word, out var kind))
            {
                var near = NearestName.Find(word, Kinds.Keys) is { } name ? $"; did you mean '{name}'?" : ".";
                throw new KinemaException(ExitCode.Usage, $"--measure knows no '{word}'{near} Known: {string.Join(", ", Kinds.Keys)}");
            }

            wanted |= kind;
        }

        return wanted;
    }

    private static void Check(BenchmarkOptions options)
    {
        var input = options.Input;
        if ((options.Measure.HasFlag(Measurements.Train) || options.CsreRows is not null)
            && options.Batch * Math.Min(input.Frames, input.Joints * input.Persons) == 1)
            throw new KinemaException(
                ExitCode.Usage, "one clip of one frame, or of one joint, cannot be trained on: raise --batch, or leave train out of --measure");
        if (options.CsreRows is { } rows && rows < options.Batch)
            throw new KinemaException(
                ExitCode.Usage, $"--rows is at least the batch, since every clip has a row; got {rows} rows for a batch of {options.Batch}");
        if ((options.Measure & (Measurements.Infer | Measurements.Train | Measurements.Latency)) == 0 && options.Measure.HasFlag(Measurements.Operators))
            throw new KinemaException(ExitCode.Usage, "--measure operators needs work to look into: add infer, train or latency");
        if (options.Measure == Measurements.None && options.CsreRows is null)
            throw new KinemaException(ExitCode.Usage, "--measure none measures nothing, unless --csre is given");
    }
}
