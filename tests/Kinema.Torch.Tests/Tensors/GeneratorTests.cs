namespace Kinema.Torch.Tests.Tensors;

public sealed class GeneratorTests : TensorTest
{
    [Fact]
    public void Equal_seeds_give_equal_numbers_and_others_do_not()
    {
        using Generator first = new(7), same = new(7), other = new(8);
        var numbers = Tensor.Randn([100], first).ToArray<float>();
        Assert.Equal(numbers, Tensor.Randn([100], same).ToArray<float>());
        Assert.NotEqual(numbers, Tensor.Randn([100], other).ToArray<float>());
        Assert.NotEqual(numbers, Tensor.Randn([100], first).ToArray<float>()); // it moves on
    }

    [Fact]
    public void A_restored_state_repeats_what_followed_it()
    {
        using var random = new Generator(7);
        _ = Tensor.Randn([13], random); // an odd count leaves half of a pair of normal numbers in the state
        var state = random.Save();
        var (normal, uniform) = (Tensor.Randn([13], random).ToArray<float>(), Tensor.Rand([5], random, ScalarType.Float64).ToArray<double>());

        random.Restore(state);
        Assert.Equal(normal, Tensor.Randn([13], random).ToArray<float>());
        Assert.Equal(uniform, Tensor.Rand([5], random, ScalarType.Float64).ToArray<double>());

        using var elsewhere = new Generator(1);
        elsewhere.Restore(state);
        Assert.Equal(normal, Tensor.Randn([13], elsewhere).ToArray<float>());
    }

    [Fact]
    public void A_generator_seeded_anew_is_as_one_made_with_that_seed()
    {
        using Generator random = new(7), fresh = new(9);
        _ = Tensor.Randn([13], random, ScalarType.Float64); // half of a pair of normal numbers is left, and must be forgotten
        random.Seed(9);
        Assert.Equal(fresh.Save(), random.Save());
        Assert.Equal(Tensor.Randn([13], fresh).ToArray<float>(), Tensor.Randn([13], random).ToArray<float>());
    }

    [Fact]
    public void A_damaged_state_is_refused_and_changes_nothing()
    {
        using var random = new Generator(7);
        var state = random.Save();
        Assert.Throws<TorchException>(() => random.Restore(state.AsSpan(1)));
        Assert.Throws<TorchException>(() => random.Restore([]));
        Assert.Equal(state, random.Save());
    }

    [Fact]
    public void A_disposed_generator_throws()
    {
        var random = new Generator(7);
        random.Dispose();
        random.Dispose();
        Assert.Throws<ObjectDisposedException>(random.Save);
        Assert.Throws<ObjectDisposedException>(() => random.Seed(1));
        Assert.Throws<ObjectDisposedException>(() => Tensor.Rand([2], random));
    }

    [Fact]
    public void Numbers_have_the_distribution_asked_for()
    {
        using var random = new Generator(7);
        var uniform = Tensor.Rand([20_000], random).ToArray<float>();
        Assert.All(uniform, value => Assert.InRange(value, 0f, 0.99999997f));
        Assert.InRange(uniform.Average(), 0.49, 0.51);
        var normal = Tensor.Randn([20_000], random, ScalarType.Float64).ToArray<double>();
        Assert.InRange(normal.Average(), -0.03, 0.03);
        Assert.InRange(normal.Average(value => value * value), 0.96, 1.04);
    }
}
