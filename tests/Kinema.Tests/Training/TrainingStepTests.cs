using Kinema.Recipes;
using Kinema.Tests.Encoders;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class TrainingStepTests : TensorTest
{
    [Theory, InlineData(false, Precision.Fp32), InlineData(true, Precision.Fp32), InlineData(true, Precision.Bf16)]
    public void As_many_native_tensors_are_alive_after_sixty_steps_as_after_ten(bool csre, Precision precision)
    {
        var recipe = Tiny.Recipe(csre, training => training with { Accumulate = 2, Precision = precision });
        using var experiment = Experiment.Create(recipe, Tiny.Data);
        var batch = Batch(experiment);
        for (var step = 0; step < 10; step++) TrainingStep.Run(experiment, batch, 0, step, 0.01);
        var alive = TensorScope.LiveTensors;
        for (var step = 10; step < 60; step++) Assert.True(TrainingStep.Run(experiment, batch, 0, step, 0.01).IsFinite);
        Assert.Equal(alive, TensorScope.LiveTensors);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Losses_that_an_encoder_brings_are_in_the_total_and_not_in_the_cross_entropy(bool csre)
    {
        using var experiment = Experiment.Create(Tiny.Recipe(csre) with { Model = new ModelSettings { Name = "infogcn", Channels = 16 } }, Tiny.Data);
        var batch = Batch(experiment);
        var result = TrainingStep.Run(experiment, batch, 0, 0, 0);
        Assert.True(result.IsFinite);
        var own = result.Loss - result.CrossEntropy - ((result.Spatial + result.Temporal) / 2);

        experiment.SeedDropout(0, 0); // the noise of that step once more
        var (clips, _) = Evaluator.ToTensors(batch, experiment.Model, 0, batch.Count);
        var labels = Tensor.From<long>(batch.Labels.AsSpan(0, batch.Count), batch.Count);
        var features = experiment.Network.Forward(clips).Features;
        var expected = experiment.Network.Encoder.AuxiliaryLosses(features, labels).Sum(term => term.Weight * term.Value.Item());
        Assert.InRange(expected, 1e-4, 1e3);
        Assert.Equal(expected, own, 1e-4 * result.Loss);
        Assert.NotEqual(features.Pooled.ToArray<float>(), experiment.Network.Forward(clips).Features.Pooled.ToArray<float>()); // noise is drawn
    }

    [Theory, InlineData(0.01), InlineData(1e6)]
    public void A_step_is_no_longer_than_the_norm_that_gradients_are_clipped_to(double norm)
    {
        Tensor[] Moved(double? clip)
        {
            using var experiment = Experiment.Create(
                Tiny.Recipe(training: training => training with { Momentum = 0, Nesterov = false, WeightDecay = 0, ClipNorm = clip }), Tiny.Data);
            var before = experiment.Network.NamedParameters().Select(entry => Copy(entry.Parameter.Value)).ToArray();
            TrainingStep.Run(experiment, Batch(experiment), 0, 0, rate: 1);
            return [.. experiment.Network.NamedParameters().Select((entry, i) => Copy(entry.Parameter.Value) - before[i])];
        }

        var (free, clipped) = (Moved(null), Moved(norm));
        Assert.Equal(Math.Min(norm, Length(free)), Length(clipped), 1e-3 * Math.Min(norm, Length(free)));

        static double Length(Tensor[] tensors) => Math.Sqrt(tensors.Sum(tensor => tensor.ToArray<double>().Sum(value => value * value)));

        static Tensor Copy(Tensor tensor) => tensor.Detach() + 0.0;
    }

    [Fact]
    public void A_batch_in_two_parts_reports_the_mean_of_their_losses()
    {
        using var parts = Experiment.Create(Tiny.Recipe(training: training => training with { Accumulate = 2 }), Tiny.Data);
        using var alone = Experiment.Create(Tiny.Recipe(training: training => training with { BatchSize = 2 }), Tiny.Data);
        var batch = Batch(parts);
        double loss = 0, correct = 0;
        for (var first = 0; first < 4; first += 2)
        {
            var half = Half(batch, first);
            var result = TrainingStep.Run(alone, half, 0, 0, 0); // rate 0: the weights stay
            loss += result.Loss / 2;
            correct += result.Correct;
        }

        var whole = TrainingStep.Run(parts, batch, 0, 0, 0);
        Assert.Equal(loss, whole.Loss, 1e-6);
        Assert.Equal(loss, whole.CrossEntropy, 1e-6);
        Assert.Equal(correct, whole.Correct);
    }

    [Fact]
    public void Two_equal_parts_make_the_step_of_one()
    {
        // Batch statistics of a part are those of the whole when both hold the same clips, and so are gradient and step.
        using var whole = Experiment.Create(Tiny.Recipe(), Tiny.Data);
        using var parts = Experiment.Create(Tiny.Recipe(training: training => training with { Accumulate = 2 }), Tiny.Data);
        var batch = Batch(whole);
        batch.Clips.AsSpan(0, 2 * batch.SampleLength).CopyTo(batch.Clips.AsSpan(2 * batch.SampleLength));
        batch.Labels.AsSpan(0, 2).CopyTo(batch.Labels.AsSpan(2));
        var before = whole.Network.NamedParameters().First(entry => entry.Name == "fc.weight").Parameter.Value.ToArray<float>();
        Assert.Equal(TrainingStep.Run(whole, batch, 0, 0, 0.1).Loss, TrainingStep.Run(parts, batch, 0, 0, 0.1).Loss, 1e-5);
        foreach (var (one, two) in whole.Network.NamedParameters().Zip(parts.Network.NamedParameters()))
            Assert.True((one.Parameter.Value - two.Parameter.Value).Abs().Max().Item() < 1e-4, one.Name);
        Assert.NotEqual(before, whole.Network.NamedParameters().First(entry => entry.Name == "fc.weight").Parameter.Value.ToArray<float>());
    }

    [Fact]
    public void A_part_that_is_not_finite_undoes_the_whole_step()
    {
        using var experiment = Experiment.Create(Tiny.Recipe(training: training => training with { Accumulate = 2 }), Tiny.Data);
        var batch = Batch(experiment);
        batch.Clips[2 * batch.SampleLength] = float.NaN; // the first part has left its gradients by then
        var before = experiment.Network.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.Value.ToArray<float>());
        Assert.False(TrainingStep.Run(experiment, batch, 0, 0, 0.1).IsFinite);
        Assert.All(experiment.Network.NamedParameters(), entry => Assert.Equal(before[entry.Name], entry.Parameter.Value.ToArray<float>()));
        Assert.All(experiment.Network.NamedParameters(), entry => Assert.Null(entry.Parameter.Value.Grad));
    }

    [Fact]
    public void The_total_is_cross_entropy_and_the_weighted_terms()
    {
        foreach (var (weighting, weight) in new[] { (CsreWeighting.Code, 0.5), (CsreWeighting.Paper, 1.0) })
        {
            var recipe = Tiny.Recipe(csre: true);
            using var experiment = Experiment.Create(recipe with { Csre = recipe.Csre with { Weighting = weighting } }, Tiny.Data);
            using var loader = BatchLoader.Training(experiment.TrainingClips, 2, experiment.Model.Pipeline, 4, 1, 0);
            var result = default(StepResult);
            foreach (var (step, batch) in loader.Batches().Index()) result = TrainingStep.Run(experiment, batch, 0, step, 0.01);
            Assert.True(result.Spatial > 0 && result.Temporal > 0);
            Assert.Equal(result.CrossEntropy + (weight * (result.Spatial + result.Temporal)), result.Loss, 1e-5);
            Assert.InRange(result.Anchors, 1, 4);
        }
    }

    [Fact]
    public void The_decomposition_learns_with_the_network()
    {
        using var experiment = Experiment.Create(Tiny.Recipe(csre: true), Tiny.Data);
        var before = experiment.Csre!.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.Value.ToArray<float>());
        Assert.Equal(["conv1.weight", "conv1.bias", "convs.weight", "convs.bias"], before.Keys.Take(4).Select(name => name["std.".Length..]));
        using var loader = BatchLoader.Training(experiment.TrainingClips, 2, experiment.Model.Pipeline, 4, 1, 0);
        foreach (var (step, batch) in loader.Batches().Index()) TrainingStep.Run(experiment, batch, 0, step, 0.05);
        Assert.All(experiment.Csre.NamedParameters(), entry => Assert.NotEqual(before[entry.Name], entry.Parameter.Value.ToArray<float>()));
        Assert.Equal(24, experiment.Csre.SpatialBank.Filled.Value.Sum().Item());
        Assert.Equal(24, experiment.Csre.TemporalBank.Filled.Value.Sum().Item());
    }

    [Fact]
    public void While_no_anchor_takes_part_the_step_is_that_without_CSRE()
    {
        using var with = Experiment.Create(Tiny.Recipe(csre: true), Tiny.Data); // weight decay is on
        using var plain = Experiment.Create(Tiny.Recipe(), Tiny.Data);
        var before = with.Csre!.NamedParameters().ToDictionary(entry => entry.Name, entry => entry.Parameter.Value.ToArray<float>());
        var batch = Batch(with); // four clips, and four hard positives are asked for: the banks hold nothing else yet
        var result = TrainingStep.Run(with, batch, 0, 0, 0.1);
        Assert.Equal((0, 0, 0), (result.Anchors, result.Spatial, result.Temporal));
        Assert.Equal(TrainingStep.Run(plain, batch, 0, 0, 0.1), result);
        Assert.Equal(plain.Network.Numbers(), with.Network.Numbers());
        Assert.All(with.Csre.NamedParameters(), entry => Assert.Equal(before[entry.Name], entry.Parameter.Value.ToArray<float>()));
        Assert.Equal(4, with.Csre.SpatialBank.Filled.Value.Sum().Item()); // the banks are written all the same
    }

    private static Batch Batch(Experiment experiment)
    {
        using var loader = BatchLoader.Training(experiment.TrainingClips, 2, experiment.Model.Pipeline, 4, 1, 0);
        return loader.Batches().First();
    }

    private static Batch Half(Batch batch, int first)
    {
        var half = new Batch(2, batch.SampleLength) { Count = 2 };
        batch.Clips.AsSpan(first * batch.SampleLength, 2 * batch.SampleLength).CopyTo(half.Clips);
        batch.Labels.AsSpan(first, 2).CopyTo(half.Labels);
        batch.Instances.AsSpan(first, 2).CopyTo(half.Instances);
        return half;
    }
}
