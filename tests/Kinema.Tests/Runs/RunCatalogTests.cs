using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Storage;

namespace Kinema.Tests.Runs;

public sealed class RunCatalogTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Runs_are_listed_newest_first_and_latest_is_not_listed_twice()
    {
        Make("a", RunState.Done, 0.5, 0.75, 0.7);
        Make("b/c", RunState.Failed);

        var runs = RunCatalog.List(folder.Path);

        Assert.Equal([("b/c", "failed"), ("a", "done")], runs.Select(run => (run.Recipe!, run.State)));
        Assert.Equal((3, 65, 0.75, 2, 0.7), (runs[1].DoneEpochs, runs[1].Epochs, runs[1].BestTop1, runs[1].BestEpoch, runs[1].LastTop1));
        Assert.Equal(("joint", false, 0), (runs[1].Stream, runs[1].Csre, runs[1].Seed));
        Assert.Equal(runs[0], RunCatalog.Show(Path.Combine(folder.Path, "latest")) with { Path = runs[0].Path, Faults = runs[0].Faults });
    }

    [Fact]
    public void A_run_that_says_running_without_a_process_was_killed()
    {
        var run = Make("a", RunState.Running, 0.5);

        Assert.Equal("killed", Assert.Single(RunCatalog.List(folder.Path)).State);
        using (run.Lock())
            Assert.Equal("running", Assert.Single(RunCatalog.List(folder.Path)).State);
    }

    [Theory]
    [InlineData("config.yaml", "trainig: {}", "unknown key trainig")]
    [InlineData("config.yaml", null, "is missing")]
    [InlineData("status.json", "{", "is damaged")]
    [InlineData("metrics.jsonl", "rubbish\n", "metrics.jsonl:1: ")]
    public void A_damaged_run_is_listed_as_damaged_with_the_reason_beside_the_sound_ones(string file, string? text, string reason)
    {
        Make("sound", RunState.Done, 0.5);
        var damaged = Make("zz", RunState.Done, 0.5);
        var path = Path.Combine(damaged.Path, file);
        if (text is null)
            File.Delete(path);
        else
            File.WriteAllText(path, text);

        var runs = RunCatalog.List(folder.Path);

        Assert.Equal(["damaged", "done"], runs.Select(run => run.State).Order(StringComparer.Ordinal));
        Assert.Contains(reason, Assert.Single(runs.Single(run => run.State == "damaged").Faults));
    }

    [Fact]
    public void A_run_killed_before_its_first_row_and_one_torn_in_its_last_are_sound()
    {
        var early = Make("a", RunState.Done);
        var late = Make("b", RunState.Done, 0.25);
        File.Delete(early.Status);
        File.AppendAllText(late.Metrics, "{\"epo");

        var runs = RunCatalog.List(folder.Path);

        Assert.Equal(["done", "unknown"], runs.Select(run => run.State).Order(StringComparer.Ordinal));
        Assert.Equal([0, 1], runs.Select(run => run.DoneEpochs).Order());
        Assert.Null(runs.Single(run => run.DoneEpochs == 0).BestTop1);
    }

    [Fact]
    public void No_folder_no_runs()
    {
        Assert.Empty(RunCatalog.List(folder.File("gone")));
        Assert.Empty(RunCatalog.List(folder.Path));
        Assert.Equal(ExitCode.Usage, Assert.Throws<KinemaException>(() => RunCatalog.Show(folder.File("gone"))).ExitCode);
    }

    private RunFolder Make(string recipe, RunState state, params double[] accuracies)
    {
        time.Advance(1);
        var run = RunFolder.Create(new() { Root = folder.Path, Recipe = recipe, Seed = 0 }, time);
        File.WriteAllText(run.Config, RecipeText.ToYaml(new() { Name = recipe }));
        new RunStatus { State = state, Started = time.GetUtcNow() }.Save(run.Status);
        var log = EpochLog.Open(run.Metrics, run.MetricsTable);
        for (var epoch = 1; epoch <= accuracies.Length; epoch++)
            log.Append(EpochRow.Of(epoch, (MetricNames.TestTop1, accuracies[epoch - 1])));
        return run;
    }
}
