namespace Kinema.Torch.Tests.Kernels;

public sealed class DropMaskTests : TensorTest
{
    [Theory, InlineData(0.5), InlineData(0.1), InlineData(0.9)]
    public void A_share_of_the_numbers_is_dropped_and_the_mean_stays(double probability)
    {
        using var random = new Generator(3);
        var mask = DropMask.Of([1000, 1003], probability, random).ToArray<float>();
        var share = (float)(1 / (1 - probability));
        Assert.All(mask.Distinct(), value => Assert.True(value == 0 || value == share, $"{value}"));
        var deviation = Math.Sqrt(probability * (1 - probability) / mask.Length);
        Assert.InRange(mask.Count(value => value == 0) / (double)mask.Length, probability - (5 * deviation), probability + (5 * deviation));
    }

    [Fact]
    public void Neighbours_rows_and_masks_have_nothing_to_do_with_each_other()
    {
        using var random = new Generator(3);
        const int rows = 1024, columns = 1024;
        float[] one = DropMask.Of([rows, columns], 0.5, random).ToArray<float>(), other = DropMask.Of([rows, columns], 0.5, random).ToArray<float>();
        Assert.InRange(Same(one, other), 0.4975, 0.5025);                                // five standard errors of a million
        foreach (var distance in (int[])[1, 2, 8, columns, 65_536, 131_072])
            Assert.InRange(Same(one.AsSpan(distance), one.AsSpan(0, one.Length - distance)), 0.4974, 0.5026);

        static double Same(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        {
            var same = 0;
            for (var i = 0; i < a.Length; i++) same += a[i] == b[i] ? 1 : 0;
            return (double)same / a.Length;
        }
    }

    [Fact]
    public void The_source_decides_alone_whatever_the_number_of_threads() => AssertSameBitsOnAnyNumberOfThreads(() =>
    {
        using var random = new Generator(7);
        return [.. DropMask.Of([300_001], 0.3, random).ToArray<float>(), .. DropMask.Of([5], 0.3, random).ToArray<float>()];
    });

    [Fact]
    public void Dropout_of_a_channels_last_map_drops_what_that_of_the_same_memory_in_C_order_does()
    {
        using Generator random = new(5), again = new(5);
        using Dropout dropout = new(0.5, random), same = new(0.5, again);
        var last = Tensor.Ones([2, 3, 4, 5]).Contiguous(MemoryFormat.ChannelsLast);
        AssertClose(same.Forward(Tensor.Ones([2, 4, 5, 3])).Permute(0, 3, 1, 2), dropout.Forward(last));
    }
}
