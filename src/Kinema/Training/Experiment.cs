using Kinema.Contrast;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Streams;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Training;

/// <summary>Everything a recipe and a data set come to: clips, pipeline, network, plug-in and optimiser.</summary>
public sealed class Experiment : IDisposable
{
    private readonly Generator dropout;

    private Experiment(Recipe recipe, ClipDataset data, TrainedModel model, Csre? csre, CsreCounts? counts, Optimizer optimizer, Generator dropout)
    {
        (Recipe, Data, Model, Csre, CsreCounts, Optimizer) = (recipe, data, model, csre, counts, optimizer);
        this.dropout = dropout;
        TrainingClips = [.. data.Split("train").Select(index => data.Clips[index])];
        TestClips = [.. data.Split("test").Select(index => data.Clips[index])];
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>The data set.</summary>
    public ClipDataset Data { get; }

    /// <summary>The network and its pipeline.</summary>
    public TrainedModel Model { get; }

    /// <summary>The network.</summary>
    public Recogniser Network => Model.Network;

    /// <summary>Where it is trained.</summary>
    public Device Device => Model.Device;

    /// <summary>The plug-in, null when it is off.</summary>
    public Csre? Csre { get; }

    /// <summary>The counts CSRE samples with on this data set, null when it is off.</summary>
    public CsreCounts? CsreCounts { get; }

    /// <summary>The optimiser of the network and the plug-in.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>In list order.</summary>
    public IReadOnlyList<SkeletonClip> TrainingClips { get; }

    /// <summary>In list order.</summary>
    public IReadOnlyList<SkeletonClip> TestClips { get; }

    /// <summary>Training instances in an epoch, repeats included.</summary>
    public int Instances => TrainingClips.Count * Recipe.Data.Repeat;

    /// <summary>Steps in an epoch; the last incomplete batch is dropped.</summary>
    public int Steps => Instances / Recipe.Training.BatchSize;

    /// <summary>Builds and initialises everything.</summary>
    /// <exception cref="KinemaException">The recipe and the data do not go together.</exception>
    public static Experiment Create(Recipe recipe, ClipDataset data) => Create(recipe, data, encoder: null);

    /// <summary>The same with an encoder that need not be registered; null for the one that the recipe names.</summary>
    internal static Experiment Create(Recipe recipe, ClipDataset data, EncoderModel? encoder)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(data);
        var settings = recipe.Training;
        var device = Device.Require(settings.Device);
        var training = data.Split("train");
        data.Split("test"); // before anything native exists that a refusal would leave behind
        var instances = (long)training.Count * recipe.Data.Repeat;
        if (instances > Array.MaxLength)
        {
            throw new KinemaException(
                ExitCode.Configuration, $"an epoch of {training.Count} clips × data.repeat {recipe.Data.Repeat} has more instances than an array can be long; lower data.repeat");
        }

        if (instances < settings.BatchSize)
        {
            throw new KinemaException(
                ExitCode.Configuration,
                $"training.batch-size is {settings.BatchSize}, but an epoch has only {instances} instances ({training.Count} clips × data.repeat {recipe.Data.Repeat}); lower the one or raise the other");
        }

        foreach (var split in (string[])["train", "test"])
            foreach (var index in data.Split(split)) Check(data.Clips[index], data, split, recipe.Data);

        var dropout = new Generator(0);
        TrainedModel? model = null;
        try
        {
            model = TrainedModel.Create(recipe, data.Layout, data.Classes, dropout, data.Preparation, encoder);
            Batch.Check(settings.BatchSize, model.Pipeline, "training.batch-size");
            Batch.Check(Math.Min(settings.TestBatchSize, data.Split("test").Count), model.Pipeline, "training.test-batch-size");
            var (channels, part) = (model.Network.Encoder.MapShape.Channels, settings.BatchSize / settings.Accumulate);
            if (part < model.Network.Encoder.LeastClips)
            {
                throw new KinemaException(
                    ExitCode.Configuration,
                    $"{recipe.Model.Name} learns from N = {model.Network.Encoder.LeastClips} clips at a time or more; got {part} (training.batch-size {settings.BatchSize} / training.accumulate {settings.Accumulate})");
            }

            if (recipe.Csre.Enabled && recipe.Csre.Reduction > channels)
            {
                throw new KinemaException(
                    ExitCode.Configuration,
                    $"csre.reduction must not exceed the {channels} channels of the feature map of {recipe.Model.Name}; got {recipe.Csre.Reduction}");
            }
        }
        catch
        {
            model?.Dispose();
            dropout.Dispose();
            throw;
        }

        var labels = training.Select(index => (long)data.Clips[index].Label).ToArray();
        long[] bankLabels = [.. Enumerable.Repeat(labels, recipe.Data.Repeat).SelectMany(copy => copy)];
        var counts = recipe.Csre.Enabled ? Counts(recipe.Csre, bankLabels) : (CsreCounts?)null;
        var csre = counts is { } used ? new Csre(model.Network.Encoder.MapShape, bankLabels, Options(recipe.Csre, used)) : null;

        // One source per part: the network's first weights are the same with and without the plug-in.
        using (var random = new Generator(StepSeed(settings.Seed, 0, 0, RandomPurpose.Initialisation))) model.Network.Initialise(random);
        using (var random = new Generator(StepSeed(settings.Seed, 0, 1, RandomPurpose.Initialisation))) csre?.Initialise(random);

        // Filled on the processor, then moved: a run starts from the same numbers on every device.
        model.To(device);
        csre?.To(device);
        var parameters = csre is null ? model.Network.NamedParameters() : [.. model.Network.NamedParameters(), .. csre.NamedParameters()];
        Func<string, double> factor = model.Network.Encoder.DecayFactor;
        Optimizer optimizer = settings.Optimizer == OptimizerKind.Sgd
            ? new Sgd(parameters, new SgdOptions(settings.Momentum, settings.Nesterov, settings.WeightDecay, factor))
            : new AdamW(parameters, new AdamWOptions(
                WeightDecay: settings.WeightDecay, Decoupled: settings.Optimizer == OptimizerKind.AdamW, DecayFactor: factor));
        return new Experiment(recipe, data, model, csre, counts, optimizer, dropout);
    }

    /// <summary>The seed of one step's draws for one purpose: nothing to save, nothing to restore.</summary>
    internal static ulong StepSeed(int seed, int epoch, int step, RandomPurpose purpose) => new ClipRandom(seed, epoch, step, purpose).NextUInt64();

    /// <summary>Begins the dropout draws of a step.</summary>
    internal void SeedDropout(int epoch, int step) => dropout.Seed(StepSeed(Recipe.Training.Seed, epoch, step, RandomPurpose.Dropout));

    /// <summary>Whether network and plug-in, statistics and banks among them, hold nothing but numbers.</summary>
    internal bool WeightsAreFinite()
    {
        using var mode = Autograd.NoGrad();
        using var scope = TensorScope.Begin();
        var tensors = Network.State().Concat(Csre?.State() ?? []).Select(entry => entry.Value.Value.To(Device));
        return Tensor.Stack(0, [.. tensors.Select(tensor => (~tensor.IsFinite()).Sum())]).Sum().Item() == 0;
    }

    /// <summary>Frees the network, the plug-in and the optimiser.</summary>
    public void Dispose()
    {
        Model.Dispose();
        Csre?.Dispose();
        Optimizer.Dispose();
        dropout.Dispose();
    }

    // Before any folder is made or any step is run: a fault in the last test clip must not wait for the end of the first epoch.
    private static void Check(SkeletonClip clip, ClipDataset data, string split, DataSettings settings)
    {
        var fault = clip.Label < 0 || clip.Label >= data.Classes.Count
            ? $"has the label {clip.Label}, outside 0..{data.Classes.Count - 1} of its {data.Classes.Count} classes"
            : clip.Joints != data.Layout.JointCount ? $"has V = {clip.Joints} joints; the layout {data.Layout.Name} has {data.Layout.JointCount}"
            : clip.Persons != 1 && settings.Pipeline == "nw-ucla"
            ? $"shows {clip.Persons} persons; data.pipeline nw-ucla takes clips of one: set it to ntu, and data.persons to {clip.Persons}"
            : null;
        if (fault is not null)
            throw new KinemaException(
                ExitCode.Data, $"{data.Name}: clip {clip.Name} of the split '{split}' {fault}; look at the set with 'kinema data inspect'");
    }

    internal static CsreCounts Counts(CsreSettings settings, long[] labels)
    {
        var sizes = labels.GroupBy(label => label).Select(group => group.Count()).ToList();
        return settings.CountsFor(sizes.Min(), labels.Length - sizes.Max());
    }

    internal static CsreOptions Options(CsreSettings settings, CsreCounts counts) => new(
        settings.Dimension, settings.Reduction, counts.HardPositives, counts.HardNegatives, counts.RandomNegatives,
        settings.Temperature, settings.SpatialFactor, settings.TemporalFactor);
}
