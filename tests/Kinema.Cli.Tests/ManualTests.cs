using System.CommandLine;
using System.Globalization;
using Kinema.Storage;

namespace Kinema.Cli.Tests;

public class ManualTests
{
    private static readonly string Manual = File.ReadAllText(Path.Combine(Repository.Root, "docs", "cli.md"));

    [Fact]
    public void The_manual_names_every_command()
    {
        static IEnumerable<Command> Leaves(Command command) =>
            command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

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
