using Kinema.Encoders;
using Kinema.Encoders.Layers;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>Replays a recording of a whole network: evaluation, one training pass, its gradients and running statistics.</summary>
internal static class EncoderReplay
{
    private const double Smoothing = 0.1;

    internal static IReadOnlyList<Comparison> Run(Recording recording, EncoderModel model, ScalarType type)
    {
        using var scope = TensorScope.Begin();
        using var network = Build(recording, model, type);
        var input = recording.Read("input", type);
        var results = new ReplayResults(recording);
        // The weights of a recording bring their own graph: only this comparison tells whether a new network would start from the right one.
        foreach (var name in (string[])["const.A", "const.A_vector"])
            if (recording.Contains(name) && network.Encoder.Graph is { } graph)
                results.Compare(name, graph.ToTensor());
        if (recording.Contains("const.hops") && network.Encoder.Graph is { } bones)
            results.Compare("const.hops", Tensor.From<long>([.. bones.Hops().Cast<int>().Select(hop => (long)hop)], bones.Layout.JointCount, bones.Layout.JointCount));

        network.Eval();
        using (Autograd.NoGrad())
        {
            var inOrder = network.Encoder.Stages(input).ToList();
            var stages = inOrder.ToDictionary(stage => stage.Name, stage => stage.Output);
            var recognition = network.Forward(input);
            results.Compare("logits.eval", recognition.Logits);
            if (recording.Contains("feature.eval")) results.Add(Features(recording, recognition.Features.Map, type));
            foreach (var name in Recorded("probe."))
                results.Add(Probe(recording, name, stages, type));
            if (recording.Contains("topo.vector")) results.Compare("topo.vector", Stage(recording, "topo", stages));
            if (recording.Contains("trace.eval")) results.Add(Trace(recording, inOrder));
        }

        network.Train();
        var trained = network.Forward(input);
        var labels = recording.Read("labels", type);
        // A recording that calls its cross entropy smooth has a tenth of each label spread.
        var loss = Functional.CrossEntropy(trained.Logits, labels, recording.Contains("loss.ce_smooth") ? Smoothing : 0);
        if (recording.Contains("loss.ce_smooth")) results.Compare("loss.ce_smooth", loss.Reshape(1));
        foreach (var term in network.Encoder.AuxiliaryLosses(trained.Features, labels))
            if (recording.Contains($"loss.{term.Name}")) results.Compare($"loss.{term.Name}", term.Value.Reshape(1));
        loss = network.Encoder.TotalLoss(loss, trained.Features, labels);
        loss.Backward();
        if (recording.Contains("z.train")) results.Compare("z.train", trained.Features.Pooled);
        results.Compare("logits.train", trained.Logits);
        results.Compare("loss.train", loss.Reshape(1));
        var parameters = network.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter);
        foreach (var name in Recorded("grad.")) results.Compare(name, Gradient(parameters, name["grad.".Length..], recording));
        if (recording.Contains("gradnorm.train"))
            results.Compare("gradnorm.train", Tensor.Stack(0, [.. parameters.Values.Select(entry => Squares(entry.Value.Grad))]).Sum().Sqrt().Reshape(1));
        var buffers = network.NamedBuffers().ToDictionary(entry => entry.Name, entry => entry.Buffer);
        foreach (var name in Recorded("after_train.").Concat(Recorded("after.")))
        {
            if (!buffers.TryGetValue(name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..], out var buffer))
                throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: {name} belongs to no buffer of {model.Name}");
            results.Compare(name, buffer.Value);
        }

        return results.All;

        Tensor Squares(Tensor? gradient) => gradient is null ? Tensor.Zeros([], type, recording.Device) : (gradient * gradient).Sum();

        IEnumerable<string> Recorded(string prefix) => recording.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal));
    }

    /// <summary>Builds the network that a recording's input and parameters ask for.</summary>
    internal static Recogniser Build(Recording recording, EncoderModel model, ScalarType type)
    {
        var sizes = recording.Stored("input").Shape;
        if (sizes.Count != 5)
            throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: the input is ({string.Join(", ", sizes)}); a network takes (N, C, T, V, M)");
        var input = new EncoderInput(EncoderRegistry.LayoutOf(sizes[3]), (int)sizes[1], (int)sizes[2], (int)sizes[4]);
        if (!recording.Contains("logits.eval"))
            throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: holds no logits.eval, from which the number of classes is read");
        var classes = (int)recording.Stored("logits.eval").Shape[^1];
        var network = new Recogniser(model.Create(input, new EncoderSettings(Dropout: 0, Hops: 1)), classes, dropout: 0); // recorded without
        try
        {
            network.To(type);
            network.To(recording.Device);
            StateFiles.Load(network, recording.Parameters, recording.Path);
            network.Encoder.TakeRecorded(name => recording.Contains(name) ? recording.Read(name, type) : null);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    internal static Tensor Gradient(Dictionary<string, Parameter> parameters, string name, Recording recording) =>
        !parameters.TryGetValue(name, out var parameter)
            ? throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: records a gradient of {name}, which is no parameter of this network")
            : parameter.Value.Grad ?? parameter.Value.ZerosLike();

    // A map is recorded in part: some rows, and of them some channels.
    private static Comparison Features(Recording recording, Tensor map, ScalarType type)
    {
        if (recording.Contains("feature.rows")) map = map.IndexSelect(0, recording.Read("feature.rows", type));
        if (recording.Contains("feature.channels")) map = map.IndexSelect(1, recording.Read("feature.channels", type));
        return Comparison.Of("feature.eval", map, recording.Read("feature.eval", ScalarType.Float64));
    }

    // One row for each block in order: mean, mean of the absolute values, and standard deviation (unbiased) of its output.
    private static Comparison Trace(Recording recording, IEnumerable<(string Name, Tensor Output)> stages)
    {
        var expected = recording.Read("trace.eval", ScalarType.Float64);
        double[] actual = [.. stages.SelectMany(stage => Moments(stage.Output.ToArray<double>()))];
        return actual.Length == expected.Elements
            ? Comparison.Of("trace.eval", expected.ShapeText(), actual, expected.ToArray<double>())
            : throw new KinemaException(
                ExitCode.Checkpoint, $"{recording.Path}: trace.eval is {expected.ShapeText()}; this network has {actual.Length / 3} blocks");

        static double[] Moments(double[] values)
        {
            var mean = values.Average();
            return [mean, values.Average(value => Math.Abs(value)), Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1))];
        }
    }

    // Mean, population standard deviation, and the first 32 values of a block's output.
    private static Comparison Probe(Recording recording, string name, Dictionary<string, Tensor> stages, ScalarType type)
    {
        var values = Stage(recording, name["probe.".Length..].Replace(".eval", "", StringComparison.Ordinal), stages).ToArray<double>();
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
        var expected = recording.Read(name, ScalarType.Float64).ToArray<double>();
        return Comparison.Of(name, $"({expected.Length})", [mean, deviation, .. values.Take(expected.Length - 2)], expected);
    }

    private static Tensor Stage(Recording recording, string name, Dictionary<string, Tensor> stages) => stages.TryGetValue(name, out var output)
        ? output
        : throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: records the output of {name}, which this network does not have");
}
