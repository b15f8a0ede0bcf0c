using System.Text.RegularExpressions;

namespace Kinema.Cli.Tests;

/// <summary>docs/data.md: its commands are some that the program takes, and its links lead somewhere on the page.</summary>
public sealed partial class DataPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "data.md"));

    [Fact]
    public void Every_command_of_the_first_table_and_of_the_examples_is_one_the_program_takes()
    {
        var table = Page.Split("\n\n").First(block => block.StartsWith("| you have", StringComparison.Ordinal));
        var examples = Block().Matches(Page).SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select(line => line.Split(" #")[0].TrimEnd());
        string[] commands = [.. InTicks().Matches(table).Select(match => match.Groups[1].Value), .. examples];

        Assert.True(commands.Length >= 13, $"{commands.Length} commands");
        Assert.All(commands, command => Assert.Empty(CommandLine.Root().Parse(command.Split(' ')[1..]).Errors.Select(error => $"{command}: {error.Message}")));
    }

    [Fact]
    public void Every_link_within_the_page_leads_to_a_heading()
    {
        var headings = Heading().Matches(Page).Select(match => match.Groups[1].Value.ToLowerInvariant().Replace(' ', '-')).ToList();
        var links = Link().Matches(Page).Select(match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.Contains(link, headings));
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`(kinema [^`]+)`")]
    private static partial Regex InTicks();

    [GeneratedRegex("^##+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(#([^)]+)\)")]
    private static partial Regex Link();
}
