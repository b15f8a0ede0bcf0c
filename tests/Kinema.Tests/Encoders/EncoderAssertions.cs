using Kinema.Encoders;
using Kinema.Torch;

namespace Kinema.Tests.Encoders;

/// <summary>What holds of every encoder, whatever is inside.</summary>
internal static class EncoderAssertions
{
    /// <summary>
    /// Logits and gradients of a training pass in single precision, which the kernels compute, against double precision, which their twins do.
    /// Here and there a ReLU or a maximum decides otherwise, so that gradients are compared by length: each parameter's, and a hundredth of all
    /// of them together, since what is zero by mathematics is not so in digits.
    /// </summary>
    public static void AssertSinglePrecisionAgreesWithDouble(
        this Recogniser network, long[] shape, double tolerance = 1e-4, double gradientTolerance = 2e-2)
    {
        using var random = new Generator(2);
        var clips = Tensor.Randn(shape, random);
        var labels = Tensor.From<long>([.. Enumerable.Range(0, (int)shape[0]).Select(clip => (long)clip % 4)], shape[0]);
        var (singleLogits, single) = Run(clips);
        network.To(ScalarType.Float64);
        var (logits, gradients) = Run(clips.To(ScalarType.Float64));

        AssertNear("logits", logits, singleLogits, tolerance * Length(logits));
        var whole = Math.Sqrt(gradients.Values.Sum(gradient => Length(gradient) * Length(gradient)));
        foreach (var (name, gradient) in gradients)
            AssertNear(name, gradient, single[name], gradientTolerance * (Length(gradient) + (1e-2 * whole)));

        (double[] Logits, Dictionary<string, double[]> Gradients) Run(Tensor input)
        {
            var (scores, features) = network.Forward(input);
            network.Encoder.TotalLoss(Functional.CrossEntropy(scores, labels), features, labels).Backward();
            var found = network.NamedParameters().Where(entry => entry.Parameter.Value.Grad is not null)
                .ToDictionary(entry => entry.Name, entry => entry.Parameter.Value.Grad!.ToArray<double>());
            network.ZeroGrad();
            return (scores.ToArray<double>(), found);
        }

        static void AssertNear(string name, double[] expected, double[] actual, double allowed)
        {
            var distance = Length([.. expected.Zip(actual, (left, right) => left - right)]);
            Assert.True(distance <= allowed, $"{name}, of length {Length(expected):R}, is {distance:R} away; allowed is {allowed:R}");
        }

        static double Length(double[] values) => Math.Sqrt(values.Sum(value => value * value));
    }

    /// <summary>Eight clips of noise with four labels, clips of eight frames of one person on NW-UCLA's joints: their loss goes to nothing.</summary>
    public static void AssertLearnsOneBatchByHeart(this Recogniser network, double rate = 0.05, int steps = 60)
    {
        using var random = new Generator(1);
        using var optimizer = new Sgd(network.NamedParameters(), new SgdOptions(0.9, true, 0));
        var input = Tensor.Randn([8, 3, 8, 20, 1], random);
        var labels = Tensor.From<long>([0, 1, 2, 3, 0, 1, 2, 3], 8);
        var (loss, correct) = (double.NaN, 0.0);
        for (var step = 0; step < steps && !(loss < 0.02); step++)
        {
            using var scope = TensorScope.Begin();
            var logits = network.Forward(input).Logits;
            var cost = Functional.CrossEntropy(logits, labels);
            cost.Backward();
            optimizer.Step(rate);
            network.ZeroGrad();
            (loss, correct) = (cost.Item(), logits.ArgMax(1).Eq(labels).Sum().Item());
        }

        Assert.True(loss < 0.05, $"the loss is still {loss}");
        Assert.Equal(8, correct);
    }

    /// <summary>A training pass on four clips of eight frames under bf16: finite, near single precision, and not the same.</summary>
    public static void AssertBf16IsFiniteAndNear(this Recogniser network, double tolerance = 0.1, int frames = 8)
    {
        using var random = new Generator(1);
        var input = Tensor.Randn([4, 3, frames, 20, 1], random);
        var single = network.Forward(input).Logits.ToArray<float>();
        using (Autograd.Autocast(ScalarType.BFloat16))
        {
            var logits = network.Forward(input).Logits.To(ScalarType.Float32);
            Functional.CrossEntropy(logits, Tensor.From<long>([0, 1, 2, 3], 4)).Backward();
            var small = logits.ToArray<float>();
            var largest = single.Max(Math.Abs);
            Assert.All(small.Zip(single), pair => Assert.InRange(pair.First, pair.Second - (tolerance * largest), pair.Second + (tolerance * largest)));
            Assert.NotEqual(single, small);
        }

        Assert.All(network.NamedParameters().Where(entry => entry.Parameter.Value.Grad is not null), entry =>
            Assert.Equal(1, entry.Parameter.Value.Grad!.IsFinite().All().Item()));
        network.ZeroGrad();
    }
}
