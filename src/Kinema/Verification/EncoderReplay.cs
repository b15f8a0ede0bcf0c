using Kinema.Encoders;
using Kinema.Encoders.Layers;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>Replays a recording of a whole network: evaluation, one training pass, its gradients and running statistics.</summary>
internal static class EncoderReplay
{
    private const double Smoothing = 0.1;
    private const string PersonMap = "feature_person.eval";

    internal static IReadOnlyList<Comparison> Run(Recording recording, EncoderModel model, ScalarType type)
    {
        using var scope = TensorScope.Begin();
        using var network = Build(recording, model, type);
        var input = recording.Read("input", type);
        var results = new ReplayResults(recording);
        if (network.Encoder.Graph is { } graph) JointReplay.Graph(recording, results, graph);
        if (network.Encoder.ReadsTopology) JointReplay.Topology(recording, results, network.Encoder.Input);

        network.Eval();
        using (Autograd.NoGrad())
        {
            var inOrder = network.Encoder.Stages(input).ToList();
            var stages = inOrder.ToDictionary(stage => stage.Name, stage => stage.Output);
            var recognition = network.Forward(input);
            results.Compare("logits.eval", recognition.Logits);
            if (recording.Contains("feature.eval")) results.Add(StageMeasures.Features(recording, recognition.Features.Map, type));
            foreach (var name in Recorded("probe."))
                results.Add(StageMeasures.Probe(recording, name, stages));
            if (recording.Contains("topo.vector")) results.Compare("topo.vector", StageMeasures.Stage(recording, "topo", stages));
            if (recording.Contains("trace.eval")) results.Add(StageMeasures.Trace(recording, "trace.eval", inOrder));
            if (recording.Contains(PersonMap) && model.Keys.Contains("model.map-per-person"))
                results.Compare(PersonMap, MapOfPersons(recording, model, type, input));
        }

        network.Train();
        if (recording.Contains("trace.train")) results.Add(TraceOfTraining(recording, network, input));
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
    internal static Recogniser Build(Recording recording, EncoderModel model, ScalarType type, bool mapPerPerson = false)
    {
        var sizes = recording.Stored("input").Shape;
        if (sizes.Count != 5)
            throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: the input is ({string.Join(", ", sizes)}); a network takes (N, C, T, V, M)");
        var input = new EncoderInput(EncoderRegistry.LayoutOf(sizes[3]), (int)sizes[1], (int)sizes[2], (int)sizes[4]);
        if (!recording.Contains("logits.eval"))
            throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: holds no logits.eval, from which the number of classes is read");
        var classes = (int)recording.Stored("logits.eval").Shape[^1];
        var settings = new EncoderSettings(Dropout: 0, Hops: 1, MapPerPerson: mapPerPerson);
        var network = new Recogniser(model.Create(input, settings), classes, dropout: 0); // recorded without
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

    // A pass of its own, block by block: the running statistics that it moves are put back for the pass that is recorded.
    private static Comparison TraceOfTraining(Recording recording, Recogniser network, Tensor input)
    {
        using var mode = Autograd.NoGrad();
        var before = network.NamedBuffers().Select(entry => (entry.Buffer, Value: entry.Buffer.Value.Clone())).ToList();
        var trace = StageMeasures.Trace(recording, "trace.train", network.Encoder.Stages(input));
        foreach (var (buffer, value) in before) Init.Copy(buffer, value);
        return trace;
    }

    // The same network, built to show CSRE the maps before the maximum over persons.
    private static Tensor MapOfPersons(Recording recording, EncoderModel model, ScalarType type, Tensor input)
    {
        using var network = Build(recording, model, type, mapPerPerson: true);
        network.Eval();
        return network.Forward(input).Features.Map;
    }
}
