using Kinema.Benchmarks;
using Kinema.Torch;

namespace Kinema.Tests.Benchmarks;

public class MeasuresTests
{
    private static readonly MachineCeiling Machine = new(Float32: 100, BFloat16: 400, Copy: 10, Triad: 8);

    [Fact]
    public void Percentiles_lie_between_neighbours_by_proportion()
    {
        var times = new Timings([4, 1, 3, 2]);

        Assert.Equal((2.5, 1, 3.85), (times.Median, times.Least, Math.Round(times.P95, 10)));
        Assert.Equal(7, new Timings([7]).P95);
    }

    [Fact]
    public void An_operator_is_held_against_the_nearer_ceiling()
    {
        var second = TimeSpan.FromSeconds(1);
        var rows = OperatorShare.Of(
            [
                new("products", ScalarType.Float32, 2, second, 40_000_000_000, 0, 1_000_000_000), // 80 of 100 GFLOP/s, 1 of 10 GB/s
                new("memory", null, 4, second, 0, 0, 5_000_000_000),                              // 5 of 10 GB/s
                new("small", null, 100, second, 0, 0, 1_000_000),
                new("half", ScalarType.BFloat16, 2, second, 40_000_000_000, 40_000_000_000, 0), // 80 of 400 GFLOP/s
                new("mixed", ScalarType.BFloat16, 2, second, 40_000_000_000, 20_000_000_000, 0), // 40 of 100 and 40 of 400 GFLOP/s
            ],
            6 * second, rounds: 2, Machine).ToDictionary(row => row.Name);

        Assert.Equal((Limit.Products, 0.8), (rows["products"].Limit!.Value, rows["products"].OfCeiling!.Value));
        Assert.Equal((Limit.Memory, 0.5), (rows["memory"].Limit!.Value, rows["memory"].OfCeiling!.Value));
        Assert.Equal(Limit.Overhead, rows["small"].Limit);
        Assert.Equal((Limit.Products, 0.2), (rows["half"].Limit!.Value, rows["half"].OfCeiling!.Value));
        Assert.Equal((Limit.Products, 0.5), (rows["mixed"].Limit!.Value, rows["mixed"].OfCeiling!.Value));
        Assert.Equal((1 / 6.0, 500.0, 1.0), (rows["memory"].Share, rows["memory"].Milliseconds, rows["products"].Calls)); // of one round
        Assert.Equal(500, rows[OperatorShare.Between].Milliseconds);
    }

    [Fact]
    public void Without_ceilings_nothing_is_said_of_limits() =>
        Assert.All(OperatorShare.Of([new("x", null, 1, TimeSpan.FromSeconds(1), 0, 0, 1)], TimeSpan.FromSeconds(1), 1, null), row => Assert.Null(row.Limit));

    [Fact]
    public void The_peak_of_memory_sees_what_was_there_for_a_moment_only()
    {
        const int size = 64 << 20;
        var reset = PeakMemory.Reset();
        var before = PeakMemory.Read(reset).Bytes;
        Touch(size);

        var after = PeakMemory.Read(reset);

        Assert.Equal(reset, after.SinceReset);
        Assert.True(reset ? after.Bytes >= before + (size / 2) : after.Bytes >= before, $"{before} bytes before, {after.Bytes} after");
    }

    private static unsafe void Touch(int size)
    {
        var memory = (byte*)System.Runtime.InteropServices.NativeMemory.Alloc((nuint)size);
        for (var i = 0; i < size; i += 4096) memory[i] = 1;
        System.Runtime.InteropServices.NativeMemory.Free(memory);
    }

    [Fact]
    public void The_ratio_of_csre_is_the_median_of_neighbours_not_the_ratio_of_medians()
    {
        var csre = new CsreResult(10, 0, 16, new Timings([100, 200, 400]), new Timings([110, 210, 400]), null, null);

        Assert.Equal(1.05, csre.Ratio, 1e-12);
    }
}
