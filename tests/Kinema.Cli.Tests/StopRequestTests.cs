using System.Diagnostics;
using System.Runtime.InteropServices;
using Kinema.Storage;

namespace Kinema.Cli.Tests;

public class StopRequestTests
{
    [Fact]
    public void The_first_signal_asks_and_is_remembered()
    {
        using var stop = new StopRequest();
        Assert.Null(stop.ExitCode);

        using (var kill = Process.Start("kill", ["-TERM", $"{Environment.ProcessId}"])) { kill.WaitForExit(); }

        Assert.True(stop.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(20)));
        Assert.Equal(PosixSignal.SIGTERM, stop.Signal);
        Assert.Equal(ExitCode.Terminated, stop.ExitCode);
    }
}
