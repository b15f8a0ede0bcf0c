using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Topology;
using Kinema.Storage;
using Kinema.Tests.Encoders;
using Kinema.Torch;
using Kinema.Verification;

namespace Kinema.Tests.Verification;

/// <summary>Results that only some recordings hold, recorded here of our own networks: all of them are compared, none is passed over.</summary>
public sealed class RareResultsTests : TensorTest
{
    private const int Clips = 3;

    [Theory]
    [InlineData("blockgcn", "nw-ucla", 4, "const.hops", "topo.distance", "topo.deaths", "trace.train", "after.data_bn.running_mean")]
    [InlineData("hyperformer", "nw-ucla", 4, "const.hops", "const.joint_label", "trace.train", "after.data_bn.running_mean")]
    [InlineData("shift-gcn", "nw-ucla", 4, "trace.train", "after.data_bn.running_mean")]
    [InlineData("hcn", "ntu", 16, "feature_person.eval", "trace.train")]
    public void Each_is_met_and_missed_once_it_is_changed(string model, string layout, int frames, params string[] rare)
    {
        using var folder = new TemporaryFolder();
        var tensors = Record(model, new EncoderInput(Layouts.Get(layout), 3, frames, layout == "ntu" ? 2 : 1));
        Assert.All(rare, name => Assert.Contains(tensors, tensor => tensor.Name == name));

        Assert.All(Replay(tensors), result => Assert.True(result.Within(1e-6), $"{result}"));

        // The first number of each is another; of the groups of joints, the first joint is in one by itself.
        var changed = Replay([.. tensors.Select(tensor => rare.Contains(tensor.Name) ? Changed(tensor) : tensor)]);
        Assert.Equal(rare.Order(), changed.Where(result => !result.Within(1e-6)).Select(result => result.Result).Order());

        IReadOnlyList<Comparison> Replay(IReadOnlyList<StoredTensor> content)
        {
            var path = folder.File($"{model}-self.safetensors");
            SafeTensors.Write(path, content);
            using var recording = Recording.Open(path);
            var results = RecordingKind.Of(recording, null).Replay(recording, ScalarType.Float64);
            Assert.Empty(recording.Unread);
            return results;
        }
    }

    private static StoredTensor Changed(StoredTensor tensor)
    {
        double[] values = [.. tensor.ToDoubles()];
        values[0] += 1 + values.Max(Math.Abs);
        return tensor.Name.StartsWith("const.", StringComparison.Ordinal)
            ? StoredTensor.From(tensor.Name, tensor.Shape, values.Select(value => (long)value).ToArray())
            : StoredTensor.From(tensor.Name, tensor.Shape, values);
    }

    private static List<StoredTensor> Record(string model, EncoderInput shape)
    {
        var (t, v, m) = (shape.Frames, shape.Joints, shape.Persons);
        var input = Numbers(1, [Clips, 3, t, v, m]);
        var labels = Tensor.From<long>([2, 0, 1], Clips);
        using var network = Network(model, shape);
        List<StoredTensor> tensors = [.. StateFiles.Save(network, "param."), input.ToStored("input"), labels.ToStored("labels")];
        network.Eval();
        using (Autograd.NoGrad()) tensors.Add(network.Forward(input).Logits.ToStored("logits.eval"));
        network.Train();
        var (logits, features) = network.Forward(input);
        var loss = network.Encoder.TotalLoss(Functional.CrossEntropy(logits, labels), features, labels);
        tensors.AddRange([logits.ToStored("logits.train"), loss.Reshape(1).ToStored("loss.train")]);
        foreach (var (name, buffer) in network.NamedBuffers().Where(entry => entry.Name == "data_bn.running_mean"))
            tensors.Add(buffer.Value.ToStored($"after.{name}"));

        // Batch statistics are those of any pass, whatever ran before it.
        using var mode = Autograd.NoGrad();
        double[] trace = [.. network.Encoder.Stages(input).SelectMany(stage => Moments(stage.Output.ToArray<double>()))];
        tensors.Add(StoredTensor.From("trace.train", [trace.Length / 3, 3], trace));
        if (model == "hcn")
        {
            using var persons = Network(model, shape, mapPerPerson: true);
            persons.Eval();
            tensors.Add(persons.Forward(input).Features.Map.ToStored("feature_person.eval"));
        }

        if (model is "blockgcn" or "hyperformer")
            tensors.Add(StoredTensor.From("const.hops", [v, v], network.Encoder.Graph!.Hops().Cast<int>().Select(hops => (long)hops).ToArray()));
        if (model == "hyperformer") tensors.Add(StoredTensor.From("const.joint_label", [v], Labels(shape.Layout)));
        if (model == "blockgcn") tensors.AddRange(Topology(input.ToArray<double>(), t, v, m));
        return tensors;
    }

    private static Recogniser Network(string model, EncoderInput shape, bool mapPerPerson = false)
    {
        var settings = new EncoderSettings(Dropout: 0, Hops: 1, MapPerPerson: mapPerPerson);
        var network = new Recogniser(EncoderRegistry.Get(model).Create(shape, settings), 3).Initialised();
        network.To(ScalarType.Float64);
        return network;
    }

    private static double[] Moments(double[] values)
    {
        var mean = values.Sum() / values.Length;
        return [mean, values.Sum(value => Math.Abs(value)) / values.Length, Math.Sqrt(values.Sum(value => Math.Pow(value - mean, 2)) / (values.Length - 1))];
    }

    // The groups as the authors might number them: from the last to the first.
    private static long[] Labels(SkeletonLayout layout)
    {
        var labels = new long[layout.JointCount];
        foreach (var (edge, joints) in layout.Hyperedges.Reverse().Index())
            foreach (var joint in joints) labels[joint] = edge;
        return labels;
    }

    private static StoredTensor[] Topology(double[] input, int t, int v, int m)
    {
        var topologies = JointTopology.OfClips(input, 3, t, v, m);
        var distances = new double[Clips * v * v];
        for (var pair = 0; pair < distances.Length; pair++)
        {
            var (clip, one, other) = (pair / (v * v), pair / v % v, pair % v);
            distances[pair] = Math.Sqrt(Enumerable.Range(0, 3).Sum(c => Math.Pow(Mean(clip, c, one) - Mean(clip, c, other), 2)));
        }

        var unit = distances.Max();
        var deaths = Enumerable.Range(0, Clips).SelectMany(clip => topologies[(clip * v)..((clip * v) + v - 1)]).Select(death => death / unit);
        return
        [
            StoredTensor.From("topo.distance", [Clips, v, v], distances.Select(distance => distance / unit).ToArray()),
            StoredTensor.From("topo.deaths", [Clips, v - 1], deaths.ToArray()),
        ];

        double Mean(int clip, int channel, int joint)
        {
            var sum = 0.0;
            for (var frame = 0; frame < t; frame++)
                for (var person = 0; person < m; person++) sum += input[(((((((clip * 3) + channel) * t) + frame) * v) + joint) * m) + person];
            return sum / (t * m);
        }
    }
}
