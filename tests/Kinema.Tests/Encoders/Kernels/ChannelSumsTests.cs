using Kinema.Encoders.Kernels;
using Kinema.Torch;

namespace Kinema.Tests.Encoders.Kernels;

public sealed class ChannelSumsTests : TensorTest
{
    [Theory, InlineData(1, 1, 1, 1), InlineData(2, 16, 13, 20), InlineData(3, 21, 7, 5), InlineData(5, 7, 33, 1)]
    public void The_sum_agrees_with_the_frameworks(int n, int c, int t, int v)
    {
        var map = Numbers(1, [n, c, t, v], ScalarType.Float32).Contiguous(MemoryFormat.ChannelsLast);
        AssertClose(map.To(ScalarType.Float64).Sum(0).Sum(2).Sum(1), ChannelSums.Of(map), 1e-5);
    }

    [Fact]
    public void A_sum_over_many_rows_keeps_its_digits()
    {
        var map = (Numbers(1, [64, 4, 64, 25], ScalarType.Float32) + 1).Contiguous(MemoryFormat.ChannelsLast); // numbers that do not cancel
        AssertClose(map.To(ScalarType.Float64).Sum(0).Sum(2).Sum(1), ChannelSums.Of(map), 1e-6);
    }

    [Fact]
    public void A_run_repeats_bit_for_bit_whatever_the_number_of_threads()
    {
        var map = Numbers(1, [8, 21, 13, 20], ScalarType.Float32).Contiguous(MemoryFormat.ChannelsLast);
        AssertSameBitsOnAnyNumberOfThreads(() => ChannelSums.Of(map).ToArray<float>());
    }
}
