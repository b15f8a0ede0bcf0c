using Kinema.Contrast;
using Kinema.Contrast.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Contrast.Kernels;

/// <summary>The kernel against its twin of plain operators, which <see cref="CsreLossTests"/> holds against loops over anchors.</summary>
public sealed class ContrastKernelTests : TensorTest
{
    [Theory] // N, B, D, K, P, Q, Q', filled
    [InlineData(16, 5000, 256, 10, 128, 512, 512, 1.0)]
    [InlineData(5, 9001, 24, 4, 20, 50, 70, 0.7)]  // the parts are not whole blocks
    [InlineData(1, 300, 8, 3, 7, 11, 5, 1.0)]      // one anchor
    [InlineData(3, 61, 13, 2, 5, 9, 9, 0.9)]       // D is no multiple of the vector
    [InlineData(3, 130, 43, 2, 5, 9, 9, 0.9)]      // vectors of sixteen, one of eight and a rest
    [InlineData(2, 40, 3, 2, 1, 1, 1, 1.0)]        // D below it
    [InlineData(4, 7, 5, 2, 2, 2, 2, 1.0)]         // fewer rows than a block
    [InlineData(6, 64, 16, 3, 15, 40, 20, 0.8)]    // some anchors sit out
    [InlineData(6, 64, 16, 3, 30, 40, 20, 0.8)]    // all do
    [InlineData(4, 50, 16, 3, 128, 512, 512, 1.0)] // counts beyond the bank
    [InlineData(3, 2500, 16, 3, 700, 1500, 1500, 1.0)] // lists that no single part fills
    public void Values_and_gradients_agree_with_the_twin(int anchors, int rows, int dimension, int classes, int positives, int hard, int random, double filled)
    {
        for (var seed = 1UL; seed <= 3; seed++)
        {
            var options = new CsreOptions(dimension, 8, positives, hard, random);
            using var bank = Bank(rows, dimension, classes, filled, seed);
            var (features, labels, indices) = Batch(bank, anchors, dimension, seed);

            using Generator one = new(seed), two = new(seed);
            var twin = new CsreLoss(bank, options);
            var similarity = twin.Similarity(features, indices);
            var expected = twin.Contrast(similarity, HybridSampler.Sample(similarity.Detach(), labels, bank, options, one));
            expected.Loss.Backward();
            var gradient = features.Grad!.ToArray<double>();
            features.Grad = null;

            var actual = new CsreLoss(bank, options).Forward(features, labels, indices, two);
            actual.Loss.Backward();
            Assert.Equal(expected.Anchors.Item(), actual.Anchors.Item());
            Assert.Equal(expected.Loss.Item(), actual.Loss.Item(), 1e-5);
            var largest = gradient.Max(Math.Abs);
            Assert.All(features.Grad!.ToArray<double>().Zip(gradient), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-5 * largest));
            Assert.Equal(Tensor.Rand([4], one).ToArray<float>(), Tensor.Rand([4], two).ToArray<float>()); // both drew as many numbers
        }
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        using var bank = Bank(6000, 32, 4, 1, 5);
        var (features, labels, indices) = Batch(bank, 40, 32, 5); // so many that random negatives are drawn on several threads
        var before = TorchRuntime.Threads;
        try
        {
            var results = new int[] { 1, 2, 5 }.Select(threads =>
            {
                TorchRuntime.Threads = threads;
                using var random = new Generator(2);
                features.Grad = null;
                var loss = new CsreLoss(bank, new CsreOptions(32, 8, 30, 100, 100)).Forward(features, labels, indices, random).Loss;
                loss.Backward();
                return features.Grad!.ToArray<double>().Prepend(loss.Item()).ToArray();
            }).ToArray();
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            TorchRuntime.Threads = before;
        }
    }

    [Fact]
    public void The_bank_may_be_written_again_before_backward()
    {
        var options = new CsreOptions(16, 8, 5, 9, 9);
        using var bank = Bank(200, 16, 3, 1, 1);
        var (features, labels, indices) = Batch(bank, 3, 16, 1);
        using Generator one = new(1), two = new(1);
        new CsreLoss(bank, options).Forward(features, labels, indices, one).Loss.Backward();
        var expected = features.Grad!.ToArray<double>();
        features.Grad = null;
        var loss = new CsreLoss(bank, options).Forward(features, labels, indices, two).Loss;
        bank.Write(Tensor.Arange(200), Tensor.Zeros([200, 16]));
        loss.Backward();
        Assert.Equal(expected, features.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_profile_says_what_the_pass_over_the_bank_computes_and_moves()
    {
        using var bank = Bank(200, 16, 3, 1, 1);
        var (features, labels, indices) = Batch(bank, 3, 16, 1);
        using var random = new Generator(1);
        using var profile = OperatorProfile.Begin();
        new CsreLoss(bank, new CsreOptions(16, 8, 5, 9, 7)).Forward(features, labels, indices, random).Loss.Backward();
        var row = Assert.Single(profile.End(), row => row.Name == "Contrast");
        Assert.Equal((1, 3 * (200 + 5 + 9 + 7) * 16, (4 * (200 + 3 + 3) * 16) + (9 * 200)), (row.Calls, row.MultiplyAdds, row.Bytes));
    }

    [Fact]
    public void What_is_no_number_spreads_to_the_loss()
    {
        using var bank = Bank(200, 16, 3, 1, 1);
        var (features, labels, indices) = Batch(bank, 3, 16, 1);
        using var random = new Generator(1);
        var broken = features.Detach().Clone();
        broken.Memory<float>()[20] = float.NaN;
        Assert.True(double.IsNaN(new CsreLoss(bank, new CsreOptions(16, 8, 5, 9, 9)).Forward(broken, labels, indices, random).Loss.Item()));
    }

    private static ClipBank Bank(int rows, int dimension, int classes, double filled, ulong seed)
    {
        using var random = new Generator(seed);
        var bank = new ClipBank([.. Enumerable.Range(0, rows).Select(row => (long)(row % classes))], dimension);
        var vectors = Tensor.Randn([rows, dimension], random);
        long[] written = [.. Tensor.Rand([rows], random).ToArray<double>().Index().Where(entry => entry.Item < filled).Select(entry => (long)entry.Index)];
        var index = Tensor.From(written, written.Length);
        bank.Write(index, (vectors / vectors.Norm(1, keepDim: true)).IndexSelect(0, index));
        return bank;
    }

    private static (Tensor Features, Tensor Labels, Tensor Indices) Batch(ClipBank bank, int anchors, int dimension, ulong seed)
    {
        using var random = new Generator(seed + 100);
        var features = (Tensor.Randn([anchors, dimension], random) * 3).Detach();
        features.RequiresGrad = true;
        var indices = Tensor.From<long>([.. Enumerable.Range(0, anchors).Select(i => (long)i)], anchors);
        return (features, bank.Labels.Value.IndexSelect(0, indices), indices);
    }
}
