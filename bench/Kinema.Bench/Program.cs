// Times training steps and inference of CTR-GCN on random clips, for docs/performance.md. One JSON line on stdout; bench/README.md.
//   Kinema.Bench train|csre|infer [--steps 20] [--batch 16] [--width 64] [--layout nw-ucla] [--frames 52] [--persons 1] [--classes 10]
//                [--rows 5100] [--threads CORES] [--device cpu|cuda|cuda:N]
// `csre` alternates a step without and a step with the plug-in, so that both meet the same machine; `--rows` is N_D.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kinema.Contrast;
using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

const int WarmUp = 3;
var mode = args.FirstOrDefault() ?? "train";
var steps = Number("--steps", 20);
var batch = Number("--batch", 16);
var rows = Number("--rows", 5100);
var layout = Layouts.Get(Text("--layout") ?? "nw-ucla");
var device = Device.Require(Text("--device") ?? "cpu");
TorchRuntime.Threads = Number("--threads", Environment.ProcessorCount);

var input = new EncoderInput(layout, 3, Number("--frames", 52), Number("--persons", 1));
var classes = Number("--classes", 10);
using var random = new Generator(1);
using var network = new Recogniser(new CtrGcn(input, new CtrGcnOptions(Number("--width", 64))), classes);
network.Initialise(random);
network.To(device);
var labels = Enumerable.Range(0, rows).Select(row => (long)(row % classes)).ToArray();
using var csre = mode == "csre" ? new Csre(network.Encoder.MapShape, labels, new CsreOptions()) : null;
csre?.Initialise(random);
csre?.To(device);
using var optimizer = new Sgd([.. network.NamedParameters(), .. csre?.NamedParameters() ?? []], new SgdOptions(WeightDecay: 1e-4));
if (csre is not null) Fill(csre);

var (plain, contrast) = (new List<double>(), new List<double>());
for (var step = 0; step < WarmUp + steps; step++)
{
    var one = Time(() => Step(step, withCsre: false));
    var two = csre is null ? 0 : Time(() => Step(step, withCsre: true));
    if (step < WarmUp) continue;
    plain.Add(one);
    contrast.Add(two);
}

using var process = Process.GetCurrentProcess();
Console.WriteLine(JsonSerializer.Serialize(new
{
    mode, batch, device = device.ToString(), threads = TorchRuntime.Threads, libtorch = TorchRuntime.Version, layout = layout.Name,
    median_ms = Median(plain), min_ms = plain.Min(),
    csre_median_ms = csre is null ? (double?)null : Median(contrast),
    csre_over_plain = csre is null ? (double?)null : Median([.. contrast.Zip(plain, (with, without) => with / without)]),
    peak_mib = process.PeakWorkingSet64 >> 20, live_tensors = TensorScope.LiveTensors, ms = plain.Select(value => Math.Round(value, 1)),
}));

void Step(int step, bool withCsre)
{
    using var scope = TensorScope.Begin();
    var clips = Tensor.Randn([batch, input.Channels, input.Frames, input.Joints, input.Persons], random).Upload(device);
    if (mode == "infer")
    {
        network.Eval();
        using var inference = Autograd.Inference();
        _ = network.Forward(clips).Logits.Item0();
        return;
    }

    long[] instances = [.. Enumerable.Range(0, batch).Select(i => (long)(((step * batch) + i) % rows))];
    var truth = Tensor.From<long>([.. instances.Select(instance => labels[instance])], batch).Upload(device);
    var recognition = network.Forward(clips);
    var loss = Functional.CrossEntropy(recognition.Logits, truth);
    if (withCsre) loss += csre!.Forward(recognition.Features, truth, Tensor.From(instances, batch).Upload(device), random).Loss;
    loss.Backward();
    optimizer.Step(0.01);
    network.ZeroGrad();
    csre?.ZeroGrad();
}

// From the second epoch on every row of the banks is written.
void Fill(Csre plugIn)
{
    using var scope = TensorScope.Begin();
    foreach (var bank in (ClipBank[])[plugIn.SpatialBank, plugIn.TemporalBank])
    {
        var features = Tensor.Randn([rows, bank.Features.Value.Size(1)], random).Upload(device);
        bank.Write(Tensor.Arange(rows).Upload(device), features / features.Norm(1, keepDim: true));
    }
}

double Time(Action action)
{
    var begin = Stopwatch.GetTimestamp();
    action();
    TorchRuntime.Synchronize(device);
    return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
}

static double Median(List<double> values)
{
    var sorted = values.Order().ToList();
    return Math.Round(sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2, 4);
}

string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;

int Number(string name, int fallback) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

internal static class Read
{
    /// <summary>Reads one number back, so that asynchronous devices would be waited for.</summary>
    internal static double Item0(this Tensor tensor) => tensor.ToArray<double>()[0];
}
