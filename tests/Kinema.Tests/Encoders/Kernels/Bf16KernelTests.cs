using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

/// <summary>Kernels whose products are made in bf16: near single precision, not equal to it, and the same on any number of threads.</summary>
public sealed class Bf16KernelTests : TensorTest
{
    private const double Near = 0.01; // of the norm; a factor in bf16 is off by at most 2^-9

    // Relations R, numbers K of each, clips N, channels C and C', frames T, joints V.
    [Theory]
    [InlineData(3, 17, 2, 64, 64, 13, 20)]
    [InlineData(3, 9, 2, 16, 33, 7, 25)]  // the graphs stay in single precision
    [InlineData(2, 33, 1, 20, 16, 1, 20)]
    public void The_aggregation_is_near_its_twin_in_values_and_gradients(int r, int k, int n, int c, int output, int t, int v)
    {
        long[][] shapes = [[n, c, t, v], [r, n * v * v, k], [r, output, k], [r, output], [r * output, c], [r * output]];
        AssertNear(
            shapes,
            x => RefinedAggregation.Apply(x[0], x[1], x[2], x[3], x[4], x[5]),
            x => RefinedAggregation.Twin(x[0], x[1], x[2], x[3], x[4], x[5]),
            sums: [4, 6]);
    }

    [Theory, InlineData(16, 1), InlineData(33, 1), InlineData(16, 2), InlineData(144, 1), InlineData(144, 2)]
    public void The_branches_are_near_their_twin_in_values_and_gradients(int c, int stride)
    {
        var (t, v) = c > 100 ? (5, 3) : (13, 20);
        long[][] shapes = stride == 1 ? [[2, 4 * c, t, v]] : [[2, 3 * c, t, v], [2, c, (t + 1) / 2, v]];
        BranchParts? parts = null;
        AssertNear(
            shapes, x => Branches(x, TemporalBranches.Apply), x => Branches(x, TemporalBranches.Twin), sums: stride == 1 ? [] : [2],
            () => [.. parts!.Convolutions.Select(convolution => convolution.Weight.Value)]);
        parts!.Dispose();

        Tensor Branches(Tensor[] x, Func<Tensor, Tensor?, BatchNorm[], Conv2d[], int, Tensor> apply)
        {
            parts?.Dispose();
            parts = new BranchParts(c, stride, training: true, x[0].Type);
            return apply(x[0], x.Length > 1 ? x[1] : null, parts.Norms, parts.Convolutions, stride);
        }
    }

    [Theory, InlineData(300, 40, 33), InlineData(7, 64, 16), InlineData(300, 40, 150)]
    public void A_product_of_rows_is_near_the_frameworks_in_values_and_gradients(int rows, int from, int to) =>
        AssertNear([[rows, from], [to, from], [to]], x => RowProduct.Apply(x[0], x[1], x[2]), x => Functional.Linear(x[0], x[1], x[2]), sums: [3]);

    [Fact]
    public void Coordinates_are_too_few_for_bf16_and_stay_exact()
    {
        var (x, weight) = (Numbers(1, [50, 3], ScalarType.Float32), Numbers(2, [64, 3], ScalarType.Float32));
        var single = RowProduct.Apply(x, weight, null).ToArray<float>();
        using var cast = Kinema.Torch.Autograd.Autocast(ScalarType.BFloat16);
        Assert.Equal(single, RowProduct.Apply(x, weight, null).ToArray<float>());
    }

    [Fact]
    public void Backward_multiplies_in_bf16_after_the_cast_has_ended()
    {
        Assert.NotEqual(Gradient(cast: false), Gradient(cast: true));

        static float[] Gradient(bool cast)
        {
            Tensor x = SingleLeaf(1, 40, 32), weight = SingleLeaf(2, 16, 32);
            Tensor y;
            using (cast ? Kinema.Torch.Autograd.Autocast(ScalarType.BFloat16) : null) y = RowProduct.Apply(x, weight, null);
            y.Backward(Numbers(3, [40, 16], ScalarType.Float32)); // does not depend on y, so that only backward's products differ
            return weight.Grad!.ToArray<float>();
        }
    }

    [Fact]
    public void The_processor_casts_to_bf16_only() =>
        Assert.Contains(
            "Float16", Assert.Throws<ArgumentException>(() => Kinema.Torch.Autograd.Autocast(ScalarType.Float16)).Message, StringComparison.Ordinal);

    // The same numbers in single precision under the cast, and in double precision through the twin. Result 0 is y, the others are gradients; the
    // sums among them, of biases and of what is passed on as it is, see no product, all others must show that they were rounded. Parameters that the
    // call made for itself come behind the inputs.
    private static void AssertNear(
        long[][] shapes, Func<Tensor[], Tensor> kernel, Func<Tensor[], Tensor> twin, int[] sums, Func<Tensor[]>? parameters = null)
    {
        var half = Run(ScalarType.Float32, kernel, cast: true);
        var exact = Run(ScalarType.Float64, twin, cast: false);
        var single = Run(ScalarType.Float32, kernel, cast: false);
        for (var i = 0; i < exact.Length; i++)
        {
            var distance = Distance(exact[i], half[i]);
            Assert.True(distance < Near, $"result {i} is {distance:P2} off");
            if (!sums.Contains(i)) Assert.True(distance > 5 * Distance(exact[i], single[i]), $"result {i} is as exact as in single precision");
        }

        AssertSameBitsOnAnyNumberOfThreads(() => [.. Run(ScalarType.Float32, kernel, cast: true).SelectMany(result => result).Select(value => (float)value)]);

        double[][] Run(ScalarType type, Func<Tensor[], Tensor> apply, bool cast)
        {
            Tensor[] inputs = [.. shapes.Select((shape, i) => SingleLeaf((ulong)i + 1, shape).To(type).Detach())];
            foreach (var input in inputs) input.RequiresGrad = true;
            Tensor y;
            using (cast ? Kinema.Torch.Autograd.Autocast(ScalarType.BFloat16) : null) y = apply(inputs);
            y.Backward(Numbers(99, y.Sizes.ToArray(), ScalarType.Float32).To(type));
            return [y.ToArray<double>(), .. inputs.Concat(parameters?.Invoke() ?? []).Select(leaf => leaf.Grad!.ToArray<double>())];
        }
    }

    private static double Distance(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double difference = 0, norm = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += (expected[i] - actual[i]) * (expected[i] - actual[i]);
            norm += expected[i] * expected[i];
        }

        return Math.Sqrt(difference / norm);
    }
}
