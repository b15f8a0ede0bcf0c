using Kinema.Contrast.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Contrast.Kernels;

public sealed class AxisMeansTests : TensorTest
{
    [Theory]
    [InlineData(4, 32, 6, 5)]
    [InlineData(1, 13, 3, 7)] // C is no multiple of the vector
    [InlineData(2, 3, 1, 1)]
    [InlineData(3, 8, 1, 4)]
    public void Values_and_gradients_agree_with_the_twin(int n, int c, int t, int v)
    {
        foreach (var format in (MemoryFormat[])[MemoryFormat.ChannelsLast, MemoryFormat.Contiguous])
        {
            using var random = new Generator(1);
            var map = Tensor.Randn([n, c, t, v], random).Contiguous(format).Detach();
            var (upFrames, upJoints) = (Tensor.Randn([n, v, c], random), Tensor.Randn([n, t, c], random));
            Assert.Equal(Run(AxisMeans.Twin, both: true), Run(AxisMeans.Apply, both: true), (a, b) => Math.Abs(a - b) < 1e-5);
            Assert.Equal(Run(AxisMeans.Twin, both: false), Run(AxisMeans.Apply, both: false), (a, b) => Math.Abs(a - b) < 1e-5);

            // Values and the gradient; where one mean only is used, no gradient arrives from the other.
            double[] Run(Func<Tensor, (Tensor, Tensor)> means, bool both)
            {
                var leaf = map.Detach();
                leaf.RequiresGrad = true;
                var (overFrames, overJoints) = means(leaf);
                var loss = (overFrames * upFrames).Sum();
                (both ? loss + (overJoints * upJoints).Sum() : loss).Backward();
                return [.. overFrames.ToArray<double>(), .. overJoints.ToArray<double>(), .. leaf.Grad!.ToArray<double>()];
            }
        }
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        var map = Numbers(1, [5, 21, 13, 7], ScalarType.Float32);
        map.RequiresGrad = true;
        var (overFrames, overJoints) = AxisMeans.Apply(map);
        ((overFrames * overFrames).Sum() + (overJoints * overJoints).Sum()).Backward();
        return [.. overFrames.ToArray<float>(), .. overJoints.ToArray<float>(), .. map.Grad!.ToArray<float>()];
    });

    [Fact]
    public void A_profile_says_what_both_passes_compute_and_move()
    {
        var map = Numbers(1, [2, 8, 3, 5], ScalarType.Float32);
        map.RequiresGrad = true;
        using var profile = OperatorProfile.Begin();
        var (overFrames, overJoints) = AxisMeans.Apply(map);
        (overFrames.Sum() + overJoints.Sum()).Backward();
        var rows = profile.End();
        foreach (var name in (string[])["AxisMeans", "AxisMeans backward"])
        {
            var row = Assert.Single(rows, row => row.Name == name);
            Assert.Equal((1, 2 * 240, 4 * (240 + 80 + 48)), (row.Calls, row.MultiplyAdds, row.Bytes));
        }
    }
}
