using Kinema.Runs;

namespace Kinema.Cli.Tests;

[Collection("Trained")]
public class TrainTests(TrainedRun run)
{
    [Fact]
    public void A_run_says_what_it_reached_and_leaves_its_report()
    {
        Assert.True(run.Trained.ExitCode == 0, run.Trained.Error);
        var document = run.Trained.Document;
        Assert.True(document.GetProperty("finished").GetBoolean());
        Assert.Equal(
            (1, "test/tiny", 24),
            (document.GetProperty("epochs").GetInt32(), document.GetProperty("recipe").GetString(), document.GetProperty("last").GetProperty("count").GetInt32()));
        Assert.Equal(1, document.GetProperty("last").GetProperty("copies").GetInt32());
        Assert.Equal(
            (0.99, true),
            (document.GetProperty("published").GetProperty("top1").GetDouble(), document.GetProperty("published").GetProperty("last_is_within").GetBoolean()));
        Assert.Contains("within the tolerance of 100", File.ReadAllText(Path.Combine(run.Run, "report.html")), StringComparison.Ordinal);
        Assert.Equal(RunState.Done, RunStatus.Load(Path.Combine(run.Run, "status.json")).State);
    }

    [Fact]
    public void A_finished_run_resumed_ends_at_once_and_compares_itself_with_what_was_published()
    {
        var again = CliProcess.Run("train", "--resume", run.Run, "--threads", "1", "--set", "targets.tolerance=0.5");

        Assert.Equal(0, again.ExitCode);
        Assert.Matches("published: 99.0 % \\(Table 0\\); the last epoch is [0-9.]+ points below it, beyond the tolerance of 0.5", again.Output);
    }

    [Fact]
    public void A_dry_run_writes_nothing()
    {
        var before = Directory.GetFileSystemEntries(run.File("."));

        var dry = run.Train("--dry-run", "--out", run.File("never"), "--json");

        Assert.Equal(0, dry.ExitCode);
        Assert.Equal((24, 3), (dry.Document.GetProperty("training_clips").GetInt32(), dry.Document.GetProperty("steps").GetInt32()));
        Assert.Equal(before, Directory.GetFileSystemEntries(run.File(".")));
    }

    [Theory, InlineData("false", "parameters, without CSRE"), InlineData("true", "of CSRE's decomposition")]
    public void A_dry_run_says_whether_the_plug_in_takes_part(string csre, string says)
    {
        var dry = run.Train("--dry-run", "--csre", csre);

        Assert.True(dry.ExitCode == 0, dry.Error);
        Assert.Contains(says, dry.Output, StringComparison.Ordinal);
        Assert.Contains("1 epoch of 3 steps", dry.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_encoder_with_a_recipes_settings_is_said_so()
    {
        var own = run.Train("--dry-run");
        Assert.DoesNotContain("settings of", own.Error, StringComparison.Ordinal);
        Assert.Contains("would write a folder of its own in ", own.Output, StringComparison.Ordinal);

        var other = run.Train("--dry-run", "--model", "st-gcn", "--out", "there");
        Assert.True(other.ExitCode == 0, other.Error);
        Assert.Contains("rates, batch and all else are the settings of ctr-gcn; those of st-gcn are in recipes/*/st-gcn.yaml", other.ErrorLines);
        Assert.EndsWith("would write there\n", other.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "exists already", "--out", "RUN")]
    [InlineData(2, "exists already", "--out", "RUN", "--data", "gone.zip")]     // said before the clips are read
    [InlineData(2, "exists already", "--dry-run", "--out", "RUN")]
    [InlineData(3, "training.epoch", "--set", "training.epoch=2")]
    [InlineData(3, "training.batch-size is 32, but an epoch has only 24 instances", "--set", "training.batch-size=32")]
    [InlineData(4, "no such data set", "--data", "gone.zip")]
    [InlineData(5, "was trained with data.stream joint, now it is bone", "--stream", "bone", "--resume", "RUN")]
    public void What_cannot_be_run_is_refused_in_one_line_with_its_exit_code(int code, string why, params string[] options)
    {
        var status = File.ReadAllText(Path.Combine(run.Run, "status.json"));
        var last = options.Contains("--resume") ? options[^1] : null;
        string[] line = last is null
            ? ["train", run.Recipe, "--threads", "1", .. options.Contains("--data") ? [] : new[] { "--data", run.Data }, .. options]
            : ["train", "--threads", "1", .. options];

        var refused = CliProcess.Run([.. line.Select(word => word == "RUN" ? run.Run : word), "--quiet"], environment: null, run.File("."));

        Assert.Equal(code, refused.ExitCode);
        Assert.Contains(why, Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(status, File.ReadAllText(Path.Combine(run.Run, "status.json")));
    }

    [Fact]
    public void A_run_that_diverges_ends_with_6_and_names_the_clips()
    {
        // Weight decay turns the weights round and makes them a thousand times larger in every step.
        var diverged = run.Train(
            "--out", run.File("diverged"), "--epochs", "8", "--quiet", "--set", "training.learning-rate=100", "--set", "training.weight-decay=10",
            "--set", "training.batch-size=4");

        Assert.Equal(6, diverged.ExitCode);
        Assert.Contains("Lower training.learning-rate", Assert.Single(diverged.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(6, RunStatus.Load(run.File("diverged/status.json")).ExitCode);
    }
}
