using Kinema.Recipes;
using Kinema.Runs;

namespace Kinema.Cli.Tests;

public class RunsTests
{
    [Fact]
    public void A_run_is_listed_with_its_best_and_last_accuracy()
    {
        using var folder = new TemporaryFolder();
        Record(folder.File("runs/toy/one"));

        var run = Assert.Single(CliProcess.Run(["runs", "list", "--json"], null, folder.Path).Document.GetProperty("runs").EnumerateArray());

        Assert.Equal("runs/toy/one", run.GetProperty("path").GetString());
        Assert.Equal("done", run.GetProperty("state").GetString());
        Assert.Equal(0.75, run.GetProperty("best_top1").GetDouble());
        Assert.Equal(1, run.GetProperty("best_epoch").GetInt32());
        Assert.Equal(0.5, run.GetProperty("last_top1").GetDouble());
    }

    [Fact]
    public void Show_names_state_accuracy_and_files()
    {
        using var folder = new TemporaryFolder();
        Record(folder.File("one"));

        var run = CliProcess.Run("runs", "show", folder.File("one"));

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("done, epoch 2/", run.Output, StringComparison.Ordinal);
        Assert.Contains("best 75.00 % @1 (chosen on the test clips), last 50.00 %", run.Output, StringComparison.Ordinal);
        Assert.Contains("metrics.jsonl", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_run_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();

        var run = CliProcess.Run("runs", "show", folder.Path);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(folder.Path, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void No_runs_are_an_empty_list_and_a_note()
    {
        using var folder = new TemporaryFolder();

        var run = CliProcess.Run(["runs", "list"], null, folder.Path);

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Equal(["no runs in runs"], run.ErrorLines);
    }

    /// <summary>What a run of two epochs leaves behind, as far as the catalogue looks.</summary>
    private static void Record(string path)
    {
        var run = RunFolder.Create(new RunFolderRequest { Recipe = "toy", Seed = 3, Out = path, Root = Path.GetDirectoryName(path)! }, TimeProvider.System);
        File.WriteAllText(run.Config, RecipeText.ToYaml(new Recipe()));
        File.WriteAllLines(run.Metrics, [EpochRow.Of(1, (MetricNames.TestTop1, 0.75)).ToJson(), EpochRow.Of(2, (MetricNames.TestTop1, 0.5)).ToJson()]);
        new RunStatus { State = RunState.Done, Epoch = 2, Epochs = 2, ExitCode = 0 }.Save(run.Status);
    }
}
