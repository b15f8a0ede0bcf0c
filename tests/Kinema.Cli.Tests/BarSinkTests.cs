using Kinema.Cli.Progress;
using Kinema.Runs;
using Spectre.Console;

namespace Kinema.Cli.Tests;

public class BarSinkTests
{
    private static readonly TrainingProgress Half = new()
    {
        Epoch = 2, Epochs = 2, Step = 0, Steps = 10, Loss = 1.25, Top1 = 0.5, LearningRate = 0.1, ClipsPerSecond = 203.4, DataShare = 0.01,
        PeakBytes = 500_000_000,
        EtaRun = TimeSpan.FromSeconds(130),
    };

    [Fact]
    public void The_bar_is_one_line_that_clears_itself_before_it_is_drawn_again()
    {
        var (console, text) = NewConsole(120, ColorSystemSupport.NoColors);
        using (var bar = new BarSink(console, TimeProvider.System))
        {
            bar.Report(Half);
            bar.Report(Half with { Step = 10 });
        }

        var drawn = text.ToString().Split("\r\u001b[2K");
        Assert.Equal(["", "==========---------- 50 %", "==================== 100 %", ""], drawn.Select(line => line.Split("  ")[0]));
        Assert.Contains("epoch 2/2  step 0/10  loss 1.250  top-1 50.0 %  203 clips/s  2m10s left", drawn[1], StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text.ToString());
    }

    [Fact]
    public void Nothing_is_said_of_the_time_left_before_it_is_known() => Assert.EndsWith(
        "top-1 50.0 %  203 clips/s  data 1.0 %  500 MB", BarSink.Text(Half with { EtaRun = null }, 120), StringComparison.Ordinal);

    [Fact]
    public void It_is_not_drawn_at_every_step()
    {
        var (console, text) = NewConsole(120, ColorSystemSupport.NoColors);
        using var bar = new BarSink(console, new StoppedClock());

        for (var step = 0; step < 9; step++) { bar.Report(Half with { Step = step }); }

        Assert.Equal(1, text.ToString().Split("epoch").Length - 1);
    }

    [Fact]
    public void A_message_stays_above_the_bar()
    {
        var (console, text) = NewConsole(120, ColorSystemSupport.NoColors);
        using var bar = new BarSink(console, TimeProvider.System);
        bar.Report(Half);

        bar.Say("epoch 1: test top-1 61.0 %");

        var parts = text.ToString().Split("\r\u001b[2K");
        Assert.EndsWith("epoch 1: test top-1 61.0 %\n", parts[2], StringComparison.Ordinal);
        Assert.Contains("epoch 2/2", parts[3], StringComparison.Ordinal);
    }

    [Theory, InlineData(20), InlineData(50), InlineData(80)]
    public void It_never_wraps(int width)
    {
        var (console, text) = NewConsole(width, ColorSystemSupport.NoColors);
        using var bar = new BarSink(console, TimeProvider.System);

        bar.Report(Half);

        Assert.True(text.ToString().Length - "\r\u001b[2K".Length <= Math.Max(20, width - 1));
    }

    private static (IAnsiConsole Console, StringWriter Text) NewConsole(int width, ColorSystemSupport colours)
    {
        var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = colours, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = width;
        return (console, text);
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
