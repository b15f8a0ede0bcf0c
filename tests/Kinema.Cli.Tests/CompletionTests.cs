namespace Kinema.Cli.Tests;

public class CompletionTests
{
    private const string Bash = "/bin/bash";

    [Theory, InlineData("doc", "doctor"), InlineData("layouts sh", "show"), InlineData("data synth --cl", "--classes --clips")]
    public void The_line_so_far_is_answered_with_what_may_come_next(string line, string expected)
    {
        var run = CliProcess.Run($"[suggest:{line.Length}]", line);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(expected.Split(' '), run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [NeedsFact(Bash)]
    public void The_bash_script_offers_the_commands_to_a_real_bash()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Kinema.Cli.dll");
        var script = $$"""
            kinema() { dotnet '{{program}}' "$@"; }
            {{CliProcess.Run("completion", "bash").Output}}
            COMP_WORDS=(kinema lay) COMP_CWORD=1 COMP_LINE='kinema lay' COMP_POINT=10
            _kinema && echo "${COMPREPLY[@]}"
            """;
        using var bash = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Bash, ["-c", script]) { RedirectStandardOutput = true })!;

        Assert.Equal("layouts", bash.StandardOutput.ReadToEnd().Trim());
    }
}
