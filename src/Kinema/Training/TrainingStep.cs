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
        if (total.IsFinite) experiment.Optimizer.Step(rate);
        experiment.Network.ZeroGrad();
        experiment.Csre?.ZeroGrad();
        return total;
    }

    private static StepResult Accumulate(Experiment experiment, Batch batch, int first, int count, Generator negatives)
    {
        using var scope = TensorScope.Begin();
        var settings = experiment.Recipe.Training;
        var clips = Evaluator.ToTensor(batch, experiment.Model, first, count);
        var labels = Tensor.From<long>(batch.Labels.AsSpan(first, count), count);
        var instances = Tensor.From<long>(batch.Instances.AsSpan(first, count), count);
        Recognition recognition;
        using (settings.Precision == Precision.Bf16 ? Autograd.Autocast(ScalarType.BFloat16) : null)
            recognition = experiment.Network.Forward(clips);

        // Losses are computed in single precision whatever the network ran in.
        var logits = recognition.Logits.To(ScalarType.Float32);
        var crossEntropy = Functional.CrossEntropy(logits, labels, settings.LabelSmoothing);
        var loss = crossEntropy;
        double spatial = 0, temporal = 0, anchors = 0;
        if (experiment.Csre is { } csre)
        {
            var features = recognition.Features with { Map = recognition.Features.Map.To(ScalarType.Float32) };
            var terms = csre.Forward(features, labels, instances, negatives);
            (spatial, temporal) = (terms.Spatial.Loss.Item(), terms.Temporal.Loss.Item());
            anchors = (terms.Spatial.Anchors.Item() + terms.Temporal.Anchors.Item()) / 2;
            // As in the released code: while no anchor takes part the plug-in gets no gradient at all, and hence no weight decay.
            if (anchors > 0) loss += terms.Loss;
        }

        var result = new StepResult(loss.Item(), crossEntropy.Item(), spatial, temporal, anchors, (long)logits.ArgMax(1).Eq(labels).Sum().Item());
        if (result.IsFinite) (count == batch.Count ? loss : loss * ((double)count / batch.Count)).Backward();
        return result;
    }

    // Losses are means over clips, anchors and hits are counts.
    private static StepResult Add(StepResult total, StepResult part, double weight) => new(
        total.Loss + (part.Loss * weight), total.CrossEntropy + (part.CrossEntropy * weight),
        total.Spatial + (part.Spatial * weight), total.Temporal + (part.Temporal * weight),
        total.Anchors + part.Anchors, total.Correct + part.Correct);
}
