using Kinema.Contrast;
using Kinema.Contrast.Kernels;
using Kinema.Encoders;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Verification;

/// <summary>Replays recordings of CSRE: the feature decomposition, the contrastive loss, and a whole training step.</summary>
internal static class CsreReplay
{
    private const string ChannelRange = ".channels";
    private const string RowRange = ".rows";

    internal static IReadOnlyList<Comparison> Decomposition(Recording recording, ScalarType type)
    {
        using var scope = TensorScope.Begin();
        var cfg = recording.Stored("cfg").ToInt64s(); // N, M, C, T, V, reduction, out
        var shape = new FeatureMapShape((int)cfg[2], (int)cfg[3], (int)cfg[4], (int)cfg[1]);
        using var module = new FeatureDecomposition(shape, (int)cfg[6], (int)cfg[5]);
        module.To(type);
        module.To(recording.Device);
        StateFiles.Load(module, recording.Parameters, recording.Path);

        var feature = recording.Read("feature", type);
        feature.RequiresGrad = true;
        var (personS, personT) = module.PerPerson(feature);
        var parts = module.Forward(feature);
        ((parts.Spatial * recording.Read("upstream.x_s", type)).Sum() + (parts.Temporal * recording.Read("upstream.x_t", type)).Sum()).Backward();

        var results = new ReplayResults(recording);
        results.Compare("x_s.person", personS);
        results.Compare("x_t.person", personT);
        results.Compare("x_s", parts.Spatial);
        results.Compare("x_t", parts.Temporal);
        var parameters = module.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter);
        foreach (var name in recording.Names.Where(name => name.StartsWith("grad.", StringComparison.Ordinal)))
        {
            var (source, axis, from, to) = Part(name["grad.".Length..]);
            var gradient = source == "feature" ? feature.Grad! : EncoderReplay.Gradient(parameters, source, recording);
            results.Compare(name, axis < 0 ? gradient : gradient.Narrow(axis, from, to - from));
        }

        return results.All;
    }

    internal static IReadOnlyList<Comparison> Contrast(Recording recording, ScalarType type)
    {
        using var scope = TensorScope.Begin();
        var (options, anchors) = Options(recording);
        using var bank = Bank(recording, "bank.before", options.Dimension, type);
        var features = recording.Read("f", type);
        features.RequiresGrad = true;
        var (label, index) = (recording.Read("label", type), recording.Read("index", type));
        var results = new ReplayResults(recording);
        var term = Run(recording, results, "", bank, options, features, label, index, type);
        term.Loss.Backward();
        results.Compare("f_normed", features / features.Norm(1, keepDim: true));
        results.Compare("loss", term.Loss.Reshape(1));
        results.Compare("grad.f", features.Grad ?? features.ZerosLike());
        results.Compare("bank_flag.after", bank.Filled.Value);
        results.Compare("bank.after.rows_at_index", bank.Features.Value.IndexSelect(0, index));
        if (features.Size(0) != anchors)
            throw new KinemaException(ExitCode.Checkpoint, $"{recording.Path}: cfg.int says {anchors} anchors, f holds {features.Size(0)}");
        return results.All;
    }

    internal static IReadOnlyList<Comparison> EndToEnd(Recording recording, EncoderModel model, ScalarType type)
    {
        using var scope = TensorScope.Begin();
        var kind = $"csre-e2e-{model.Name}";
        if (!recording.Name.Contains(kind, StringComparison.Ordinal))
        {
            throw new KinemaException(
                ExitCode.Usage, $"{recording.Path}: a recording of a whole step finds its encoder's by its own name, so it must be called {kind}-NAME beside {model.Name}-NAME");
        }

        var dataset = recording.Name[(recording.Name.IndexOf(kind, StringComparison.Ordinal) + kind.Length)..].TrimStart('-');
        using var encoderRecording = recording.Sibling($"{model.Name}-{dataset}");
        // Graph convolutions whose maps are of one shape share a recording of the decomposition; an encoder's own goes before.
        using var decompositionRecording = recording.Sibling($"csre-stfd-{model.Name}-{dataset}", $"csre-stfd-gcn-{dataset}");
        using var network = EncoderReplay.Build(encoderRecording, model, type);
        CheckFits(decompositionRecording, network.Encoder.MapShape, model, dataset);
        var (options, _) = Options(recording);
        using var decomposition = new FeatureDecomposition(network.Encoder.MapShape, options.Dimension);
        decomposition.To(type);
        decomposition.To(recording.Device);
        StateFiles.Load(decomposition, decompositionRecording.Parameters, decompositionRecording.Path);
        using var spatial = Bank(recording, "bank_s.before", options.Dimension, type);
        using var temporal = Bank(recording, "bank_t.before", options.Dimension, type);

        var (labels, index) = (encoderRecording.Read("labels", type), recording.Read("index", type));
        network.Train();
        var recognition = network.Forward(encoderRecording.Read("input", type));
        var crossEntropy = Functional.CrossEntropy(recognition.Logits, labels);
        var parts = decomposition.Forward(recognition.Features.Map);
        var results = new ReplayResults(recording);
        var s = Run(recording, results, "s.", spatial, options, parts.Spatial, labels, index, type);
        var t = Run(recording, results, "t.", temporal, options, parts.Temporal, labels, index, type);
        var total = network.Encoder.TotalLoss(crossEntropy, recognition.Features, labels) + (s.Loss * 0.5) + (t.Loss * 0.5);
        var partGradients = Autograd.Grad([total], [parts.Spatial, parts.Temporal], retainGraph: true);
        total.Backward();

        results.Compare("x_s", parts.Spatial);
        results.Compare("x_t", parts.Temporal);
        results.Compare("logits.train", recognition.Logits);
        results.Compare("loss.ce", crossEntropy.Reshape(1));
        results.Compare("loss.s", s.Loss.Reshape(1));
        results.Compare("loss.t", t.Loss.Reshape(1));
        results.Compare("loss.total", total.Reshape(1));
        results.Compare("grad.x_s", partGradients[0]!);
        results.Compare("grad.x_t", partGradients[1]!);
        Gradients("grad.encoder.", network);
        Gradients("grad.stfd.", decomposition);
        results.Compare("bank_s.after.rows_at_index", spatial.Features.Value.IndexSelect(0, index));
        results.Compare("bank_t.after.rows_at_index", temporal.Features.Value.IndexSelect(0, index));
        return results.All;

        void Gradients(string prefix, Module module)
        {
            var parameters = module.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter);
            foreach (var name in recording.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
                results.Compare(name, EncoderReplay.Gradient(parameters, name[prefix.Length..], recording));
        }
    }

    // Writes the bank, checks our choice of hard rows against the recorded one, and contrasts with the recorded random draw.
    private static ContrastTerm Run(
        Recording recording, ReplayResults results, string prefix, ClipBank bank, CsreOptions options, Tensor features, Tensor labels,
        Tensor index, ScalarType type)
    {
        var loss = new CsreLoss(bank, options);
        var similarity = loss.Similarity(features, index);
        if (recording.Contains(prefix + "similarity")) results.Compare(prefix + "similarity", similarity);
        using var random = new Generator(0);
        var sample = HybridSampler.Sample(similarity.Detach(), labels, bank, options, random);
        var same = labels.To(Device.Cpu).Unsqueeze(1).Eq(bank.Labels.Value.Unsqueeze(0));
        results.Compare(prefix + "valid_anchor", sample.Usable);
        results.Compare(prefix + "count.positive", (same & bank.Filled.Value).Sum(1));
        results.Compare(prefix + "count.negative", (~same & bank.Filled.Value).Sum(1));

        if (recording.Contains(prefix + "negative_random.bank_index"))
        {
            long[] usable = [.. sample.Usable.ToArray<long>().Index().Where(entry => entry.Item != 0).Select(entry => (long)entry.Index)];
            var used = Tensor.From<long>(usable, usable.Length).To(recording.Device);
            var detached = similarity.Detach();
            results.Compare(prefix + "positive_hard.value", -(-Values(sample.Positives)).TopK(options.Positives).Values);
            results.Compare(prefix + "negative_hard.value", Values(sample.HardNegatives).TopK(options.HardNegatives).Values);
            foreach (var kind in (string[])["positive_hard", "negative_hard"])
                if (recording.Contains($"{prefix}{kind}.bank_index"))
                    results.Add(OfRows($"{prefix}{kind}", detached.IndexSelect(0, used), recording, type));
            if (recording.Contains(prefix + "negative_random.position"))
            {
                var rows = recording.Stored(prefix + "negative_random.bank_index");
                results.Compare(prefix + "negative_random.position", Positions(~same & bank.Filled.Value, usable, rows));
            }

            // The recorded draw holds the anchors that take part; the others keep ours, which counts for nothing.
            var drawn = sample.RandomNegatives.Clone().IndexCopyInPlace(0, used, recording.Read(prefix + "negative_random.bank_index", type));
            sample = sample with { RandomNegatives = drawn };

            Tensor Values(Tensor rows) => detached.Gather(1, rows).IndexSelect(0, used);
        }

        // Single precision goes through the kernel, as in training.
        return ContrastKernel.Takes(features, bank)
            ? ContrastKernel.Apply(loss.Written(features, index), labels, bank, sample.RandomNegatives, options)
            : loss.Contrast(similarity, sample);
    }

    // Which of two rows that are equally similar is taken is open. So it is not the numbers of rows that must agree: those recorded are to be,
    // by our similarity, what is recorded of them.
    private static Comparison OfRows(string name, Tensor similarity, Recording recording, ScalarType type) => Comparison.Of(
        $"{name}.bank_index", similarity.Gather(1, recording.Read($"{name}.bank_index", type)), recording.Read($"{name}.value", ScalarType.Float64));

    // The recorded random rows as places in the list of the anchor's negatives in bank order: by our list; -1 for a row that is not in it.
    private static Tensor Positions(Tensor negative, long[] anchors, StoredTensor rows)
    {
        var (width, drawn, each) = ((int)negative.Size(1), rows.ToInt64s(), (int)rows.Shape[^1]);
        var flags = negative.ToArray<long>();
        var positions = new long[drawn.Length];
        for (var i = 0; i < drawn.Length; i++)
        {
            var known = i / each < anchors.Length && drawn[i] >= 0 && drawn[i] < width;
            var list = known ? flags.AsSpan((int)anchors[i / each] * width, width) : [];
            positions[i] = known && list[(int)drawn[i]] != 0 ? list[..(int)drawn[i]].Count(1L) : -1;
        }

        return Tensor.From<long>(positions, rows.Shape.ToArray());
    }

    // cfg: N, M, C, T', V', reduction, D.
    private static void CheckFits(Recording decomposition, FeatureMapShape map, EncoderModel model, string dataset)
    {
        var cfg = decomposition.Stored("cfg").ToInt64s();
        if ((cfg[2], cfg[3], cfg[4]) == (map.Channels, map.Frames, map.Joints)) return;
        throw new KinemaException(
            ExitCode.Checkpoint,
            $"{decomposition.Path}: decomposes maps (C, T', V') = ({cfg[2]}, {cfg[3]}, {cfg[4]}), "
            + $"and {model.Name} has maps ({map.Channels}, {map.Frames}, {map.Joints}); put csre-stfd-{model.Name}-{dataset} beside it");
    }

    private static (CsreOptions Options, long Anchors) Options(Recording recording)
    {
        var cfg = recording.Stored("cfg.int").ToInt64s(); // n, D, rows, classes, positives, negatives
        return (new CsreOptions(
            Dimension: (int)cfg[1], Positives: (int)cfg[4], HardNegatives: (int)cfg[5], RandomNegatives: (int)cfg[5],
            Temperature: recording.Stored("cfg.temperature").ToSingles()[0]), cfg[0]);
    }

    private static ClipBank Bank(Recording recording, string name, int dimension, ScalarType type)
    {
        var bank = new ClipBank(recording.Stored("label_all").ToInt64s(), dimension);
        bank.To(type);
        bank.To(recording.Device);
        Init.Copy(bank.Features, recording.Read(name, type));
        Init.Copy(bank.Filled, recording.Read("bank_flag.before", type));
        return bank;
    }

    // grad.convs.weight.rows0_4 holds rows 0 to 3 of a gradient, grad.feature.channels0_16 channels 0 to 15.
    private static (string Source, int Axis, long From, long To) Part(string name)
    {
        foreach (var (marker, axis) in (ReadOnlySpan<(string, int)>)[(ChannelRange, 1), (RowRange, 0)])
        {
            var at = name.LastIndexOf(marker, StringComparison.Ordinal);
            if (at < 0) continue;
            var range = name[(at + marker.Length)..].Split('_');
            return (
                name[..at], axis, long.Parse(range[0], System.Globalization.CultureInfo.InvariantCulture),
                long.Parse(range[1], System.Globalization.CultureInfo.InvariantCulture));
        }

        return (name, -1, 0, 0);
    }
}
