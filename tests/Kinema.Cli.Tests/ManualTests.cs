using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Kinema.Storage;

namespace Kinema.Cli.Tests;

public class ManualTests
{
    private static readonly string Manual = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));

    // What the lines above the tables say of all commands.
    private static readonly string[] Shared = ["--json", "--threads"];

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

    [Fact]
    public void The_manual_lists_every_option_in_the_row_of_its_command()
    {
        foreach (var command in Leaves(CommandLine.Root()))
        {
            var name = Regex.Escape(Verb.FullName(command));
            var row = string.Concat(Manual.Split('\n').Where(line => Regex.IsMatch(line, $"^\\| `{name}[ `]")));
            var options = command.Options.Select(option => option.Name).Except(Shared).ToList();

            Assert.All(options, option => Assert.True(Regex.IsMatch(row, $"{option}(?![a-z-])"), $"{Verb.FullName(command)}: {option} is not in docs/cli.md"));
        }
    }

    [Fact]
    public void The_manual_names_every_command()
    {
        Assert.All(Leaves(CommandLine.Root()), command => Assert.Contains($"`{Verb.FullName(command)}`", Manual, StringComparison.Ordinal));
    }

    [Fact]
    public void The_manual_lists_every_exit_code_and_no_other()
    {
        var listed = Manual.Split('\n').Select(line => line.Split('|')).Where(cells => cells.Length == 4)
            .Select(cells => int.TryParse(cells[1].Trim(), CultureInfo.InvariantCulture, out var code) ? code : -1).Where(code => code >= 0);

        Assert.Equal(Enum.GetValues<ExitCode>().Select(code => (int)code).Order(), listed);
    }
}
