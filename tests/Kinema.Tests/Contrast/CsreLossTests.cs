using Kinema.Contrast;
using Kinema.Torch;

namespace Kinema.Tests.Contrast;

public sealed class CsreLossTests : TensorTest
{
    [Theory]
    [InlineData(4, 8, 8, 1.0, 0.8)]
    [InlineData(1, 1, 1, 1.0, 0.5)]
    [InlineData(6, 12, 5, 1.0, 1.0)]
    [InlineData(3, 5, 9, 0.6, 0.07)] // a bank with holes, and a temperature at which exp(s/τ) spans 12 decades
    public void Loss_and_gradient_agree_with_a_loop_over_anchors(int positives, int hard, int random, double filled, double temperature)
    {
        using var toy = new Toy(filled: filled);
        var options = new CsreOptions(8, 8, positives, hard, random, temperature);
        var (term, sample) = Run(toy, options);
        var plain = toy.Plain(new PlainCsre(positives, hard, random, temperature), Draws(sample));
        Assert.InRange(plain.Anchors, 1, 6);
        Assert.Equal(plain.Anchors, term.Anchors.Item());
        Assert.Equal(plain.Loss, term.Loss.Item(), 1e-10);
        AssertClose([.. plain.Gradient.Cast<double>()], toy.Features.Grad!);
    }

    [Fact]
    public void The_forward_call_is_the_sum_of_its_parts()
    {
        using Toy one = new(), two = new();
        var options = new CsreOptions(8, 8, 4, 8, 8);
        var (expected, _) = Run(one, options, seed: 3);
        using var random = new Generator(3);
        var actual = new CsreLoss(two.Bank, options).Forward(two.Features, two.LabelTensor, two.RowTensor, random);
        Assert.Equal(expected.Loss.Item(), actual.Loss.Item());
        Assert.Equal(expected.Anchors.Item(), actual.Anchors.Item());
    }

    [Fact]
    public void An_anchor_without_enough_rows_sits_out_and_is_counted()
    {
        using var toy = new Toy(); // three rows of the first anchor's class
        var (term, sample) = Run(toy, new CsreOptions(8, 8, Positives: 4, HardNegatives: 8, RandomNegatives: 8));
        Assert.Equal([false, true, true, true, true, true], sample.Usable.ToArray<bool>());
        Assert.Equal(5, term.Anchors.Item());
        var gradient = Toy.Split(toy.Features.Grad!.ToArray<double>(), 6);
        Assert.All(gradient[0], value => Assert.Equal(0, value));
        Assert.All(gradient[1..], row => Assert.Contains(row, value => value != 0));

        using var enough = new Toy();
        Assert.Equal(6, Run(enough, new CsreOptions(8, 8, Positives: 3, HardNegatives: 8, RandomNegatives: 8)).Term.Anchors.Item());
    }

    [Theory]
    [InlineData(8, 25, 8)]  // 24 rows are negatives of the frequent classes
    [InlineData(8, 8, 26)]
    [InlineData(24, 8, 8)]
    public void Too_few_of_any_kind_leave_every_anchor_out(int positives, int hard, int random)
    {
        using var toy = new Toy(rare: 0, classes: 3);
        var (term, _) = Run(toy, new CsreOptions(8, 8, positives, hard, random));
        Assert.Equal(positives > 24 || hard > 24 || random > 24 ? 0 : 6, term.Anchors.Item());
    }

    [Theory]
    [InlineData(4, 8, 8, 4)]
    [InlineData(4, 8, 2, 4)]
    [InlineData(4, 8, 4, 3)]
    [InlineData(4, 7, 4, 4)]
    [InlineData(0, 8, 0, 0)]
    public void Features_labels_and_rows_that_do_not_fit_are_refused_before_memory_is_read(int clips, int dimension, int labels, int rows)
    {
        using var random = new Generator(1);
        using var bank = new ClipBank([0, 0, 0, 0, 1, 1, 1, 1], 8);
        var before = bank.Features.Value.ToArray<float>();
        var features = Tensor.Ones([clips, dimension]);

        var refusal = Assert.Throws<ArgumentException>(() => new CsreLoss(bank, new CsreOptions(8, 8, 1, 1, 1)).Forward(
            features, Tensor.Zeros([labels], ScalarType.Int64), Tensor.Arange(rows), random));

        Assert.Contains($"features (N, 8) with labels (N) and rows (N); got ({clips}, {dimension})", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, bank.Features.Value.ToArray<float>());
    }

    [Fact]
    public void Classes_below_zero_are_refused()
    {
        using var random = new Generator(1);
        Assert.Contains("got -2", Assert.Throws<ArgumentException>(() => new ClipBank([0, -2], 4)).Message, StringComparison.Ordinal);
        using var bank = new ClipBank([0, 1, 0, 1], 4);
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.Float64]) // the kernel, and the plain operators
        {
            bank.To(type);
            var refusal = Assert.Throws<ArgumentException>(() => new CsreLoss(bank, new CsreOptions(4, 4, 1, 1, 1)).Forward(
                Tensor.Ones([1, 4]).To(type), Tensor.From<long>([-1], 1), Tensor.From<long>([0], 1), random));
            Assert.Contains("got -1", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Counts_below_one_and_a_temperature_of_zero_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("Positives", () => new CsreOptions(Positives: 0));
        Assert.Throws<ArgumentOutOfRangeException>("HardNegatives", () => new CsreOptions(HardNegatives: -1));
        Assert.Throws<ArgumentOutOfRangeException>("RandomNegatives", () => new CsreOptions() with { RandomNegatives = 0 });
        Assert.Throws<ArgumentOutOfRangeException>("Temperature", () => new CsreOptions(Temperature: 0));
        Assert.Throws<ArgumentOutOfRangeException>("Temperature", () => new CsreOptions() with { Temperature = double.NaN });
    }

    [Fact]
    public void An_empty_bank_costs_nothing_and_moves_nothing()
    {
        using var toy = new Toy(anchors: 3, rare: 1, classes: 2, filled: 0, rows: 700);
        using var random = new Generator(1);
        var term = new CsreLoss(toy.Bank, new CsreOptions()).Forward(toy.Features, toy.LabelTensor, toy.RowTensor, random);
        term.Loss.Backward();
        Assert.Equal(0, term.Loss.Item());
        Assert.Equal(0, term.Anchors.Item());
        Assert.All(toy.Features.Grad!.ToArray<double>(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void The_bank_is_written_before_the_look_up_so_that_an_anchor_meets_itself()
    {
        using var toy = new Toy(filled: 0.5);
        var similarity = new CsreLoss(toy.Bank, new CsreOptions(8)).Similarity(toy.Features, toy.RowTensor).ToArray<double>();
        var features = Toy.Split(toy.Features.ToArray<double>(), 6).Select(PlainCsre.Unit).ToArray();
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(1, similarity[(i * 48) + toy.Rows[i]], 1e-14);
            for (var j = 0; j < 6; j++)
                Assert.Equal(features[i].Zip(features[j], (a, b) => a * b).Sum(), similarity[(i * 48) + toy.Rows[j]], 1e-14);
        }
    }

    [Fact]
    public void Writing_changes_the_rows_of_the_batch_and_no_others()
    {
        using var toy = new Toy(filled: 0.5);
        var (before, filled) = (Toy.Split(toy.Bank.Features.Value.ToArray<double>(), 48), toy.Bank.Filled.Value.ToArray<bool>());
        Run(toy, new CsreOptions(8, 8, 1, 1, 1));
        var (after, nowFilled) = (Toy.Split(toy.Bank.Features.Value.ToArray<double>(), 48), toy.Bank.Filled.Value.ToArray<bool>());
        for (var row = 0; row < 48; row++)
        {
            var anchor = Array.IndexOf(toy.Rows, row);
            if (anchor < 0) Assert.Equal(before[row], after[row]);
            else AssertClose(PlainCsre.Unit(Toy.Split(toy.Features.ToArray<double>(), 6)[anchor]), after[row], 1e-14);
            Assert.Equal(filled[row] || anchor >= 0, nowFilled[row]);
        }
    }

    [Fact]
    public void No_gradient_reaches_the_bank()
    {
        using var toy = new Toy();
        Run(toy, new CsreOptions(8, 8, 2, 4, 4));
        Assert.False(toy.Bank.Features.Value.RequiresGrad);
        Assert.Null(toy.Bank.Features.Value.Grad);
        Assert.Empty(toy.Bank.NamedParameters());
        Assert.Equal(["features", "filled", "labels"], toy.Bank.NamedBuffers().Select(entry => entry.Name));
    }

    [Theory, InlineData(1, 8), InlineData(4, 16)]
    public void Orthogonal_clips_cost_log_one_plus_Q(int positives, int negatives)
    {
        // The anchor is e₀, its class holds e₁ and itself, the other class e₂: every cosine but its own is 0.
        var term = Axes(positives, negatives, own: 1, other: 2, 1);
        Assert.Equal(Math.Log(1 + negatives), term.Loss.Item(), 1e-12);
    }

    [Fact]
    public void Parallel_clips_cost_log_one_plus_Q_and_opposite_negatives_less()
    {
        Assert.Equal(Math.Log(1 + 8), Axes(2, 8, own: 0, other: 0, 1).Loss.Item(), 1e-12);
        Assert.Equal(Math.Log(1 + (8 * Math.Exp(-2 / 0.8))), Axes(2, 8, own: 0, other: 0, -1).Loss.Item(), 1e-12);
        Assert.Equal(Math.Log(1 + (8 * Math.Exp(1 / 0.8))), Axes(2, 8, own: 1, other: 0, 1).Loss.Item(), 1e-12);
    }

    [Fact]
    public void The_gradient_of_a_fixed_choice_agrees_with_finite_differences()
    {
        using var toy = new Toy();
        var options = new CsreOptions(8, 8, 3, 6, 5);
        var (_, sample) = Run(toy, options);
        var loss = new CsreLoss(toy.Bank, options);
        var bank = toy.Bank.Features.Value.Clone().Transpose(0, 1);
        FiniteDifferences.Agree(inputs => loss.Contrast((inputs[0] / inputs[0].Norm(1, keepDim: true)).MatMul(bank), sample).Loss, [toy.Features]);
    }

    [Fact]
    public void Single_precision_is_near()
    {
        using Toy exact = new(), rounded = new();
        rounded.Bank.To(ScalarType.Float32);
        var options = new CsreOptions(8, 8, 4, 8, 8);
        var (expected, _) = Run(exact, options);
        using var random = new Generator(1);
        var actual = new CsreLoss(rounded.Bank, options).Forward(
            rounded.Features.Detach().To(ScalarType.Float32), rounded.LabelTensor, rounded.RowTensor, random);
        Assert.Equal(expected.Loss.Item(), actual.Loss.Item(), 1e-5);
    }

    private static (ContrastTerm Term, ContrastSample Sample) Run(Toy toy, CsreOptions options, ulong seed = 1)
    {
        var loss = new CsreLoss(toy.Bank, options);
        var similarity = loss.Similarity(toy.Features, toy.RowTensor);
        using var random = new Generator(seed);
        var sample = HybridSampler.Sample(similarity.Detach(), toy.LabelTensor, toy.Bank, options, random);
        var term = loss.Contrast(similarity, sample);
        term.Loss.Backward(retainGraph: true);
        return (term, sample);
    }

    private static long[][] Draws(ContrastSample sample) => Toy.Split(sample.RandomNegatives.ToArray<long>(), (int)sample.Usable.Elements);

    private static ContrastTerm Axes(int positives, int negatives, int own, int other, double sign)
    {
        long[] labels = [.. Enumerable.Range(0, positives + 1 + negatives).Select(row => row <= positives ? 0L : 1)];
        using var bank = new ClipBank(labels, 4);
        bank.To(ScalarType.Float64);
        var vectors = new double[labels.Length * 4];
        for (var row = 0; row < labels.Length; row++) vectors[(row * 4) + (labels[row] == 0 ? own : other)] = labels[row] == 0 ? 1 : sign;
        bank.Write(Tensor.Arange(labels.Length), Tensor.From<double>(vectors, labels.Length, 4));
        using var random = new Generator(1);
        return new CsreLoss(bank, new CsreOptions(4, 8, positives, negatives, negatives))
            .Forward(Tensor.From<double>([5, 0, 0, 0], 1, 4), Tensor.From<long>([0], 1), Tensor.From<long>([0], 1), random);
    }
}
