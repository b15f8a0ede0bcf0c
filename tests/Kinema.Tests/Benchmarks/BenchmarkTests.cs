using Kinema.Benchmarks;
using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Tests.Benchmarks;

public sealed class BenchmarkTests : TensorTest
{
    private static readonly BenchmarkOptions Tiny = new()
    {
        Model = EncoderRegistry.Get("ctr-gcn"), Input = new EncoderInput(Layouts.NwUcla, 3, 8, 1), Classes = 3, Width = 16, Batch = 2, Steps = 2, WarmUp = 1,
        Measure = Measurements.Infer | Measurements.Train | Measurements.Latency | Measurements.Operators,
    };

    [Fact]
    public void Everything_that_was_asked_for_is_measured_and_nothing_is_left_behind()
    {
        var stages = new List<string>();

        var result = Benchmark.Run(Tiny with { CsreRows = 64 }, stages.Add);

        Assert.All((WorkResult?[])[result.Inference, result.Training, result.Latency], work =>
        {
            Assert.Equal(2, work!.Times.Milliseconds.Count);
            Assert.All(work.Times.Milliseconds, time => Assert.True(time > 0));
            Assert.True(work.Memory!.Bytes > 1 << 20);
        });
        Assert.Equal((1, 2), (result.Latency!.Clips, result.Training!.Clips));
        Assert.Null(result.Machine);
        Assert.Equal((2, 2.0), (result.Csre!.Ratios.Count, result.Csre.Anchors));         // every clip is contrasted, as in training
        Assert.Equal(2 * 64 * ((sizeof(float) * new Kinema.Contrast.CsreOptions().Dimension) + 9), result.Csre.BankBytes);
        Assert.Contains("training", stages);
    }

    [Fact]
    public void Multiply_adds_are_those_of_the_clips_and_backward_has_twice_as_many()
    {
        var result = Benchmark.Run(Tiny with { Measure = Measurements.All & ~Measurements.Machine });

        var (one, batch, step) = (result.Latency!.MultiplyAdds!.Value, result.Inference!.MultiplyAdds!.Value, result.Training!.MultiplyAdds!.Value);
        Assert.InRange((double)batch / one, 1.99, 2.0);          // the stacked weights of a layer are the same for any batch
        Assert.InRange((double)step / batch, 2.7, 3.4);          // and the graphs of a clip are made twice
    }

    [Fact]
    public void The_shares_of_a_round_add_up_to_all_of_it()
    {
        var training = Benchmark.Run(Tiny with { Measure = Measurements.Train | Measurements.Operators }).Training!;

        Assert.Equal(1, training.Operators.Sum(row => row.Share), 1e-3);
        Assert.Contains(training.Operators, row => row.Name == OperatorShare.Between);
        Assert.Contains(training.Operators, row => row.Name == "TemporalBranches backward" && row.MultiplyAdds() > 0);
    }

    [Fact]
    public void In_bf16_the_products_are_counted_as_such()
    {
        var inference = Benchmark.Run(Tiny with { Type = ScalarType.BFloat16, Measure = Measurements.Infer | Measurements.Operators }).Inference!;

        Assert.Contains(inference.Operators, row => row.Name == "RowProduct" && row.Type == ScalarType.BFloat16 && row.Gflops > 0);
        Assert.Contains(inference.Operators, row => row.Name == "RefinedAggregation" && row.Type == ScalarType.BFloat16);
        Assert.Contains(inference.Operators, row => row.Name == "RowProduct" && row.Type == ScalarType.Float32); // coordinates are too few
    }

    [Fact]
    public void A_width_that_the_encoder_refuses_is_a_mistake_of_the_configuration()
    {
        var refusal = Assert.Throws<KinemaException>(() => Benchmark.Run(Tiny with { Width = 24 }));

        Assert.Equal(ExitCode.Configuration, refusal.ExitCode);
        Assert.Contains("24", refusal.Message, StringComparison.Ordinal);
    }
}

internal static class OperatorShares
{
    internal static double MultiplyAdds(this OperatorShare row) => row.Gflops * row.Milliseconds;
}
