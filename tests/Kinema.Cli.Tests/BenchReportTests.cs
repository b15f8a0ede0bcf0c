using Kinema.Benchmarks;
using Kinema.Cli.Commands;
using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Torch;

namespace Kinema.Cli.Tests;

/// <summary>What the table of <c>kinema bench</c> says of measurements that were not made here.</summary>
public class BenchReportTests
{
    private const string Cache = "over 100% of memory (m): the map lies in the cache";

    private static readonly BenchmarkOptions Options = new()
    {
        Model = EncoderRegistry.Get("ctr-gcn"), Input = new EncoderInput(Layouts.NwUcla, 3, 52, 1), Classes = 10,
    };

    [Fact]
    public void Whose_products_the_ceilings_are_is_said()
    {
        var text = Printed(Nothing with { Machine = new(153, 100, 25, 30) { BFloat16By = Multiplier.Kernels } });

        Assert.Contains(
            "153 GFLOP/s fp32 by libtorch, 100 bf16 by Kinema's kernels;\n               25.0 GB/s copy, 30.0 triad\n", text, StringComparison.Ordinal);
    }

    [Theory, InlineData(1.004, 12, false), InlineData(1.2, 12, true), InlineData(1.2, 1, false)]
    public void A_row_over_all_of_the_memory_is_explained_where_it_is_shown(double ofMemory, int top, bool explained)
    {
        var work = Work(
            new OperatorShare("products", ScalarType.Float32, 1, 400, 0.5, 100, 1, Limit.Products, 0.9),
            new OperatorShare("map", null, 1, 200, 0.2, 0, 36, Limit.Memory, ofMemory));

        Assert.Equal(explained, Printed(Nothing with { Training = work }, top).Contains(Cache, StringComparison.Ordinal));
    }

    [Fact]
    public void Operators_are_said_to_be_of_rounds_of_their_own_under_observation()
    {
        var work = Work(new OperatorShare("products", ScalarType.Float32, 1, 400, 0.5, 100, 1, null, null)) with { ObservedMilliseconds = 783 };

        Assert.Contains(
            "in 2 separate rounds under observation: 783 ms each (the timed ones: 614 ms)\na training step of 16",
            Printed(Nothing with { Training = work }), StringComparison.Ordinal);
    }

    [Fact]
    public void The_cost_of_csre_says_what_its_ratio_is_of_and_where_the_banks_are_counted()
    {
        var csre = new CsreResult(40091, 79 << 20, 16, new Timings([100, 200, 400]), new Timings([110, 210, 400]), null, null);

        var text = Printed(Nothing with { Csre = csre });

        Assert.Contains(
            "CSRE with 40091 rows: 1.050 of a step without it (1.000 to 1.100):\n  the median of the pairs' ratios, not the ratio of the medians above\n"
            + "  banks of 79.0 MiB, which are in the memory of both rows\n", text, StringComparison.Ordinal);
    }

    private static BenchmarkResult Nothing => new(7, null, null, null, null, null);

    private static WorkResult Work(params OperatorShare[] operators) => new(16, new Timings([614]), null, null, null, operators);

    private static string Printed(BenchmarkResult result, int top = 12)
    {
        using var output = new StringWriter { NewLine = "\n" };
        BenchReport.Print(Options, result, top, output);
        Assert.All(output.ToString().Split('\n'), line => Assert.True(line.Length <= 80, $"{line.Length} columns: {line}"));
        return output.ToString();
    }
}
