using System.CommandLine;

namespace Kinema.Cli.Tests;

public class HelpTests
{
    /// <summary>Every command there is, found by walking the tree, so that a new one is tested without being listed here.</summary>
    public static TheoryData<string> AllCommands()
    {
        var names = new TheoryData<string>();
        void Walk(Command command, string path)
        {
            names.Add(path);
            foreach (var sub in command.Subcommands) { Walk(sub, $"{path} {sub.Name}".Trim()); }
        }
        Walk(CommandLine.Root(), "");
        return names;
    }

    [Theory, MemberData(nameof(AllCommands))]
    public void Every_help_fits_one_screen_says_its_purpose_and_shows_an_example(string path)
    {
        var command = CommandLine.Root() as Command;
        foreach (var name in path.Split(' ', StringSplitOptions.RemoveEmptyEntries)) { command = command.Subcommands.Single(sub => sub.Name == name); }
        using var text = new StringWriter { NewLine = "\n" };

        HelpScreen.Write(text, command, all: false);

        var lines = text.ToString().TrimEnd('\n').Split('\n');
        Assert.True(lines.Length <= 40, $"{lines.Length} lines");
        Assert.All(lines, line => Assert.True(line.Length <= 80, $"{line.Length} columns: {line}"));
        Assert.StartsWith($"kinema {path}".Trim() + ": ", lines[0], StringComparison.Ordinal);
        Assert.Contains("examples:", lines);
        Assert.Contains(lines, line => line.StartsWith("  kinema ", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(AllCommands))]
    public void Every_option_and_argument_is_described(string path)
    {
        var command = CommandLine.Root() as Command;
        foreach (var name in path.Split(' ', StringSplitOptions.RemoveEmptyEntries)) { command = command.Subcommands.Single(sub => sub.Name == name); }

        Assert.All(command.Options, option => Assert.False(string.IsNullOrWhiteSpace(option.Description), option.Name));
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), argument.Name));
    }

    [Theory, InlineData("-h"), InlineData("--help"), InlineData("--help-all")]
    public void Help_that_was_asked_for_is_the_result(string option)
    {
        var run = CliProcess.Run("doctor", option);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("usage: kinema doctor", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void A_value_that_may_be_left_away_is_shown_in_brackets()
    {
        Assert.Contains("  --csre [BOOL] ", CliProcess.Run("train", "-h").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void No_arguments_at_all_show_the_commands()
    {
        var run = CliProcess.Run();

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("  doctor", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_one_line()
    {
        var run = CliProcess.Run("--version");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^kinema \d+\.\d+\.\d+\S*\n$", run.Output);
    }
}
