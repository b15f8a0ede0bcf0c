using Kinema.Contrast;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Augmentations;
using Kinema.Torch;

namespace Kinema.Training;

/// <summary>What one step yields, as numbers.</summary>
/// <param name="Loss">Mean total loss, nats.</param>
/// <param name="CrossEntropy">Mean cross entropy, nats.</param>
/// <param name="Spatial">CSRE's L_spa, 0 without it.</param>
/// <param name="Temporal">CSRE's L_tem, 0 without it.</param>
/// <param name="Anchors">Anchors that took part, mean of both banks.</param>
/// <param name="Correct">Clips recognised.</param>
internal readonly record struct StepResult(double Loss, double CrossEntropy, double Spatial, double Temporal, double Anchors, long Correct)
{
    internal bool IsFinite => double.IsFinite(Loss);
}

/// <summary>One optimiser step: forward, loss, backward, update. All tensors made on the way are gone when it returns.</summary>
internal static class TrainingStep
{
    /// <summary>Trains on a batch. When the loss is not finite the weights stay as they were.</summary>
    internal static StepResult Run(Experiment experiment, Batch batch, int epoch, int step, double rate)
    {
        var settings = experiment.Recipe.Training;
        var total = default(StepResult);
        var part = batch.Count / settings.Accumulate;
        experiment.SeedDropout(epoch, step);
        using var negatives = new Generator(Experiment.StepSeed(settings.Seed, epoch, step, RandomPurpose.Negatives));
        for (var first = 0; first < batch.Count && total.IsFinite; first += part)
            total = Add(total, Accumulate(experiment, batch, first, part, negatives), (double)part / batch.Count);
        if (total.IsFinite)
        {
            if (settings.ClipNorm is { } largest) Gradients.ClipNorm(experiment.Optimizer.Parameters, largest);
            experiment.Optimizer.Step(rate);
        }

        experiment.Network.ZeroGrad();
        experiment.Csre?.ZeroGrad();
        return total;
    }

    private static StepResult Accumulate(Experiment experiment, Batch batch, int first, int count, Generator negatives)
    {
        using var scope = TensorScope.Begin();
        var settings = experiment.Recipe.Training;
        var (clips, topology) = Evaluator.ToTensors(batch, experiment.Model, first, count);
        var known = Tensor.From<long>(batch.Labels.AsSpan(first, count), count);
        var labels = known.Upload(experiment.Device);
        Recognition recognition;
        using (settings.Precision == Precision.Bf16 ? Autograd.Autocast(ScalarType.BFloat16, experiment.Device.Kind) : null)
            recognition = experiment.Network.Forward(clips, topology);

        // Losses are computed in single precision whatever the network ran in.
        var logits = recognition.Logits.To(ScalarType.Float32);
        var crossEntropy = Functional.CrossEntropy(logits, labels, settings.LabelSmoothing);
        var features = recognition.Features with { Pooled = recognition.Features.Pooled.To(ScalarType.Float32) };
        var own = experiment.Network.Encoder.TotalLoss(crossEntropy, features, labels);  // without the plug-in
        var loss = own;
        CsreTerms? terms = null;
        if (experiment.Csre is { } csre)
        {
            var instances = Tensor.From<long>(batch.Instances.AsSpan(first, count), count);
            terms = csre.Forward(features with { Map = features.Map.To(ScalarType.Float32) }, known, instances, negatives);
            loss += terms.Loss;
        }

        var result = Read(loss, crossEntropy, logits.ArgMax(1).Eq(labels).Sum(), terms);
        // As in the released code: while no anchor takes part the plug-in gets no gradient at all, and hence no weight decay.
        if (terms is not null && result.Anchors == 0) loss = own;
        if (result.IsFinite) (count == batch.Count ? loss : loss * ((double)count / batch.Count)).Backward();
        return result;
    }

    // All numbers of a step in one transfer: the only time a step waits for its device, unless gradients are clipped. Backward and update are
    // queued after it, and the next batch is made ready while they run.
    private static StepResult Read(Tensor loss, Tensor crossEntropy, Tensor correct, CsreTerms? terms)
    {
        using var mode = Autograd.NoGrad();
        Tensor[] scalars = terms is null
            ? [loss, crossEntropy, correct]
            : [loss, crossEntropy, correct, terms.Spatial.Loss, terms.Temporal.Loss, terms.Spatial.Anchors, terms.Temporal.Anchors];
        var numbers = Tensor.Stack(0, [.. scalars.Select(scalar => scalar.To(ScalarType.Float32))]).ToArray<double>();
        return terms is null
            ? new StepResult(numbers[0], numbers[1], 0, 0, 0, (long)numbers[2])
            : new StepResult(numbers[0], numbers[1], numbers[3], numbers[4], (numbers[5] + numbers[6]) / 2, (long)numbers[2]);
    }

    // Losses are means over clips, anchors and hits are counts.
    private static StepResult Add(StepResult total, StepResult part, double weight) => new(
        total.Loss + (part.Loss * weight), total.CrossEntropy + (part.CrossEntropy * weight),
        total.Spatial + (part.Spatial * weight), total.Temporal + (part.Temporal * weight),
        total.Anchors + part.Anchors, total.Correct + part.Correct);
}
