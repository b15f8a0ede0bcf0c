using System.Text.RegularExpressions;

namespace Kinema.Cli.Tests;

/// <summary>The tutorial docs/your-own-data.md, run as it stands.</summary>
public sealed partial class YourOwnDataTests
{
    [Fact]
    public void The_commands_of_the_tutorial_go_from_a_csv_to_a_confusion_matrix()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder.File("docs"), Path.Combine(Repository.Root, "docs"));
        Directory.CreateSymbolicLink(folder.File("recipes"), Path.Combine(Repository.Root, "recipes"));
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "your-own-data.md"));
        var commands = Block().Matches(page).SelectMany(block => block.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();

        CliResult? last = null;
        var named = "";
        foreach (var command in commands)
        {
            Assert.StartsWith("kinema ", command, StringComparison.Ordinal);
            var result = CliProcess.Run(command.Split(' ')[1..], environment: null, folder.Path);
            Assert.True(result.ExitCode == 0, $"{command}\n{result.Error}");
            if (command.StartsWith("kinema eval", StringComparison.Ordinal)) last = result;
            named = result.Output;
        }

        Assert.Equal(
            ["layouts", "data", "data", "data", "train", "eval", "export", "predict"], commands.Select(command => command.Split(' ')[1]));
        Assert.Equal(3, last!.Document.GetProperty("all").GetProperty("confusion").GetArrayLength());
        Assert.True(File.Exists(folder.File("gestures-run/report.html")));
        Assert.True(File.Exists(folder.File("gestures.weights.safetensors")));
        Assert.Equal(24, named.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.StartsWith("wave-1: wave ", named, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(folder.File("previews")));
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
