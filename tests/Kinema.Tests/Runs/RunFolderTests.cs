using Kinema.Runs;
using Kinema.Storage;

namespace Kinema.Tests.Runs;

public sealed class RunFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ManualTime time = new();

    private string Root => folder.File("runs");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_is_named_after_recipe_time_and_seed_and_latest_points_to_it()
    {
        var first = RunFolder.Create(new() { Root = Root, Recipe = "nw-ucla/ctr-gcn", Seed = 3 }, time);
        time.Advance(61);
        var second = RunFolder.Create(new() { Root = Root, Recipe = "toy", Seed = 4 }, time);

        Assert.Equal(Path.Combine(Root, "nw-ucla-ctr-gcn", "20260304-050607-3"), first.Path);
        Assert.Equal(Path.Combine(Root, "toy", "20260304-050708-4"), second.Path);
        Assert.True(Directory.Exists(Path.GetDirectoryName(first.LastCheckpoint)));
        Assert.Equal(Path.Combine("toy", "20260304-050708-4"), new FileInfo(Path.Combine(Root, "latest")).LinkTarget);
    }

    [Fact]
    public void Two_runs_in_one_second_get_folders_of_their_own()
    {
        var request = new RunFolderRequest { Root = Root, Recipe = "toy", Seed = 0 };

        var paths = Enumerable.Range(0, 3).Select(_ => RunFolder.Create(request, time).Path).ToList();

        Assert.Equal(["20260304-050607-0", "20260304-050607-0-2", "20260304-050607-0-3"], paths.Select(Path.GetFileName));
    }

    [Fact]
    public void Something_else_called_latest_is_left_alone()
    {
        folder.Write("runs/latest/mine.txt", "mine");

        RunFolder.Create(new() { Root = Root, Recipe = "toy", Seed = 0 }, time);

        Assert.Equal("mine", File.ReadAllText(Path.Combine(Root, "latest", "mine.txt")));
    }

    [Fact]
    public void An_existing_folder_is_refused_with_the_three_ways_out()
    {
        folder.Write("mine/config.yaml", "old");

        var error = Assert.Throws<KinemaException>(() => RunFolder.Create(Request("mine"), time));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.All(["--resume auto", "--overwrite", "--out", folder.File("mine")], way => Assert.Contains(way, error.Message));
        Assert.Equal("old", File.ReadAllText(folder.File("mine/config.yaml")));
    }

    [Fact]
    public void What_would_be_refused_is_refused_by_the_check_and_nothing_is_made()
    {
        folder.Write("mine/config.yaml", "old");
        folder.Write("file", "");

        foreach (var name in (string[])["mine", "file"])
            Assert.Equal(ExitCode.Usage, Assert.Throws<KinemaException>(() => RunFolder.Check(Request(name))).ExitCode);
        RunFolder.Check(Request("mine") with { Overwrite = true });
        RunFolder.Check(Request("mine") with { Resume = true });        // a run that ended before its first checkpoint
        RunFolder.Check(Request("new"));
        RunFolder.Check(new RunFolderRequest { Root = Root, Recipe = "toy", Seed = 0 });

        Assert.Equal([folder.File("file"), folder.File("mine")], Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
        Assert.Equal("old", File.ReadAllText(folder.File("mine/config.yaml")));
    }

    [Fact]
    public void Overwriting_moves_the_old_folder_aside_whole()
    {
        folder.Write("mine/config.yaml", "old");
        var request = Request("mine") with { Overwrite = true };

        RunFolder.Create(request, time);
        folder.Write("mine/config.yaml", "newer");
        RunFolder.Create(request, time);

        Assert.False(File.Exists(folder.File("mine/config.yaml")));
        Assert.Equal("old", File.ReadAllText(folder.File("mine.old-20260304-050607/config.yaml")));
        Assert.Equal("newer", File.ReadAllText(folder.File("mine.old-20260304-050607-2/config.yaml")));
    }

    [Fact]
    public void An_empty_folder_may_be_the_target()
    {
        Directory.CreateDirectory(folder.File("mine"));

        Assert.Equal(folder.File("mine"), RunFolder.Create(Request("mine"), time).Path);
        Assert.False(Directory.Exists(Root));       // no folder is made for the sake of a link
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_refused()
    {
        folder.Write("mine", "");

        Assert.Contains("is a file", Assert.Throws<KinemaException>(() => RunFolder.Create(Request("mine") with { Overwrite = true },
            time)).Message);
        Assert.Equal($"{folder.File("mine/below")}: no run folder can be made here: {folder.File("mine")} is a file, not a folder; name another with --out",
            Refusal(() => RunFolder.Check(Request("mine/below"))));
        Assert.Contains($"{folder.File("mine")} is a file, not a folder",
            Refusal(() => RunFolder.Check(new() { Root = folder.File("mine"), Recipe = "toy", Seed = 0 })));
    }

    [NeedsFact("/proc/self")]
    public void A_folder_that_takes_no_run_is_named()
    {
        Assert.Equal("/proc/x: no run folder can be made here: the folder /proc takes no new files; name another with --out",
            Refusal(() => RunFolder.Create(Request("mine") with { Out = "/proc/x" }, time)));
    }

    private static string Refusal(Action action)
    {
        var error = Assert.Throws<KinemaException>(action);
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        return error.Message;
    }

    [Fact]
    public void A_folder_claimed_by_a_living_run_is_neither_claimed_again_nor_moved()
    {
        var run = RunFolder.Create(Request("mine"), time);
        using (run.Lock())
        {
            Assert.True(run.IsLocked);
            Assert.Contains("another kinema process", Assert.Throws<KinemaException>(() => run.Lock()).Message);
            Assert.Throws<KinemaException>(() => RunFolder.Create(Request("mine") with { Overwrite = true }, time));
        }

        Assert.False(run.IsLocked);
        run.Lock().Dispose();
    }

    [Fact]
    public void Resume_auto_finds_the_newest_run_of_the_recipe_and_seed_that_has_a_checkpoint()
    {
        var request = new RunFolderRequest { Root = Root, Recipe = "a/b", Seed = 1 };
        Assert.Null(RunFolder.FindResumable(request));
        var older = Make(request, checkpoint: true);
        Make(request with { Seed = 11 }, checkpoint: true);
        Make(request with { Recipe = "c" }, checkpoint: true);
        Make(request, checkpoint: false);

        Assert.Equal(older, RunFolder.FindResumable(request)!.Path);
        var newer = Make(request, checkpoint: true);
        Assert.Equal(newer, RunFolder.FindResumable(request)!.Path);
        Assert.Equal(older, RunFolder.FindResumable(request with { Out = older })!.Path);
        Assert.Null(RunFolder.FindResumable(request with { Out = folder.File("gone") }));

        string Make(RunFolderRequest one, bool checkpoint)
        {
            time.Advance(1);
            var run = RunFolder.Create(one, time);
            if (checkpoint)
                File.WriteAllText(run.LastCheckpoint, "");
            return run.Path;
        }
    }

    [Fact]
    public void Opening_what_is_no_run_is_wrong_usage()
    {
        Directory.CreateDirectory(folder.File("empty"));

        Assert.Contains("holds no run", Assert.Throws<KinemaException>(() => RunFolder.Open(folder.File("empty"))).Message);
        Assert.Contains("no such run folder", Assert.Throws<KinemaException>(() => RunFolder.Open(folder.File("gone"))).Message);
    }

    [Fact]
    public void Kept_checkpoints_are_named_by_epoch() =>
        Assert.Equal(["epoch=05.kpt", "epoch=120.kpt"],
            new[] { 5, 120 }.Select(RunFolder.Create(Request("mine"), time).EpochCheckpoint).Select(Path.GetFileName));

    private RunFolderRequest Request(string name) => new() { Root = Root, Recipe = "toy", Seed = 0, Out = folder.File(name) };
}
