namespace Kinema.Torch.Tests.Modules;

public sealed class LearningTests : TensorTest
{
    [Fact]
    public void One_batch_is_learnt_by_heart()
    {
        var (losses, correct) = Learn(seed: 3, steps: 150);
        Assert.True(losses[^1] < 0.02, $"the loss ends at {losses[^1]}");
        Assert.True(losses[^1] < losses[0] / 50);
        Assert.Equal(24, correct);
    }

    [Fact]
    public void Equal_seeds_learn_bit_for_bit_alike() => Assert.Equal(Learn(5, 20).Losses, Learn(5, 20).Losses);

    [Fact]
    public void Another_seed_learns_otherwise() => Assert.NotEqual(Learn(5, 3).Losses, Learn(6, 3).Losses);

    private static (double[] Losses, int Correct) Learn(ulong seed, int steps)
    {
        using var scope = TensorScope.Begin();
        using var random = new Generator(seed);
        using var network = new Sequential(new Linear(8, 32), new BatchNorm(32), new Relu(), new Linear(32, 5));
        network.Initialise(random);
        using var optimiser = new Sgd(network.NamedParameters(), new SgdOptions());
        var x = Tensor.Randn([24, 8], random);
        var labels = Tensor.From([.. Enumerable.Range(0, 24).Select(i => (long)(i % 5))], 24);
        var losses = new double[steps];
        for (var step = 0; step < steps; step++)
        {
            using var inner = TensorScope.Begin();
            network.ZeroGrad();
            var loss = Functional.CrossEntropy(network.Forward(x), labels);
            loss.Backward();
            optimiser.Step(0.1);
            losses[step] = loss.Item();
        }

        return (losses, (int)network.Forward(x).ArgMax(1).Eq(labels).Sum().Item());
    }
}
