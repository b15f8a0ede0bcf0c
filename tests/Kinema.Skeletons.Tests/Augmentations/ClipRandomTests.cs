using Kinema.Skeletons.Augmentations;

namespace Kinema.Skeletons.Tests.Augmentations;

public sealed class ClipRandomTests
{
    // The known answers that the authors of Philox publish with their code.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0ul, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_gives_the_published_answers(uint c0, uint c1, uint c2, uint c3, ulong key, uint w0, uint w1, uint w2, uint w3)
    {
        var words = ClipRandom.Philox(c0, c1, c2, c3, key);

        Assert.Equal((w0, w1, w2, w3), ((uint)words, (uint)(words >> 32), (uint)(words >> 64), (uint)(words >> 96)));
    }

    // Changing these numbers changes every result ever obtained with a seed.
    [Fact]
    public void The_numbers_of_a_seed_stay_what_they_are()
    {
        var random = new ClipRandom(seed: 7, epoch: 3, instance: 11, RandomPurpose.Augmentation);

        Assert.Equal(KnownAnswers.Words, Enumerable.Range(0, 5).Select(_ => random.NextUInt32()));
        Assert.Equal(KnownAnswers.Double, random.NextDouble());
        Assert.Equal(KnownAnswers.Integers, Enumerable.Range(0, 5).Select(_ => random.NextInt(-60, 61)));
        Assert.Equal(KnownAnswers.Gaussian, random.NextGaussian());
    }

    [Fact]
    public void Streams_depend_on_seed_epoch_instance_and_purpose_and_on_nothing_else()
    {
        static ulong First(long seed, int epoch, int instance, RandomPurpose purpose) =>
            new ClipRandom(seed, epoch, instance, purpose).NextUInt64();

        var start = First(1, 2, 3, RandomPurpose.Augmentation);

        ulong[] others =
        [
            First(2, 2, 3, RandomPurpose.Augmentation), First(1L << 32, 2, 3, RandomPurpose.Augmentation),
            First(1, 3, 2, RandomPurpose.Augmentation), First(1, 2, 4, RandomPurpose.Augmentation), First(1, 2, 3, RandomPurpose.Order),
        ];

        Assert.DoesNotContain(start, others);
        Assert.Equal(others.Length, others.Distinct().Count());
        Assert.Equal(start, First(1, 2, 3, RandomPurpose.Augmentation));
    }

    [Fact]
    public void Integers_are_even_over_a_range_that_does_not_divide_the_word()
    {
        var random = new ClipRandom(1, 0, 0, RandomPurpose.Split);
        var counts = new int[121];
        for (var i = 0; i < 121_000; i++)
            counts[random.NextInt(-60, 61) + 60]++;

        // χ² with 120 degrees of freedom: mean 120, deviation 15.5.
        Assert.InRange(counts.Sum(count => (count - 1000.0) * (count - 1000) / 1000), 60, 190);
        Assert.Equal(0, new ClipRandom(1, 0, 0, RandomPurpose.Split).NextInt(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClipRandom(1, 0, 0, RandomPurpose.Split).NextInt(0));
    }

    [Fact]
    public void A_range_of_three_eighths_of_all_words_has_no_favourites()
    {
        // 2³² words over 3·2²⁹ values: without rejection, two of every three neighbours would come up three times for the third's two.
        var random = new ClipRandom(5, 0, 0, RandomPurpose.Split);
        var counts = new int[3];
        for (var i = 0; i < 60_000; i++)
            counts[random.NextInt(3 << 29) % 3]++;

        Assert.All(counts, count => Assert.InRange(count / 60_000.0, 0.326, 0.341));
    }

    [Fact]
    public void Gaussians_have_mean_0_deviation_1_and_normal_tails()
    {
        var random = new ClipRandom(9, 0, 0, RandomPurpose.Initialisation);
        var drawn = Enumerable.Range(0, 100_000).Select(_ => random.NextGaussian()).ToArray();

        Assert.InRange(drawn.Average(), -0.015, 0.015);
        Assert.InRange(drawn.Average(x => x * x), 0.98, 1.02);
        Assert.InRange(drawn.Count(x => Math.Abs(x) < 1) / 100_000.0, 0.6727, 0.6927);
        Assert.InRange(drawn.Count(x => Math.Abs(x) > 3) / 100_000.0, 0.0017, 0.0037);
    }

    [Fact]
    public void Doubles_fill_the_unit_interval()
    {
        var random = new ClipRandom(4, 0, 0, RandomPurpose.Negatives);
        var drawn = Enumerable.Range(0, 50_000).Select(_ => random.NextDouble()).ToArray();

        Assert.All(drawn, x => Assert.InRange(x, 0, Math.BitDecrement(1.0)));
        Assert.InRange(drawn.Average(), 0.495, 0.505);
        Assert.InRange(drawn.Average(x => x * x), 1 / 3.0 - 0.005, 1 / 3.0 + 0.005);
    }

    [Fact]
    public void Every_order_of_four_is_equally_likely()
    {
        var random = new ClipRandom(2, 0, 0, RandomPurpose.Order);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 24_000; i++)
        {
            var items = "abcd".ToCharArray();
            random.Shuffle<char>(items);
            counts[new string(items)] = counts.GetValueOrDefault(new string(items)) + 1;
        }

        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void The_logarithm_agrees_with_the_platforms()
    {
        foreach (var x in new[] { 1e-300, 1e-9, 0.1, 0.5, 0.70710678, 0.7072, 0.9, 0.999999999 })
            Assert.Equal(Math.Log(x), ClipRandom.Logarithm(x), Math.Abs(Math.Log(x)) * 1e-15 + 1e-16);
    }
}
