using Kinema.Runs;

namespace Kinema.Tests.Runs;

public class ProgressTests
{
    private static readonly TrainingProgress Sample = new()
    {
        Epoch = 3, Epochs = 16, Step = 159, Steps = 318, Loss = 1.23456, LossParts = [new("ce", 0.9), new("spatial", 0.33456)],
            Anchors = 1, Top1 = 0.5625,
        LearningRate = 0.02, ClipsPerSecond = 61.25, DataShare = 0.004, PeakBytes = 812_300_000, EtaEpoch = TimeSpan.FromSeconds(41.2),
            EtaRun = TimeSpan.FromSeconds(3725),
    };

    [Fact]
    public void A_line_tells_all_that_a_reader_waits_for()
    {
        Assert.Equal(
            "epoch 3/16  step 159/318  loss 1.2346 (ce 0.9000, spatial 0.3346)  anchors 100 %  top-1 56.3 %"
            + "  lr 0.02  61.3 clips/s  data 0.4 %  peak 812 MB  left 42s of epoch, 1h02m of run",
            ProgressLine.Format(Sample));
        Assert.Equal(
            "epoch 3/16  step 159/318  loss 1.2346  top-1 56.3 %  lr 0.02  61.3 clips/s  data 0.4 %  peak 812 MB",
            ProgressLine.Format(Sample with { LossParts = [], Anchors = null, EtaEpoch = null, EtaRun = null }));
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(59.5, "1m00s")]
    [InlineData(125, "2m05s")]
    [InlineData(3599.2, "1h00m")]
    [InlineData(11100, "3h05m")]
    [InlineData(187200, "2d04h")]
    public void Durations_are_short_and_round_up(double seconds, string expected) =>
        Assert.Equal(expected, ProgressLine.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void The_first_estimate_comes_after_twenty_steps_and_leaves_the_first_step_out()
    {
        var eta = new EtaEstimator();
        eta.AddStep(60);
        for (var step = 2; step < 20; step++)
            eta.AddStep(0.5);
        Assert.Null(eta.ForEpoch(100));
        Assert.Null(eta.ForRun(100, 2, 300));

        eta.AddStep(0.5);

        Assert.Equal(50, eta.ForEpoch(100)!.Value.TotalSeconds, 1e-6);
        Assert.Equal(350, eta.ForRun(100, 2, 300)!.Value.TotalSeconds, 1e-6);
        eta.AddPause(10);
        eta.AddPause(30);
        Assert.Equal(350 + 3 * 20, eta.ForRun(100, 2, 300)!.Value.TotalSeconds, 1e-6);
        Assert.Equal(50, eta.ForEpoch(100)!.Value.TotalSeconds, 1e-6);
    }

    [Fact]
    public void The_estimate_follows_a_lasting_change_but_not_one_slow_step()
    {
        var eta = new EtaEstimator();
        for (var step = 0; step < 1000; step++)
            eta.AddStep(1);
        eta.AddStep(11);
        Assert.InRange(eta.SecondsPerStep!.Value, 1.1, 1.3);

        for (var step = 0; step < 250; step++)
            eta.AddStep(2);
        Assert.InRange(eta.SecondsPerStep!.Value, 1.95, 2.05);
    }

    [Fact]
    public void Lines_come_every_thirty_seconds()
    {
        var (time, lines) = (new ManualTime(), new List<string>());
        var sink = new PlainLineSink(lines.Add, time);

        for (var step = 1; step <= 100; step++)
        {
            time.Advance(1);
            sink.Report(Sample with { Step = 1, Epochs = 1000 });
        }

        Assert.Equal(3, lines.Count);
        Assert.StartsWith("2026-03-04 05:06:37  epoch 3/1000  step 1/318", lines[0]);
    }

    [Fact]
    public void Lines_come_every_twentieth_of_a_quick_run_and_at_its_end()
    {
        var (time, lines) = (new ManualTime(), new List<string>());
        var sink = new PlainLineSink(lines.Add, time);

        for (var step = 0; step <= 1000; step++)
            sink.Report(Sample with { Epoch = 1, Epochs = 1, Step = step, Steps = 1000 });

        Assert.Equal(20, lines.Count);
        Assert.Contains("step 1000/1000", lines[^1]);
    }

    [Fact]
    public void A_run_resumed_in_the_middle_does_not_start_with_a_line()
    {
        var lines = new List<string>();
        new PlainLineSink(lines.Add, new ManualTime()).Report(Sample with { Epoch = 12 });

        Assert.Empty(lines);
    }

    [Fact]
    public void Sinks_pass_on_in_order()
    {
        var (lines, time) = (new List<string>(), new ManualTime());
        var sinks = new ProgressSinks(new PlainLineSink(line => lines.Add("a " + line), time, TimeSpan.Zero),
            new PlainLineSink(line => lines.Add("b " + line), time, TimeSpan.Zero));

        sinks.Say("hello");
        sinks.Report(Sample);

        Assert.Equal(["a 2026-03-04 05:06:07  hello", "b 2026-03-04 05:06:07  hello"], lines[..2]);
        Assert.Equal(4, lines.Count);
    }
}
