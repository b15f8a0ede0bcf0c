using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;
using Kinema.Tests.Runs;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class TrainingRunTests : TensorTest
{
    private readonly TemporaryFolder temporary = new();

    public override void Dispose()
    {
        temporary.Dispose();
        base.Dispose();
    }

    [Fact]
    public void A_run_leaves_everything_a_reader_may_ask_for()
    {
        var result = Execute(Tiny.Recipe(csre: true));
        var folder = result.Folder;
        foreach (var file in (string[])[
            folder.Config, folder.Command, folder.Overrides, folder.Environment, folder.Log, folder.Metrics, folder.MetricsTable, folder.Timing,
            folder.Summary, folder.Predictions, folder.Scores, folder.Report, folder.ReportData, folder.LastCheckpoint, folder.BestCheckpoint])
            Assert.True(File.Exists(file), file);
        var status = RunStatus.Load(folder.Status);
        Assert.Equal((RunState.Done, 0), (status.State, status.ExitCode));
        Assert.Equal(Tiny.Recipe(csre: true), RecipeLoader.Parse(File.ReadAllText(folder.Config), "config") with { Name = "test/tiny" }, RecipesEqual);
        Assert.Equal("kinema train tiny.yaml\n", File.ReadAllText(folder.Command));
        Assert.Contains("CSRE with 4 hard positives, 8 hard and 8 random negatives from banks of 24", File.ReadAllText(folder.Log), StringComparison.Ordinal);
        Assert.Equal(13, File.ReadAllLines(folder.Predictions).Length); // a head and 12 clips
        Assert.NotNull(result.Report);
    }

    [Fact]
    public void A_run_that_mirrors_clips_of_classes_that_tell_left_from_right_says_so()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var data = new ClipDataset
        {
            Name = "gestures", Layout = Tiny.Data.Layout, Classes = ["swipe left", "swipe right", "sit"], Clips = Tiny.Data.Clips, Splits = Tiny.Data.Splits,
        };

        var log = File.ReadAllLines(Execute(Tiny.Recipe(data: settings => settings with { Mirror = 0.5 }), stop: stop.Token, data: data).Folder.Log);

        Assert.Single(log, line => line.EndsWith(MirrorFit.Remark(0.5, data.Classes)!, StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_set_that_is_not_whole_the_log_and_the_report_say_so()
    {
        var part = new ClipDataset
        {
            Name = Tiny.Data.Name, Layout = Tiny.Data.Layout, Classes = Tiny.Data.Classes, Clips = Tiny.Data.Clips, Splits = Tiny.Data.Splits,
            LeftOut = new Dictionary<string, int> { ["absent"] = 37 },
        };

        var result = Execute(Tiny.Recipe(), data: part);

        var remark = Assert.Single(result.Report!.Notes);
        Assert.Contains("is not whole: it was packed without 37 clips (37 absent)", remark, StringComparison.Ordinal);
        Assert.Contains(remark, File.ReadAllText(result.Folder.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_run_says_so_and_goes_on_under_the_same_command()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var stopped = Execute(Tiny.Recipe(), stop: stop.Token);
        Assert.False(stopped.Outcome.Finished);
        Assert.Null(stopped.Report);
        var status = RunStatus.Load(stopped.Folder.Status);
        Assert.Equal((RunState.Stopped, (int)ExitCode.StoppedEarly), (status.State, status.ExitCode));
        Assert.Contains("--resume auto", status.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(stopped.Folder.Report));

        var resumed = Execute(Tiny.Recipe(), resume: stopped.Folder, command: "kinema train --resume auto");
        Assert.True(resumed.Outcome.Finished);
        Assert.Equal(RunState.Done, RunStatus.Load(stopped.Folder.Status).State);
        Assert.Equal(["kinema train tiny.yaml", "kinema train --resume auto"], File.ReadAllLines(stopped.Folder.Command));
    }

    [Fact]
    public void A_diverged_run_says_so_in_its_status_and_its_log()
    {
        var error = Assert.Throws<KinemaException>(() => Execute(Tiny.Recipe(training: training => training with { LearningRate = 1e30 })));
        Assert.Equal(ExitCode.Diverged, error.ExitCode);
        var folder = RunFolder.Open(temporary.File("run"));
        var status = RunStatus.Load(folder.Status);
        Assert.Equal((RunState.Failed, (int)ExitCode.Diverged, error.Message), (status.State, status.ExitCode, status.Message));
        Assert.Contains("not finite", File.ReadAllText(folder.Log), StringComparison.Ordinal);
        Assert.True(File.Exists(temporary.File("run/diverged.safetensors")));
    }

    [Fact]
    public void A_recipe_the_clips_cannot_serve_leaves_no_folder()
    {
        var error = Assert.Throws<KinemaException>(() => Execute(Tiny.Recipe(training: training => training with { BatchSize = 32 })));
        Assert.Equal(ExitCode.Configuration, error.ExitCode);
        Assert.False(Directory.Exists(temporary.File("run")));
    }

    [Fact]
    public void A_split_that_is_not_offered_and_no_clips_at_all_are_refused()
    {
        PackedDataset.Write(Tiny.Data, temporary.File("clips.safetensors"));
        var split = Assert.Throws<KinemaException>(
            () => TrainingRun.OpenData(Tiny.Recipe(data: data => data with { Path = temporary.File("clips.safetensors"), Split = "xsub" })));
        Assert.Equal(ExitCode.Configuration, split.ExitCode);
        Assert.Contains("no protocol 'xsub'; it has official: set data.split to one of them", split.Message, StringComparison.Ordinal);
        // Of the training clips only those of a list train; the tests stay.
        var whole = TrainingRun.OpenData(Tiny.Recipe(data: data => data with { Path = temporary.File("clips.safetensors") }));
        var trained = whole.Split("train").Select(index => whole.Clips[index]).ToList();
        string[] few = [.. trained.Where(clip => trained.Where(other => other.Label == clip.Label).Take(2).Contains(clip)).Select(clip => clip.Name)];
        ClipDataset Only(string[] names)
        {
            File.WriteAllLines(temporary.File("labels-33.txt"), names);
            return TrainingRun.OpenData(
                Tiny.Recipe(data: data => data with { Path = temporary.File("clips.safetensors"), Labels = temporary.File("labels-33.txt") }));
        }
        var part = Only(few);
        Assert.Equal(few, part.Split("train").Select(index => part.Clips[index].Name));
        Assert.Equal(whole.Split("test"), part.Split("test"));
        Assert.NotEqual(whole.Checksum, part.Checksum);                                  // a run on other clips is another run
        Assert.Equal(part.Checksum, Only([.. few.Reverse()]).Checksum);                  // the order of the list says nothing
        Assert.NotEqual(part.Checksum, Only(few[..^1]).Checksum);
        string[] oneClass = [.. few.Where(name => whole.Clips.Single(clip => clip.Name == name).Label == 0)];
        Assert.Contains(
            "labels-33.txt: split 'train' has no clip of ", Assert.Throws<KinemaException>(() => Only(oneClass)).Message, StringComparison.Ordinal);
        var stray = whole.Clips[whole.Split("test")[0]].Name;
        Assert.EndsWith(
            $"labels-33.txt: 1 of its clips are not of the split 'train' of the protocol official: {stray}; 'kinema data split --protocol official' draws from it",
            Assert.Throws<KinemaException>(() => Only([.. few, stray])).Message, StringComparison.Ordinal);
        Assert.EndsWith("labels-33.txt: names no clip", Assert.Throws<KinemaException>(() => Only([])).Message, StringComparison.Ordinal);

        var none = Assert.Throws<KinemaException>(() => TrainingRun.OpenData(Tiny.Recipe()));
        Assert.Equal(ExitCode.Configuration, none.ExitCode);
        Assert.Contains("--data PATH", none.Message, StringComparison.Ordinal);
        var missing = Assert.Throws<KinemaException>(() => TrainingRun.OpenData(Tiny.Recipe(data: data => data with { Path = temporary.File("gone.zip") })));
        Assert.Equal(ExitCode.Data, missing.ExitCode);
        Assert.Contains(temporary.File("gone.zip"), missing.Message, StringComparison.Ordinal);
    }

    private static bool RecipesEqual(Recipe one, Recipe two) => RecipeText.ToYaml(one) == RecipeText.ToYaml(two);

    private TrainingRunResult Execute(
        Recipe recipe, RunFolder? resume = null, CancellationToken stop = default, string command = "kinema train tiny.yaml", ClipDataset? data = null)
    {
        var resolved = new ResolvedRecipe(recipe, new Dictionary<string, RecipeOrigin>(), []); // past the ranges a file is held to
        var request = new TrainingRunRequest(
            resolved, new RunFolderRequest { Root = temporary.File("runs"), Recipe = recipe.Name, Seed = 1, Out = temporary.File("run") }, command)
        {
            Data = data ?? Tiny.Data, Resume = resume, Stop = new StopConditions(stop),
        };
        return TrainingRun.Execute(request, new ProgressSinks([]), new ManualTime());
    }
}
