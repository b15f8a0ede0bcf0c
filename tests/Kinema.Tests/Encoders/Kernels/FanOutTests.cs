using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class FanOutTests : TensorTest
{
    [Theory, InlineData(2, 16, 52, 20), InlineData(1, 3, 1, 1), InlineData(3, 21, 13, 7), InlineData(2, 5, 2, 25)]
    public void The_kernel_agrees_with_its_twin_in_values_and_gradients(int n, int c, int t, int v)
    {
        foreach (var lastStride in (int[])[1, 2, 3])
        foreach (var (ways, withMean) in ((int, bool)[])[(3, true), (2, true), (2, false), (1, false), (1, true)])
        {
            var kernel = Run(ScalarType.Float32, FanOut.Apply);
            var twin = Run(ScalarType.Float64, FanOut.Twin);
            AssertClose(twin.Last, kernel.Last, 0);
            AssertClose(twin.Mean, kernel.Mean, 1e-6);
            AssertClose(twin.Gradient, kernel.Gradient, 1e-5);

            (Tensor Last, Tensor Mean, Tensor Gradient) Run(ScalarType type, Func<Tensor, int, int, (Tensor[] Ways, Tensor Mean)> apply)
            {
                var x = Numbers(1, [n, c, t, v], ScalarType.Float32).To(type);
                x.RequiresGrad = true;
                var (maps, mean) = apply(x, ways, lastStride);
                var loss = maps.Select((map, i) => (map * Numbers((ulong)i + 2, map.Sizes.ToArray()).To(type)).Sum()).Aggregate((a, b) => a + b);
                if (withMean) loss += (mean * Numbers(9, [n, v, c]).To(type)).Sum();
                loss.Backward();
                return (maps[^1], mean, x.Grad!);
            }
        }
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        var x = Numbers(1, [5, 21, 13, 7], ScalarType.Float32);
        x.RequiresGrad = true;
        var (ways, mean) = FanOut.Apply(x, 3, 2);
        ((ways[0] * ways[1]).Sum() + (ways[2] * ways[2]).Sum() + (mean * mean).Sum()).Backward();
        return [.. mean.ToArray<float>(), .. x.Grad!.ToArray<float>()];
    });

    [Theory, InlineData(1), InlineData(2)]
    public void A_way_that_nobody_takes_adds_nothing(int lastStride)
    {
        var x = Tensor.Ones([2, 4, 3, 5]);
        x.RequiresGrad = true;
        (FanOut.Apply(x, 3, lastStride).Ways[1] * 2).Sum().Backward();
        Assert.All(x.Grad!.ToArray<float>(), value => Assert.Equal(2, value));
        x.Grad = null;
        var ways = FanOut.Ways(x, 3, lastStride);
        ((ways[0] * 2) + (ways[1] * 3)).Sum().Backward();
        Assert.All(x.Grad!.ToArray<float>(), value => Assert.Equal(5, value));
    }

    [Fact]
    public void Without_a_mean_the_gradients_of_all_readers_are_added()
    {
        var x = Tensor.Ones([2, 5, 3, 4]);
        x.RequiresGrad = true;
        var ways = FanOut.Ways(x, 3);
        Assert.Equal(3, ways.Length);
        ((ways[0] * 2) + (ways[1] * 3) + ways[2]).Sum().Backward();
        Assert.All(x.Grad!.ToArray<float>(), value => Assert.Equal(6, value));
    }

    [Fact]
    public void Only_the_mean_is_enough()
    {
        var x = Tensor.Ones([1, 2, 4, 3]);
        x.RequiresGrad = true;
        FanOut.Apply(x, 2).Mean.Sum().Backward();
        Assert.All(x.Grad!.ToArray<float>(), value => Assert.Equal(0.25f, value));
    }

    [Fact]
    public void Without_a_graph_the_map_itself_is_handed_on()
    {
        var x = Tensor.Ones([1, 2, 4, 3]);
        Assert.All(FanOut.Apply(x, 2).Ways, way => Assert.Same(x, way));
    }

    [Fact]
    public void A_last_reader_with_a_stride_gets_every_such_frame_and_gives_its_gradient_to_those_alone()
    {
        var x = Tensor.From<float>([.. Enumerable.Range(0, 5).Select(i => (float)i)], [1, 1, 5, 1]);
        Assert.Equal([0, 2, 4], FanOut.Ways(x, 1, 2)[0].ToArray<float>());
        x.RequiresGrad = true;
        var way = FanOut.Ways(x, 1, 2)[0];
        Assert.Equal([0, 2, 4], way.ToArray<float>());
        (way * 3).Sum().Backward();
        Assert.Equal([3, 0, 3, 0, 3], x.Grad!.ToArray<float>());
    }
}
