using System.CommandLine;
using System.Globalization;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Verification;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema models list|info|verify</c>: the encoders, their layers, and the proof that they compute what their authors' do.</summary>
internal static class ModelsCommand
{
    public static Command Create() => new Verb("models", "encoders: list, layers, agreement with recordings, import")
    {
        ModelsListCommand.Create(),
        Info(),
        Verify(),
        ModelsImportCommand.Create(),
    }.Describe(["kinema models list", "kinema models info ctr-gcn --layout ntu --persons 2 --classes 60", "kinema models verify ctr-gcn-ntu.safetensors"]);

    private static Verb Info()
    {
        var name = new Argument<string>("name") { Description = "an encoder: kinema models list" };
        var layout = new Option<string>("--layout") { Description = "joint layout", DefaultValueFactory = _ => "nw-ucla", HelpName = "NAME|FILE" };
        var frames = new Option<int>("--frames") { Description = "T", DefaultValueFactory = _ => 52, HelpName = "N" };
        var persons = new Option<int>("--persons") { Description = "M", DefaultValueFactory = _ => 1, HelpName = "N" };
        var classes = new Option<int>("--classes") { Description = "K", DefaultValueFactory = _ => 10, HelpName = "N" };
        var width = new Option<int?>("--width") { Description = "channels of the first stage; default: the paper's", HelpName = "N" };
        var verb = new Verb("info", "the blocks of an encoder with their shapes and parameters")
        {
            name, layout, frames, persons, classes, width, CommonOptions.Json(),
        };
        string[] examples = ["kinema models info ctr-gcn", "kinema models info ctr-gcn --layout ntu --frames 64 --persons 2 --classes 60"];
        return verb.With(examples, "kinema layouts list", (parse, terminal) =>
        {
            foreach (var option in (Option<int>[])[frames, persons, classes])
                if (parse.GetValue(option) < 1) throw new KinemaException(ExitCode.Usage, $"{option.Name} is at least 1; got {parse.GetValue(option)}");
            var model = EncoderRegistry.Get(parse.GetRequiredValue(name));
            var joints = Layouts.Get(parse.GetRequiredValue(layout));
            var input = new EncoderInput(joints, joints.Dimensions, parse.GetValue(frames), parse.GetValue(persons));
            using var network = Build(model, input, parse.GetValue(width), parse.GetValue(classes));
            Describe(model, input, network, terminal);
        });
    }

    private static Recogniser Build(EncoderModel model, EncoderInput input, int? width, int classes)
    {
        try
        {
            return new Recogniser(model.Create(input, new EncoderSettings(width)), classes);
        }
        catch (ArgumentException e)
        {
            throw new KinemaException(ExitCode.Configuration, e.Message.ReplaceLineEndings(" "), e);
        }
    }

    private static void Describe(EncoderModel model, EncoderInput input, Recogniser network, Terminal terminal)
    {
        using var mode = Autograd.Inference();
        using var scope = TensorScope.Begin();
        network.Eval();
        var clips = Tensor.Zeros([1, input.Channels, input.Frames, input.Joints, input.Persons]);
        var parameters = network.NamedParameters().Select(entry => (entry.Name, Count: entry.Parameter.Value.Elements)).ToList();
        var rows = network.Encoder.Stages(clips).Select(stage => (stage.Name, Shape: stage.Output.ShapeText(), Parameters: Within(stage.Name))).ToList();
        rows.Add((network.ClassifierName, $"(1, {network.Classes})", Within(network.ClassifierName)));
        // What stands outside of the blocks: the norm at the door first, and what some networks keep beside their blocks.
        var outside = parameters.Where(entry => !rows.Any(row => entry.Name.StartsWith($"{row.Name}.", StringComparison.Ordinal)))
            .GroupBy(entry => entry.Name.LastIndexOf('.') is >= 0 and var dot ? entry.Name[..dot] : entry.Name)
            .Select((group, i) => (Name: group.Key, Shape: i == 0 ? clips.ShapeText() : "", Parameters: group.Sum(entry => entry.Count)))
            .ToList();
        rows.InsertRange(0, outside);
        var map = network.Encoder.MapShape;
        var (multiplyAdds, published) = (ModelsListCommand.MultiplyAdds(network), ModelsListCommand.Published(model.Name));
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.model", new
            {
                model.Name, model.Paper, model.Link, model.Takes, Parameters = network.ParameterCount(), MultiplyAdds = multiplyAdds, Layout = input.Layout.Name,
                Published = published.ToDictionary(entry => entry.Benchmark, entry => entry.Targets),
                Map = new { map.Channels, map.Frames, map.Joints, map.Persons },
                Blocks = rows.Select(row => new { row.Name, Output = row.Shape, row.Parameters }),
            });
            return;
        }

        terminal.Out.WriteLine($"{model.Name}: {model.Paper}");
        terminal.Out.WriteLine(model.Link);
        terminal.Out.WriteLine(
            $"one clip (N, C, T, V, M) = {clips.ShapeText()} of layout {input.Layout.Name}, {Number(network.ParameterCount())} parameters, {Number(multiplyAdds)} multiply-adds");
        terminal.Out.WriteLine($"takes {model.Takes}; feature map for CSRE: C {map.Channels}, T' {map.Frames} (time), V' {map.Joints} (space), persons {map.Persons}");
        terminal.Out.WriteLine();
        var table = new TextTable("block", "output", "parameters") { RightAligned = [2] };
        foreach (var row in rows) table.Add(row.Name, row.Shape, Number(row.Parameters));
        table.Write(terminal.Out);
        if (published.Count > 0) WritePublished(published, terminal);

        static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

        long Within(string part) => parameters.Where(entry => entry.Name.StartsWith($"{part}.", StringComparison.Ordinal)).Sum(entry => entry.Count);
    }

    private static void WritePublished(List<(string Benchmark, TargetSettings Targets)> published, Terminal terminal)
    {
        terminal.Out.WriteLine();
        var table = new TextTable("published top-1, %", "joint", "bone", "joint-motion", "bone-motion", "two streams", "four streams", "source")
        {
            RightAligned = [1, 2, 3, 4, 5, 6],
        };
        foreach (var (benchmark, one) in published)
        {
            double?[] numbers = [one.Joint, one.Bone, one.JointMotion, one.BoneMotion, one.TwoStreams, one.FourStreams];
            if (numbers.Any(number => number is not null))
                table.Add([benchmark, .. numbers.Select(number => number?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-"), one.Source]);
        }

        table.Write(terminal.Out);
    }

    private static Verb Verify()
    {
        var files = new Argument<string[]>("file") { Description = "recordings (.safetensors)", Arity = ArgumentArity.OneOrMore };
        var model = new Option<string?>("--model") { Description = "what was recorded; default: as the file's name says", HelpName = "NAME" };
        var tolerance = new Option<double>("--tolerance")
        {
            Description = "largest relative difference allowed", DefaultValueFactory = _ => 1e-5, HelpName = "X",
        };
        var dtype = new Option<string>("--dtype")
        {
            Description = "float64, or float32 as in training", DefaultValueFactory = _ => "float64", HelpName = "TYPE",
        };
        dtype.AcceptOnlyFromAmong("float64", "float32");
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        return new Verb("verify", "replays recordings of the originals and compares")
        {
            files, model, tolerance, dtype, device, threads, CommonOptions.Json(),
        }.With(
            ["kinema models verify ctr-gcn-nw-ucla.safetensors", "kinema models verify csre-*.safetensors --dtype float32 --tolerance 0.05"],
            "exit 8 if a result is beyond the tolerance; in float32 single ReLU decisions flip gradients",
            (parse, terminal) =>
            {
                TorchRuntime.Threads = parse.GetValue(threads) ?? Environment.ProcessorCount;
                var (limit, type) = (parse.GetValue(tolerance), parse.GetValue(dtype) == "float32" ? ScalarType.Float32 : ScalarType.Float64);
                if (!(limit > 0)) throw new KinemaException(ExitCode.Usage, $"--tolerance is above 0; got {limit.ToString(CultureInfo.InvariantCulture)}");
                var place = Device.Require(parse.GetValue(device) ?? "cpu");
                var results = new List<object>();
                foreach (var path in parse.GetRequiredValue(files))
                {
                    using var recording = Recording.Open(path, place);
                    var kind = RecordingKind.Of(recording, parse.GetValue(model));
                    var comparisons = kind.Replay(recording, type);
                    var beyond = comparisons.Count(comparison => !comparison.Within(limit));
                    if (beyond > 0) terminal.ExitCode = ExitCode.CheckFailed;
                    if (terminal.Json) results.Add(new { File = path, Kind = kind.Name, Tolerance = limit, Passed = beyond == 0, Results = comparisons });
                    else Print(path, kind, comparisons, limit, beyond, terminal);
                }

                if (terminal.Json) Json.Write(terminal, "kinema.verify", new { Files = results });
            });
    }

    private static void Print(string path, RecordingKind kind, IReadOnlyList<Comparison> comparisons, double limit, int beyond, Terminal terminal)
    {
        terminal.Out.WriteLine($"{path} ({kind.Name})");
        var table = new TextTable("  result", "shape", "largest", "absolute", "relative", "norm", "") { RightAligned = [2, 3, 4, 5] };
        foreach (var one in comparisons)
            table.Add(
                $"  {one.Result}", one.Shape, Number(one.Largest), Number(one.Absolute), Number(one.Relative), Number(one.RelativeNorm),
                one.Within(limit) ? "" : "beyond");
        table.Write(terminal.Out);
        var worst = comparisons.MaxBy(one => double.IsNaN(one.Relative) ? double.PositiveInfinity : one.Relative)!;
        terminal.Out.WriteLine(
            $"  {(beyond == 0 ? "agrees" : $"{beyond} of {comparisons.Count} results are beyond {Number(limit)}")}: largest relative difference {Number(worst.Relative)} ({worst.Result})");
        terminal.Out.Flush();

        static string Number(double value) => value.ToString("0.0e+00", CultureInfo.InvariantCulture);
    }
}
