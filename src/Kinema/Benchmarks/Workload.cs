using Kinema.Contrast;
using Kinema.Encoders;
using Kinema.Encoders.Layers;
using Kinema.Recipes;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Benchmarks;

/// <summary>A network with everything a training step needs, and made-up clips to run it on.</summary>
internal sealed class Workload : IDisposable
{
    private const double Rate = 0.01;

    private readonly BenchmarkOptions options;
    private readonly Generator random = new(1);
    private readonly Recogniser network;
    private Sgd optimizer;
    private Csre? csre;
    private readonly long[] labels;
    private readonly List<Tensor> kept = [];
    private readonly Dictionary<Tensor, Tensor> topologies = [];                         // of clips, where the encoder reads them: a pipeline's work
    private int step;

    /// <exception cref="KinemaException">Encoder or plug-in cannot be built for these clips, or cannot learn from so few.</exception>
    internal Workload(BenchmarkOptions options)
    {
        this.options = options;
        labels = [.. Enumerable.Range(0, options.CsreRows ?? options.Batch).Select(row => (long)(row % options.Classes))];
        try
        {
            network = new Recogniser(options.Model.Create(options.Input, new EncoderSettings(options.Width, Random: random)), options.Classes);
            var least = network.Encoder.LeastClips;
            if ((options.Measure.HasFlag(Measurements.Train) || options.CsreRows is not null) && options.Batch < least)
                throw new ArgumentException($"{options.Model.Name} learns from N = {least} clips at a time or more; got {options.Batch}");
            if (options.CsreRows is not null) using (new FeatureDecomposition(network.Encoder.MapShape)) { }    // whether the plug-in can read its map
        }
        catch (ArgumentException e)
        {
            network?.Dispose();
            random.Dispose();
            throw new KinemaException(ExitCode.Configuration, e.Message.ReplaceLineEndings(" "), e);
        }

        network.Initialise(random);
        network.To(options.Device);
        optimizer = Optimizer();
        Clips = Made(options.Batch);
        One = Made(1);
    }

    /// <summary>(N, C, T, V, M).</summary>
    internal Tensor Clips { get; }

    /// <summary>(1, C, T, V, M).</summary>
    internal Tensor One { get; }

    internal long Parameters => network.ParameterCount();

    /// <summary>The bytes of both banks with labels and marks, 0 without CSRE.</summary>
    internal long BankBytes => csre is null
        ? 0
        : ((ClipBank[])[csre.SpatialBank, csre.TemporalBank]).Sum(
            bank => (bank.Features.Value.Elements * sizeof(float)) + (labels.Length * (sizeof(long) + sizeof(bool))));

    /// <summary>
    /// Attaches the plug-in, its banks written, with the numbers of hard and random rows that a training run takes for a set of this size. Not
    /// before it is measured, so that its banks are in nobody else's memory.
    /// </summary>
    internal void AttachCsre()
    {
        var settings = new CsreSettings();
        csre = new Csre(network.Encoder.MapShape, labels, Experiment.Options(settings, Experiment.Counts(settings, labels)));
        csre.Initialise(random);
        Fill(csre);
        csre.To(options.Device);
        optimizer.Dispose();
        optimizer = Optimizer();
    }

    /// <summary>Scores clips as evaluation does.</summary>
    internal void Infer(Tensor clips)
    {
        using var scope = TensorScope.Begin();
        if (network.Training) network.Eval();
        using var inference = Autograd.Inference();
        using (Cast()) _ = network.Forward(clips, topologies.GetValueOrDefault(clips)).Logits;
        TorchRuntime.Synchronize(options.Device);
    }

    /// <summary>Trains on the batch: the work of a <c>TrainingStep</c>, without what else it reports.</summary>
    /// <returns>Anchors that took part, mean of both banks; 0 without CSRE.</returns>
    internal double Step(bool withCsre)
    {
        using var scope = TensorScope.Begin();
        if (!network.Training) network.Train();
        long[] instances = [.. Enumerable.Range(0, options.Batch).Select(i => (((long)step * options.Batch) + i) % labels.Length)];
        var known = Tensor.From<long>([.. instances.Select(instance => labels[instance])], options.Batch);
        var truth = known.Upload(options.Device);
        step++;
        Recognition recognition;
        using (Cast()) recognition = network.Forward(Clips, topologies.GetValueOrDefault(Clips));
        var features = recognition.Features with { Pooled = recognition.Features.Pooled.To(ScalarType.Float32) };
        var crossEntropy = Functional.CrossEntropy(recognition.Logits.To(ScalarType.Float32), truth);
        var loss = network.Encoder.TotalLoss(crossEntropy, features, truth);
        var anchors = 0.0;
        if (withCsre)
        {
            features = features with { Map = features.Map.To(ScalarType.Float32) };
            var terms = csre!.Forward(features, known, Tensor.From(instances, options.Batch), random);
            using (Autograd.NoGrad()) anchors = (terms.Spatial.Anchors.Item() + terms.Temporal.Anchors.Item()) / 2;
            if (anchors > 0) loss += terms.Loss;
        }

        loss.Backward();
        optimizer.Step(Rate);
        network.ZeroGrad();
        csre?.ZeroGrad();
        TorchRuntime.Synchronize(options.Device);
        return anchors;
    }

    public void Dispose()
    {
        foreach (var tensor in kept) tensor.Dispose();
        optimizer.Dispose();
        csre?.Dispose();
        network.Dispose();
        random.Dispose();
    }

    private Sgd Optimizer() => new([.. network.NamedParameters(), .. csre?.NamedParameters() ?? []], new SgdOptions(WeightDecay: 1e-4));

    private IDisposable? Cast() => options.Type == ScalarType.BFloat16 ? Autograd.Autocast(ScalarType.BFloat16, options.Device.Kind) : null;

    private Tensor Made(int batch)
    {
        using var scope = TensorScope.Begin();
        var input = options.Input;
        var clips = TensorScope.Release(Tensor.Randn([batch, input.Channels, input.Frames, input.Joints, input.Persons], random).To(options.Device));
        kept.Add(clips);
        if (network.Encoder.ReadsTopology)
        {
            topologies[clips] = TensorScope.Release(TopologyVector.Of(clips));
            kept.Add(topologies[clips]);
        }

        return clips;
    }

    // From the second epoch on every row of the banks is written.
    private void Fill(Csre plugIn)
    {
        using var scope = TensorScope.Begin();
        foreach (var bank in (ClipBank[])[plugIn.SpatialBank, plugIn.TemporalBank])
        {
            var features = Tensor.Randn([labels.Length, bank.Features.Value.Size(1)], random);
            bank.Write(Tensor.Arange(labels.Length), features / features.Norm(1, keepDim: true));
        }
    }
}
