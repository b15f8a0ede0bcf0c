using Kinema.Recipes;
using Kinema.Storage;

namespace Kinema.Tests.Recipes;

public class LearningRateTests
{
    [Theory]
    [InlineData(0, 0.02)]
    [InlineData(4, 0.1)]
    [InlineData(5, 0.1)]
    [InlineData(34, 0.1)]
    [InlineData(35, 0.01)]
    [InlineData(54, 0.01)]
    [InlineData(55, 0.001)]
    [InlineData(1000, 0.001)]
    public void Steps_rise_over_the_warm_up_and_fall_by_the_factor_at_each_step(int epoch, double expected) =>
        Assert.Equal(expected, new LearningRate(new()).At(epoch), 1e-15);

    [Fact]
    public void A_step_inside_the_warm_up_counts_only_after_it()
    {
        var rate = new LearningRate(new() { LearningRate = 1, Schedule = new() { WarmupEpochs = 4, Steps = [2], Factor = 0.5 } });

        Assert.Equal([0.25, 0.5, 0.75, 1, 0.5], Enumerable.Range(0, 5).Select(rate.At));
    }

    [Fact]
    public void Cosine_starts_at_the_base_rate_halves_midway_and_nears_zero_in_the_last_epoch()
    {
        var rate = new LearningRate(new() { LearningRate = 0.4, Epochs = 12,
            Schedule = new() { Kind = ScheduleKind.Cosine, WarmupEpochs = 2 } });

        Assert.Equal(0.2, rate.At(0), 1e-15);
        Assert.Equal(0.4, rate.At(2), 1e-15);
        Assert.Equal(0.2, rate.At(7), 1e-15);
        Assert.Equal(0.2 * (1 + Math.Cos(0.9 * Math.PI)), rate.At(11), 1e-15);
        Assert.Equal(0, rate.At(20), 1e-15);
        Assert.All(Enumerable.Range(2, 9), epoch => Assert.True(rate.At(epoch + 1) < rate.At(epoch)));
    }

    [Fact]
    public void Exponential_falls_by_the_factor_after_every_epoch()
    {
        var rate = new LearningRate(new() { LearningRate = 1, Schedule = new() { Kind = ScheduleKind.Exponential, WarmupEpochs = 1, Factor = 0.5 } });

        Assert.Equal([1, 1, 0.5, 0.25], Enumerable.Range(0, 4).Select(rate.At));
    }

    [Fact]
    public void A_warm_up_longer_than_the_run_never_divides_by_zero() =>
        Assert.Equal(0.1, new LearningRate(new() { Epochs = 3,
            Schedule = new() { Kind = ScheduleKind.Cosine, WarmupEpochs = 3 } }).At(3), 1e-15);

    [Fact]
    public void A_negative_epoch_is_a_bug() => Assert.Throws<ArgumentOutOfRangeException>(() => new LearningRate(new()).At(-1));

    [GoldenFact("optim.safetensors")]
    public void Published_schedules_are_those_of_the_reference()
    {
        using var golden = SafeTensorsFile.Open(GoldenFactAttribute.PathOf("optim.safetensors"));
        Agree("lr.ctr.nw-ucla", RecipeLoader.LoadFile(Path.Combine(Repository.Root, "recipes/nw-ucla/ctr-gcn.yaml")).Training);
        Agree("lr.ctr.ntu", RecipeLoader.LoadFile(Path.Combine(Repository.Root, "recipes/ntu60-xsub/ctr-gcn.yaml")).Training);
        Agree("lr.csre-hyperformer.ntu", new() { LearningRate = 0.025, Epochs = 140, Schedule = new() { Steps = [110, 120] } });

        void Agree(string name, TrainingSettings training)
        {
            var expected = golden.Read(name).ToDoubles();
            var rate = new LearningRate(training);
            Assert.Equal(training.Epochs, expected.Length);
            Assert.All(expected.Select((value, epoch) => (value, epoch)), e => Assert.Equal(e.value, rate.At(e.epoch), 1e-6 * e.value));
        }
    }
}
