using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class TemporalConvolutionTests : TensorTest
{
    [Theory]
    [InlineData(3, 16, 16, 9, 1, 1, 13, 5)]
    [InlineData(2, 20, 37, 9, 2, 1, 12, 7)]    // neither side a multiple of sixteen
    [InlineData(2, 20, 37, 9, 2, 1, 13, 7)]    // an odd number of frames at stride 2
    [InlineData(1, 3, 5, 5, 1, 2, 9, 4)]       // dilated
    [InlineData(1, 40, 70, 3, 3, 2, 11, 3)]    // one clip is cut into panels; stride 3
    [InlineData(2, 20, 18, 5, 2, 2, 9, 4)]     // every other frame is seen by all taps, the rest by none
    [InlineData(1, 4, 5, 3, 3, 3, 10, 2)]      // one of three frames is seen
    [InlineData(1, 5, 17, 3, 4, 1, 10, 2)]     // fewer taps than the stride
    [InlineData(2, 16, 6, 5, 4, 2, 11, 2)]     // every second tap sees the same frame
    [InlineData(2, 8, 8, 9, 1, 1, 1, 1)]       // one frame, one joint: all taps but one see zeros
    [InlineData(1, 17, 18, 9, 2, 1, 3, 2)]     // taps that see nothing of the clip at all
    [InlineData(20, 6, 6, 1, 1, 1, 4, 5)]      // one tap
    public void The_kernel_agrees_with_its_twin_in_values_and_gradients(int n, int c, int output, int taps, int stride, int dilation, int t, int v)
    {
        foreach (var bias in (bool[])[true, false])
        {
            var (kernel, twin) = (Run(TemporalConvolution.Apply, ScalarType.Float32), Run(TemporalConvolution.Twin, ScalarType.Float64));
            Assert.Equal(twin.Count, kernel.Count);
            for (var i = 0; i < twin.Count; i++) AssertClose(twin[i], kernel[i], 1e-5, $"{i}");

            List<double[]> Run(Func<Tensor, Conv2d, Tensor> apply, ScalarType type)
            {
                using var convolution = Convolution(c, output, taps, stride, dilation, bias);
                convolution.To(type);
                var x = Numbers(2, [n, c, t, v], ScalarType.Float32).To(type);
                x.RequiresGrad = true;
                var y = apply(x, convolution);
                (y * Numbers(3, y.Sizes.ToArray(), ScalarType.Float32).To(type)).Sum().Backward();
                return
                [
                    y.ToArray<double>(), x.Grad!.ToArray<double>(),
                    .. convolution.NamedParameters().Select(entry => entry.Parameter.Value.Grad!.ToArray<double>()),
                ];
            }
        }
    }

    [Fact]
    public void The_twin_agrees_with_finite_differences()
    {
        using var convolution = Convolution(2, 3, 5, 2, 1, bias: true);
        convolution.To(ScalarType.Float64);
        FiniteDifferences.Agree(inputs => TemporalConvolution.Twin(inputs[0], convolution), [Leaf(1, 2, 2, 7, 3)]);
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        using var convolution = Convolution(20, 37, 9, 2, 1, bias: true);
        var x = SingleLeaf(1, 5, 20, 13, 7);
        var y = TemporalConvolution.Apply(x, convolution);
        (y * y).Sum().Backward();
        return [.. y.ToArray<float>(), .. x.Grad!.ToArray<float>(), .. convolution.NamedParameters().SelectMany(p => p.Parameter.Value.Grad!.ToArray<float>())];
    });

    [Fact]
    public void A_gradient_of_weights_over_many_rows_keeps_its_digits()
    {
        using var convolution = Convolution(4, 4, 3, 1, 1, bias: true);
        var x = Numbers(1, [64, 4, 64, 25], ScalarType.Float32) + 1; // 102,400 rows of numbers that do not cancel
        TemporalConvolution.Apply(x, convolution).Sum().Backward();
        var gradients = convolution.NamedParameters().Select(entry => entry.Parameter.Value.Grad!.ToArray<double>()).ToList();
        convolution.ZeroGrad();
        convolution.To(ScalarType.Float64);
        TemporalConvolution.Twin(x.To(ScalarType.Float64), convolution).Sum().Backward();
        foreach (var (expected, actual) in convolution.NamedParameters().Select(entry => entry.Parameter.Value.Grad!.ToArray<double>()).Zip(gradients))
            AssertClose(expected, actual, 1e-6);
    }

    [Theory, InlineData(32, 150, 1), InlineData(48, 20, 2)]
    public void In_bf16_values_and_gradients_stay_near(int c, int output, int stride)
    {
        using var convolution = Convolution(c, output, 9, stride, 1, bias: true);
        var x = SingleLeaf(1, 2, c, 13, 5);
        var (single, half) = (Run(cast: false), Run(cast: true));
        for (var i = 0; i < single.Count; i++)
        {
            AssertClose(single[i], half[i], 0.02, $"{i}");
            if (i < 3) Assert.NotEqual(single[i], half[i]); // y, dx, dW; a bias is not rounded
        }

        List<double[]> Run(bool cast)
        {
            x.Grad = null;
            convolution.ZeroGrad();
            using var type = cast ? Autograd.Autocast(ScalarType.BFloat16) : null;
            var y = TemporalConvolution.Apply(x, convolution);
            (y * Numbers(3, y.Sizes.ToArray(), ScalarType.Float32)).Sum().Backward();
            return
            [
                y.ToArray<double>(), x.Grad!.ToArray<double>(),
                .. convolution.NamedParameters().Select(entry => entry.Parameter.Value.Grad!.ToArray<double>()),
            ];
        }
    }

    [Fact]
    public void What_is_no_convolution_over_time_is_refused_before_memory_is_read()
    {
        var x = Tensor.Zeros([1, 4, 6, 5]);
        Refused(x, new Conv2d(4, 4, (4, 1), padding: (1, 0)), "K odd");
        Refused(x, new Conv2d(4, 4, (3, 3), padding: (1, 1)), "K odd");
        Refused(x, new Conv2d(4, 4, (3, 1)), "padding 0");
        Refused(x, new Conv2d(8, 4, (3, 1), padding: (1, 0)), "takes (N, 8, T, V); got (1, 4, 6, 5)");

        static void Refused(Tensor x, Conv2d convolution, string message)
        {
            using (convolution)
                Assert.Contains(
                    message, Assert.Throws<ArgumentException>(() => TemporalConvolution.Apply(x, convolution)).Message, StringComparison.Ordinal);
        }
    }

    private static Conv2d Convolution(int c, int output, int taps, int stride, int dilation, bool bias)
    {
        var result = new Conv2d(c, output, (taps, 1), (stride, 1), (dilation * (taps - 1) / 2, 0), (dilation, 1), bias);
        using var random = new Generator(5);
        result.Initialise(random);
        return result;
    }
}
