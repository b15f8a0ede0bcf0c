using System.CommandLine;
using System.Globalization;
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
        ModelsInfoCommand.Create(),
        Verify(),
        ModelsImportCommand.Create(),
    }.Describe(["kinema models list", "kinema models info ctr-gcn --layout ntu", "kinema models verify ctr-gcn-ntu.safetensors"]);

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
            "exit 8 if a result is beyond the tolerance; in float32 single ReLU decisions flip gradients; 'not compared' names what it does not know",
            (parse, terminal) =>
            {
                TorchRuntime.Threads = parse.GetValue(threads) ?? Environment.ProcessorCount;
                var (limit, type) = (parse.GetValue(tolerance), parse.GetValue(dtype) == "float32" ? ScalarType.Float32 : ScalarType.Float64);
                if (!(limit > 0)) throw new KinemaException(ExitCode.Usage, $"--tolerance is above 0; got {limit.ToString(CultureInfo.InvariantCulture)}");
                var place = Device.Require(parse.GetValue(device) ?? "cpu");
                var results = new List<object>();
                var (replayed, agreeing) = (0, 0);
                foreach (var path in parse.GetRequiredValue(files))
                {
                    using var recording = Recording.Open(path, place);
                    var kind = RecordingKind.Of(recording, parse.GetValue(model));
                    var comparisons = kind.Replay(recording, type);
                    var beyond = comparisons.Count(comparison => !comparison.Within(limit));
                    if (beyond > 0) terminal.ExitCode = ExitCode.CheckFailed;
                    (replayed, agreeing) = (replayed + 1, agreeing + (beyond == 0 ? 1 : 0));
                    if (terminal.Json)
                        results.Add(new
                        {
                            File = path, Kind = kind.Name, Tolerance = limit, Passed = beyond == 0, Results = comparisons, NotCompared = recording.Unread,
                        });
                    else Print(path, kind, comparisons, recording.Unread, limit, beyond, terminal);
                }

                if (terminal.Json) Json.Write(terminal, "kinema.verify", new { Files = results });
                else if (replayed > 1) terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{agreeing} of {replayed} recordings agree"));
            });
    }

    private static void Print(
        string path, RecordingKind kind, IReadOnlyList<Comparison> comparisons, IReadOnlyList<string> unread, double limit, int beyond, Terminal terminal)
    {
        var worst = comparisons.MaxBy(one => double.IsNaN(one.Relative) ? double.PositiveInfinity : one.Relative)!;
        var verdict = (beyond == 0 ? "agrees" : $"{beyond} of {comparisons.Count} results are beyond {Number(limit)}")
            + $": largest relative difference {Number(worst.Relative)} ({worst.Result})";
        if (terminal.Quiet)
        {
            terminal.Out.WriteLine($"{path} ({kind.Name}) {verdict}");
            return;
        }

        terminal.Out.WriteLine($"{path} ({kind.Name})");
        var table = new TextTable("  result", "shape", "largest", "absolute", "relative", "norm", "") { RightAligned = [2, 3, 4, 5] };
        foreach (var one in comparisons)
            table.Add(
                $"  {one.Result}", one.Shape, Number(one.Largest), Number(one.Absolute), Number(one.Relative), Number(one.RelativeNorm),
                one.Within(limit) ? "" : "beyond");
        table.Write(terminal.Out);
        terminal.Out.WriteLine($"  {verdict}");
        if (unread.Count > 0) terminal.Out.WriteLine($"  not compared: {string.Join(", ", unread.Select(Plain))}");
        terminal.Out.Flush();

        static string Plain(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '?' : c)); // names are the file's

        static string Number(double value) => value.ToString("0.0e+00", CultureInfo.InvariantCulture);
    }
}
