using Kinema.Contrast;
using Kinema.Torch;

namespace Kinema.Tests.Contrast;

public sealed class HybridSamplerTests : TensorTest
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(0.7)]
    public void Hard_rows_are_those_that_sorting_gives(double filled)
    {
        using var toy = new Toy(filled: filled, rare: 6);
        var options = new CsreOptions(8, 8, 3, 7, 5);
        var (similarity, sample) = Sample(toy, options, 1);
        var plain = toy.Plain(new PlainCsre(3, 7, 5, 0.8), Toy.Split(sample.RandomNegatives.ToArray<long>(), 6));
        var usable = sample.Usable.ToArray<bool>();
        Assert.Contains(true, usable);
        for (var i = 0; i < 6; i++)
        {
            if (!usable[i]) continue;
            AssertClose(plain.HardPositives[i], Values(sample.Positives, i).Order().ToArray(), 1e-14);
            AssertClose(plain.HardNegatives[i], Values(sample.HardNegatives, i).OrderDescending().ToArray(), 1e-14);
        }

        double[] Values(Tensor rows, int anchor) => [.. Toy.Split(rows.ToArray<long>(), 6)[anchor].Select(row => similarity[anchor][row])];
    }

    [Fact]
    public void Every_row_chosen_is_written_and_of_the_right_class()
    {
        using var toy = new Toy(filled: 0.8, rare: 6);
        var (_, sample) = Sample(toy, new CsreOptions(8, 8, 3, 7, 9), 2);
        var (filled, usable) = (toy.Bank.Filled.Value.ToArray<bool>(), sample.Usable.ToArray<bool>());
        foreach (var (rows, same) in new[] { (sample.Positives, true), (sample.HardNegatives, false), (sample.RandomNegatives, false) })
        {
            var chosen = Toy.Split(rows.ToArray<long>(), 6);
            for (var i = 0; i < 6; i++)
            {
                if (!usable[i]) continue;
                Assert.Equal(chosen[i].Length, chosen[i].Distinct().Count());
                Assert.All(chosen[i], row => Assert.True(filled[row]));
                Assert.All(chosen[i], row => Assert.Equal(same, toy.BankLabels[row] == toy.Labels[i]));
            }
        }
    }

    // Few of the rows, which are drawn until enough have come, and most of them, which are shuffled.
    [Theory, InlineData(5), InlineData(12)]
    public void Random_negatives_are_uniform_without_replacement(int drawn)
    {
        const int anchors = 4000, rows = 30;
        long[] labels = [.. Enumerable.Range(0, rows).Select(row => row % 3 == 0 ? 0L : 1)]; // 20 negatives for class 0
        using var bank = new ClipBank(labels, 2);
        bank.Write(Tensor.Arange(rows), Tensor.Ones([rows, 2]));
        using var random = new Generator(11);
        var sample = HybridSampler.Sample(
            Tensor.Zeros([anchors, rows]), Tensor.Zeros([anchors], ScalarType.Int64), bank, new CsreOptions(2, 1, 1, 1, drawn), random);

        var draws = Toy.Split(sample.RandomNegatives.ToArray<long>(), anchors);
        Assert.All(draws, draw => Assert.Equal(drawn, draw.Distinct().Count()));
        var counts = draws.SelectMany(draw => draw).GroupBy(row => row).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(Enumerable.Range(0, rows).Where(row => row % 3 != 0).Select(row => (long)row), counts.Keys.Order());
        // Pearson's statistic, with the smaller variance of draws without replacement; 19 degrees of freedom, 43.8 is exceeded once in 1,000.
        var (expected, share) = (anchors * drawn / 20.0, drawn / 20.0);
        var statistic = counts.Values.Sum(count => (count - expected) * (count - expected) / (expected * (1 - share))) * 19 / 20;
        Assert.InRange(statistic, 5, 43.8);
        // Pairs too: each of the 190 comes together in d(d - 1)/380 of the anchors.
        var together = drawn * (drawn - 1) / 380.0;
        var (mean, deviation) = (anchors * together, Math.Sqrt(anchors * together * (1 - together)));
        var pairs = draws.SelectMany(draw => draw.SelectMany(a => draw.Where(b => a < b).Select(b => (a, b))))
            .GroupBy(pair => pair).Select(group => group.Count()).ToList();
        Assert.Equal(190, pairs.Count);
        Assert.All(pairs, count => Assert.InRange(count, mean - (5 * deviation), mean + (5 * deviation)));
    }

    [Fact]
    public void Rows_that_were_not_written_are_never_drawn_and_all_are_where_there_are_just_enough()
    {
        const int anchors = 50;
        using var bank = new ClipBank([.. Enumerable.Range(0, 400).Select(row => (long)(row % 2))], 2);
        bank.Write(Tensor.Arange(60), Tensor.Ones([60, 2])); // 30 of each class
        foreach (var drawn in (int[])[7, 20, 30])
        {
            using var random = new Generator(3);
            var sample = HybridSampler.Sample(
                Tensor.Zeros([anchors, 400]), Tensor.Zeros([anchors], ScalarType.Int64), bank, new CsreOptions(2, 1, 1, 1, drawn), random);
            foreach (var draw in Toy.Split(sample.RandomNegatives.ToArray<long>(), anchors))
            {
                Assert.Equal(drawn, draw.Distinct().Count());
                Assert.All(draw, row => Assert.True(row % 2 == 1 && row < 60));
            }
        }
    }

    [Fact]
    public void Equal_seeds_draw_equal_rows_and_every_call_draws_anew()
    {
        using var toy = new Toy(anchors: 6, rows: 200);
        var options = new CsreOptions(8, 8, 2, 2, 20);
        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
        using var random = new Generator(1);
        var similarity = new CsreLoss(toy.Bank, options).Similarity(toy.Features, toy.RowTensor).Detach();
        var first = HybridSampler.Sample(similarity, toy.LabelTensor, toy.Bank, options, random).RandomNegatives.ToArray<long>();
        var second = HybridSampler.Sample(similarity, toy.LabelTensor, toy.Bank, options, random).RandomNegatives.ToArray<long>();
        Assert.NotEqual(first, second);
        Assert.NotEqual(first[..20], first[20..40]); // and every anchor its own

        long[] Draw(ulong seed) => Sample(toy, options, seed).Sample.RandomNegatives.ToArray<long>();
    }

    [Fact]
    public void Counts_beyond_the_bank_are_no_error()
    {
        using var toy = new Toy(rows: 20);
        var (_, sample) = Sample(toy, new CsreOptions(8), 1); // 128 and 512 of 20 rows
        Assert.Equal(0, sample.Usable.Sum().Item());
    }

    private static (double[][] Similarity, ContrastSample Sample) Sample(Toy toy, CsreOptions options, ulong seed)
    {
        var similarity = new CsreLoss(toy.Bank, options).Similarity(toy.Features, toy.RowTensor).Detach();
        using var random = new Generator(seed);
        return (Toy.Split(similarity.ToArray<double>(), toy.Labels.Length), HybridSampler.Sample(similarity, toy.LabelTensor, toy.Bank, options, random));
    }
}
