using Kinema.Contrast;
using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Tests.Encoders;
using Kinema.Tests.Recipes;
using Kinema.Torch;
using Kinema.Verification;

namespace Kinema.Tests.Verification;

public sealed class ReplayTests : TensorTest
{
    private const double Tolerance = 1e-5;

    [GoldenFact("ctr-gcn-nw-ucla.safetensors")]
    public void The_authors_ctr_gcn_on_nw_ucla() => AssertReplays("ctr-gcn-nw-ucla", least: 30);

    // Single precision is enough for the wiring of its joints and of the second person. Single ReLU decisions flip there, from
    // processor to processor for one, and with them gradients in the third digit; the other recording checks those in double.
    [GoldenFact("ctr-gcn-ntu.safetensors")]
    public void The_authors_ctr_gcn_on_ntu_in_single_precision() => AssertReplaysInSinglePrecision("ctr-gcn-ntu");

    [GoldenFact("agcn-ntu.safetensors")]
    public void The_authors_agcn_on_ntu_in_single_precision() => AssertReplaysInSinglePrecision("agcn-ntu");

    [GoldenFact("hcn-ntu.safetensors")]
    public void The_authors_hcn_on_ntu_in_single_precision() => AssertReplaysInSinglePrecision("hcn-ntu");

    [GoldenFact("blockgcn-nw-ucla.safetensors")]
    public void The_authors_blockgcn_on_nw_ucla() => AssertReplays("blockgcn-nw-ucla", least: 26);

    [GoldenFact("blockgcn-ntu.safetensors")]
    public void The_authors_blockgcn_on_ntu_in_single_precision() => AssertReplaysInSinglePrecision("blockgcn-ntu");

    // The authors' own network is 1e-5 away in single precision.
    [GoldenFact("infogcn-ntu.safetensors")]
    public void The_authors_infogcn_on_ntu_in_single_precision() => AssertReplaysInSinglePrecision("infogcn-ntu", 1e-4);

    private static void AssertReplaysInSinglePrecision(string name, double tolerance = Tolerance)
    {
        using var recording = Open(name);
        var comparisons = RecordingKind.Of(recording, null).Replay(recording, ScalarType.Float32);
        Assert.All(comparisons, result => Assert.True(
            result.Within(result.Result.StartsWith("grad", StringComparison.Ordinal) ? 3e-2 : tolerance), $"{result}"));
        Assert.Contains(comparisons, result => result.Result == "logits.train");
        Assert.Empty(recording.Unread);
    }

    [GoldenFact("shift-gcn-nw-ucla.safetensors")]
    public void The_authors_shift_gcn_on_nw_ucla() => AssertReplays("shift-gcn-nw-ucla", least: 23);

    [GoldenFact("shift-gcn-ntu.safetensors")]
    public void The_authors_shift_gcn_on_ntu() => AssertReplays("shift-gcn-ntu", least: 23);

    [GoldenFact("st-gcn-nw-ucla.safetensors")]
    public void The_authors_st_gcn_on_nw_ucla() => AssertReplays("st-gcn-nw-ucla", least: 30);

    [GoldenFact("st-gcn-ntu.safetensors")]
    public void The_authors_st_gcn_on_ntu_in_single_precision() => AssertReplaysInSinglePrecision("st-gcn-ntu");

    [GoldenFact("st-gcn-pp-nw-ucla.safetensors")]
    public void The_authors_st_gcn_pp_on_nw_ucla() => AssertReplays("st-gcn-pp-nw-ucla", least: 30);

    [GoldenFact("st-gcn-pp-ntu.safetensors")]
    public void The_authors_st_gcn_pp_on_ntu_in_single_precision() => AssertReplaysInSinglePrecision("st-gcn-pp-ntu");

    [GoldenFact("agcn-nw-ucla.safetensors")]
    public void The_authors_agcn_on_nw_ucla() => AssertReplays("agcn-nw-ucla", least: 25);

    [GoldenFact("hcn-nw-ucla.safetensors")]
    public void The_authors_hcn_on_nw_ucla() => AssertReplays("hcn-nw-ucla", least: 28);

    [GoldenFact("hyperformer-nw-ucla.safetensors")]
    public void The_authors_hyperformer_on_nw_ucla() => AssertReplays("hyperformer-nw-ucla", least: 20);

    [GoldenFact("hyperformer-ntu.safetensors")]
    public void The_authors_hyperformer_on_ntu_in_single_precision() => AssertReplaysInSinglePrecision("hyperformer-ntu");

    [GoldenFact("infogcn-nw-ucla.safetensors")]
    public void The_authors_infogcn_on_nw_ucla() => AssertReplays("infogcn-nw-ucla", least: 29);

    [GoldenFact("csre-stfd-gcn-nw-ucla.safetensors")]
    public void The_authors_decomposition_of_gcn_maps_on_nw_ucla() => AssertReplays("csre-stfd-gcn-nw-ucla", least: 12);

    [GoldenFact("csre-stfd-gcn-ntu.safetensors")]
    public void The_authors_decomposition_of_gcn_maps_on_ntu() => AssertReplays("csre-stfd-gcn-ntu", least: 12);

    [GoldenFact("csre-stfd-hyperformer-nw-ucla.safetensors")]
    public void The_authors_decomposition_of_hyperformer_maps() => AssertReplays("csre-stfd-hyperformer-nw-ucla", least: 12);

    [GoldenFact("csre-stfd-hcn-ntu.safetensors")]
    public void The_authors_decomposition_of_hcn_maps() => AssertReplays("csre-stfd-hcn-ntu", least: 12);

    [GoldenFact("csre-stfd-hcn-nw-ucla.safetensors")]
    public void The_authors_decomposition_of_hcn_maps_on_nw_ucla() => AssertReplays("csre-stfd-hcn-nw-ucla", least: 12);

    [GoldenFact("csre-contrast-small.safetensors")]
    public void The_authors_contrast_small() => AssertReplays("csre-contrast-small", least: 10);

    [GoldenFact("csre-contrast-full.safetensors")]
    public void The_authors_contrast_at_full_size() => AssertReplays("csre-contrast-full", least: 9);

    [GoldenFact("csre-contrast-empty.safetensors")]
    public void The_authors_contrast_with_an_empty_bank() => AssertReplays("csre-contrast-empty", least: 8);

    [GoldenFact("csre-e2e-ctr-gcn-nw-ucla.safetensors")]
    public void The_authors_training_step_on_nw_ucla() => AssertReplays("csre-e2e-ctr-gcn-nw-ucla", least: 25);

    [GoldenFact("csre-e2e-ctr-gcn-ntu.safetensors")]
    public void The_authors_training_step_on_ntu() => AssertReplays("csre-e2e-ctr-gcn-ntu", least: 25);

    [GoldenFact("ctr-gcn-nw-ucla.safetensors")]
    public void The_recorded_graph_is_ours()
    {
        using var recording = Open("ctr-gcn-nw-ucla");
        Assert.Equal(SkeletonGraph.CtrGcn(Layouts.Get("nw-ucla")).Adjacency.Cast<float>(), recording.Stored("const.A").ToSingles());
    }

    [Fact]
    public void A_network_replays_itself_and_a_changed_parameter_shows()
    {
        using var folder = new TemporaryFolder();
        var tensors = Record();
        Assert.All(Replay(tensors), result => Assert.True(result.Within(1e-12), $"{result}"));

        // One number in the weights, by a thousandth.
        foreach (var (name, shows) in new[] { ("param.l10.gcn1.PA", "logits.eval"), ("param.data_bn.running_mean", "logits.eval"), ("param.fc.bias", "logits.train") })
        {
            var values = tensors[name].ToDoubles();
            values[1] += 1e-3;
            var changed = new Dictionary<string, StoredTensor>(tensors) { [name] = StoredTensor.From(name, tensors[name].Shape, values) };
            Assert.Contains(Replay(changed), result => result.Result == shows && !result.Within(1e-7));
        }

        // A recorded graph is held against the one a new network starts from.
        var graph = SkeletonGraph.CtrGcn(Layouts.NwUcla).Adjacency.Cast<float>().ToArray();
        Assert.Contains(Replay(tensors.Append(Graph(graph))), result => result.Result == "const.A" && result.Within(0));
        graph[^1] += 0.5f;
        Assert.Contains(Replay(tensors.Append(Graph(graph))), result => result.Result == "const.A" && !result.Within(0.1));

        // A recorded result that is NaN is a failure, not a match.
        var spoilt = new Dictionary<string, StoredTensor>(tensors) { ["loss.train"] = StoredTensor.From("loss.train", [1], [double.NaN]) };
        Assert.Contains(Replay(spoilt), result => result.Result == "loss.train" && !result.Within(double.MaxValue));

        // Each thing that does not fit is named.
        Refused(tensors.Where(entry => entry.Key != "param.l3.gcn1.alpha"), "missing l3.gcn1.alpha (1)");
        Refused(tensors.Where(entry => entry.Key != "param.fc.weight"), "missing fc.weight (3, 256)");
        Refused(tensors.Where(entry => entry.Key != "logits.eval"), "holds no logits.eval");
        Refused(tensors.Append(Extra("param.l11.gcn1.alpha")), "superfluous l11.gcn1.alpha");
        Refused(tensors.Append(Extra("grad.l11.gcn1.alpha")), "a gradient of l11.gcn1.alpha");
        Refused(tensors.Append(Extra("probe.l11.eval")), "records the output of l11, which this network does not have");
        Refused(tensors.Append(Extra("after_train.l11.bn.running_mean")), "after_train.l11.bn.running_mean");

        static KeyValuePair<string, StoredTensor> Extra(string name) => new(name, StoredTensor.From(name, [1], [1.0]));

        static KeyValuePair<string, StoredTensor> Graph(float[] values) => new("const.A", StoredTensor.From("const.A", [3, 20, 20], values));

        IReadOnlyList<Comparison> Replay(IEnumerable<KeyValuePair<string, StoredTensor>> content)
        {
            SafeTensors.Write(folder.File("ctr-gcn-self.safetensors"), content.Select(entry => entry.Value));
            using var recording = Recording.Open(folder.File("ctr-gcn-self.safetensors"));
            return RecordingKind.Of(recording, null).Replay(recording, ScalarType.Float64);
        }

        void Refused(IEnumerable<KeyValuePair<string, StoredTensor>> content, string why)
        {
            var error = Assert.Throws<KinemaException>(() => Replay(content));
            Assert.Equal(ExitCode.Checkpoint, error.ExitCode);
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    public void A_decomposition_replays_itself_and_a_changed_parameter_shows()
    {
        using var folder = new TemporaryFolder();
        var (tensors, path) = (Decomposition(), folder.File("csre-stfd-self.safetensors"));
        Assert.All(Replay(tensors), result => Assert.True(result.Within(1e-12), $"{result}"));
        var bias = tensors.Single(tensor => tensor.Name == "param.convt.bias");
        var changed = tensors.Select(
            tensor => tensor == bias ? StoredTensor.From(bias.Name, bias.Shape, [.. bias.ToDoubles().Select(value => value + 1e-3)]) : tensor);
        Assert.Equal(["x_t.person", "x_t"], Replay(changed).Where(result => !result.Within(Tolerance)).Select(result => result.Result));

        IReadOnlyList<Comparison> Replay(IEnumerable<StoredTensor> content)
        {
            SafeTensors.Write(path, content);
            using var recording = Recording.Open(path);
            return RecordingKind.Of(recording, null).Replay(recording, ScalarType.Float64);
        }
    }

    private static Recording Open(string name) => Recording.Open(GoldenFactAttribute.PathOf($"{name}.safetensors"));

    private static void AssertReplays(string name, int least)
    {
        using var recording = Open(name);
        var comparisons = RecordingKind.Of(recording, null).Replay(recording, ScalarType.Float64);
        Assert.True(comparisons.Count >= least, $"only {comparisons.Count} results were compared");
        Assert.Empty(recording.Unread);
        Assert.All(comparisons, result => Assert.True(result.Within(Tolerance), $"{result}"));
    }

    // A full-width network on few frames, with the results that files of the authors' networks hold.
    private static Dictionary<string, StoredTensor> Record()
    {
        using var network = Networks.CtrGcn(width: 64, frames: 4, classes: 3).Randomised();
        network.To(ScalarType.Float64);
        var (input, labels) = (Numbers(1, [2, 3, 4, 20, 1]), Tensor.From<long>([2, 0], 2));
        Settle(network, input);
        List<StoredTensor> tensors = [.. StateFiles.Save(network, "param.")];
        network.Eval();
        var recognition = network.Forward(input);
        var l5 = network.Encoder.Stages(input).ElementAt(4).Output.ToArray<double>();
        var mean = l5.Average();
        var rows = Tensor.From<long>([1], 1);
        var channels = Tensor.From<long>([0, 4, 8], 3);
        tensors.AddRange(
        [
            input.ToStored("input"), labels.ToStored("labels"), recognition.Logits.ToStored("logits.eval"),
            rows.ToStored("feature.rows"), channels.ToStored("feature.channels"),
            recognition.Features.Map.IndexSelect(0, rows).IndexSelect(1, channels).ToStored("feature.eval"),
            StoredTensor.From("probe.l5.eval", [34], [mean, Math.Sqrt(l5.Average(value => (value - mean) * (value - mean))), .. l5.Take(32)]),
        ]);
        network.Train();
        var trained = network.Forward(input);
        var loss = Functional.CrossEntropy(trained.Logits, labels);
        loss.Backward();
        tensors.AddRange([trained.Logits.ToStored("logits.train"), loss.Reshape(1).ToStored("loss.train")]);
        foreach (var (name, parameter) in network.NamedParameters())
            if (name is "l1.gcn1.PA" or "l4.gcn1.alpha" or "fc.bias") tensors.Add(parameter.Value.Grad!.ToStored($"grad.{name}"));
        foreach (var (name, buffer) in network.NamedBuffers())
            if (name is "data_bn.running_mean" or "l8.residual.bn.running_var") tensors.Add(buffer.Value.ToStored($"after_train.{name}"));
        return tensors.ToDictionary(tensor => tensor.Name);
    }

    // Running statistics as the batch has them, so that evaluation does not explode: they move a tenth of the way in one pass.
    private static void Settle(Recogniser network, Tensor input)
    {
        var before = network.Numbers();
        using (Autograd.NoGrad()) network.Forward(input);
        foreach (var (name, buffer) in network.NamedBuffers())
        {
            if (!name.Contains("running_", StringComparison.Ordinal)) continue;
            var memory = buffer.Value.Memory<double>();
            for (var i = 0; i < memory.Length; i++) memory[i] = before[name][i] + ((memory[i] - before[name][i]) / 0.1);
        }
    }

    private static List<StoredTensor> Decomposition()
    {
        using var module = new FeatureDecomposition(new FeatureMapShape(16, 3, 5, 2), 6);
        module.To(ScalarType.Float64);
        using (var random = new Generator(1)) module.Initialise(random);
        var map = Leaf(2, 4, 16, 3, 5);
        var (up, down) = (Numbers(3, [2, 6]), Numbers(4, [2, 6]));
        var (personS, personT) = module.PerPerson(map);
        var parts = module.Forward(map);
        ((parts.Spatial * up).Sum() + (parts.Temporal * down).Sum()).Backward();
        return
        [
            .. StateFiles.Save(module, "param."), StoredTensor.From("cfg", [7], [2L, 2, 16, 3, 5, 8, 6]), map.ToStored("feature"),
            up.ToStored("upstream.x_s"), down.ToStored("upstream.x_t"), personS.ToStored("x_s.person"), personT.ToStored("x_t.person"),
            parts.Spatial.ToStored("x_s"), parts.Temporal.ToStored("x_t"), map.Grad!.Narrow(1, 0, 4).ToStored("grad.feature.channels0_4"),
            module.NamedParameters().Single(entry => entry.Name == "convs.weight").Parameter.Value.Grad!.Narrow(0, 2, 3).ToStored("grad.convs.weight.rows2_5"),
        ];
    }
}
