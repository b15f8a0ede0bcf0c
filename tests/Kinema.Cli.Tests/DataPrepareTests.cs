using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Ntu;

namespace Kinema.Cli.Tests;

/// <summary><c>kinema data prepare|sets|convert|split</c> as whole processes, on made-up files.</summary>
public sealed class DataPrepareTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Raw_files_become_a_packed_set_with_a_table_of_what_was_kept_and_why_the_rest_was_not()
    {
        new NtuFakeFiles(new NtuFakeOptions { Clips = 40, Faults = 0.2 }).Write(folder.File("raw.zip"));

        var done = CliProcess.Run("data", "prepare", "ntu60", "--in", folder.File("raw.zip"), "--out", folder.File("ntu"), "--json");

        Assert.Equal(0, done.ExitCode);
        var (clips, skipped) = (done.Document.GetProperty("clips").GetInt32(), done.Document.GetProperty("skipped"));
        Assert.InRange(skipped.GetArrayLength(), 1, 39);
        Assert.Equal(40, clips + skipped.GetArrayLength());
        Assert.All(skipped.EnumerateArray(), clip => Assert.Contains("raw.zip", clip.GetProperty("reason").GetString(), StringComparison.Ordinal));
        Assert.Contains("clips of NTU RGB+D 60 are not there", done.Error, StringComparison.Ordinal);

        var set = DatasetReader.Examine(folder.File("ntu")).Dataset;
        Assert.Equal((clips, "ctr-gcn 1", done.Document.GetProperty("checksum").GetString()), (set.Clips.Count, set.Preparation, set.Checksum));
        Assert.Equal(["xsub", "xview"], set.Protocols.Select(protocol => protocol.Name));

        var text = CliProcess.Run("data", "prepare", "ntu60", "--in", folder.File("raw.zip"), "--out", folder.File("again.safetensors"));
        Assert.Contains("kept", text.Output, StringComparison.Ordinal);
        Assert.Contains("damaged", text.Output, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllBytes(folder.File("ntu/clips.safetensors")), File.ReadAllBytes(folder.File("again.safetensors")));
    }

    [Fact]
    public void A_target_that_is_there_a_set_that_is_not_and_an_option_it_does_not_take_are_usage_errors()
    {
        File.WriteAllText(folder.File("a.safetensors"), "precious");

        var there = CliProcess.Run("data", "prepare", "ntu60", "--in", folder.Path, "--out", folder.File("a.safetensors"));
        Assert.Equal((2, "precious"), (there.ExitCode, File.ReadAllText(folder.File("a.safetensors"))));
        Assert.Contains("--overwrite", Assert.Single(there.ErrorLines), StringComparison.Ordinal);

        var unknown = CliProcess.Run("data", "prepare", "ntu6", "--in", folder.Path, "--out", folder.File("b"));
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("ntu60", Assert.Single(unknown.ErrorLines), StringComparison.Ordinal);

        var missing = CliProcess.Run("data", "prepare", "ntu60", "--in", folder.File("gone"), "--out", folder.File("b"));
        Assert.Equal((4, $"kinema: {folder.File("gone")}: no such file or folder"), (missing.ExitCode, Assert.Single(missing.ErrorLines)));

        var option = CliProcess.Run("data", "prepare", "sbu", "--in", folder.Path, "--out", folder.File("b"), "--cutting", "inclusive");
        Assert.Equal(2, option.ExitCode);
        Assert.Contains("sbu has no option 'cutting'", Assert.Single(option.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_clip_and_a_strict_preparation_with_a_damaged_one_are_data_errors()
    {
        var empty = CliProcess.Run("data", "prepare", "ntu60", "--in", folder.Path, "--out", folder.File("b"));
        Assert.Equal(4, empty.ExitCode);
        Assert.Single(empty.ErrorLines);

        new NtuFakeFiles(new NtuFakeOptions { Clips = 40, Faults = 0.2 }).Write(folder.File("raw.zip"));
        var strict = CliProcess.Run("data", "prepare", "ntu60", "--in", folder.File("raw.zip"), "--out", folder.File("b"), "--strict", "-q");
        Assert.Equal(4, strict.ExitCode);
        Assert.Contains("--strict was asked for", Assert.Single(strict.ErrorLines), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("b/clips.safetensors")));
    }

    [Fact]
    public void What_an_interrupted_preparation_did_is_not_thrown_away_for_other_options_and_its_loss_is_said()
    {
        new NtuFakeFiles(new NtuFakeOptions { Clips = 40, Faults = 0.2 }).Write(folder.File("raw.zip"));
        string[] line = ["data", "prepare", "ntu60", "--in", folder.File("raw.zip"), "--out", folder.File("b"), "--jobs", "1"];
        var partial = folder.File("b/.clips.safetensors.partial");
        Assert.Contains($"what is done is kept in {partial}: ", CliProcess.Run([.. line, "--strict"]).Error, StringComparison.Ordinal);

        var refused = CliProcess.Run([.. line, "--only", "S0*", "-q"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(
            $"lies beside it ({partial}), of other files, labels or options, or of another version of Kinema; go on with the same, throw it away with --fresh",
            Assert.Single(refused.ErrorLines), StringComparison.Ordinal);

        foreach (var verb in (string[])["prepare", "convert"])
            Assert.Contains("  --fresh ", CliProcess.Run("data", verb, "-h").Output, StringComparison.Ordinal);

        File.Delete(partial);
        var anew = CliProcess.Run(line);
        Assert.True(anew.ExitCode == 0, anew.Error);
        Assert.Matches("begun anew: of what an interrupted run had done, the bytes of \\d+ items? were gone or damaged", anew.Error);
    }

    [Fact]
    public void A_dry_run_reads_the_first_item_and_writes_nothing()
    {
        new NtuFakeFiles(new NtuFakeOptions { Clips = 5 }).Write(folder.File("raw"));
        var done = CliProcess.Run("data", "prepare", "ntu60", "--in", folder.File("raw"), "--out", folder.File("set"), "--dry-run");
        Assert.Equal(0, done.ExitCode);
        Assert.Contains("would be made of 5 items", done.Output, StringComparison.Ordinal);
        Assert.Contains("first: S", done.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("set")));
    }

    [Fact]
    public void A_part_says_so_and_a_pattern_that_is_empty_is_refused()
    {
        new NtuFakeFiles(new NtuFakeOptions { Clips = 5 }).Write(folder.File("raw"));
        string[] line = ["data", "prepare", "ntu60", "--in", folder.File("raw"), "--out", folder.File("set"), "--only"];

        var empty = CliProcess.Run([.. line, ""]);
        Assert.Equal(2, empty.ExitCode);
        Assert.Contains("--only takes a pattern of names", empty.ErrorLines[0], StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("set")));

        var part = CliProcess.Run([.. line, "S0*", "--json"]);
        Assert.True(part.ExitCode == 0, part.Error);
        Assert.Equal("ctr-gcn 1, only 'S0*'", DatasetReader.Examine(folder.File("set")).Dataset.Preparation);
    }

    [Fact]
    public void The_sets_are_listed_with_what_to_give()
    {
        var listed = CliProcess.Run("data", "sets");
        Assert.Equal(0, listed.ExitCode);
        foreach (var name in (string[])["nw-ucla", "ntu60", "ntu120", "pku1", "pku2", "utd-mhad", "sbu", "msr-action3d", "utkinect", "msr-daily-activity"])
            Assert.Contains($"\n{name}: ", "\n" + listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_set_is_shown_in_full_and_an_unknown_one_is_refused_with_the_nearest_name()
    {
        var text = CliProcess.Run("data", "sets", "ntu60");
        Assert.Equal(0, text.ExitCode);
        Assert.StartsWith("ntu60: NTU RGB+D 60: 56,880 clips", text.Output, StringComparison.Ordinal);
        string[] lines = ["--in: files S001", "--preparation ctr-gcn|", "layout: ntu, 25 joints", "classes: 60", "protocols: xsub, xview; a recipe names one (data.split: xsub)\n"];
        foreach (var line in lines)
            Assert.Contains($"\n    {line}", text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ntu120", text.Output, StringComparison.Ordinal);
        Assert.Contains(
            "\n    protocols: subjects, leave-one-out-01, … leave-one-out-20 (21); a recipe names one (data.split: subjects)\n",
            CliProcess.Run("data", "sets", "utkinect").Output, StringComparison.Ordinal);
        Assert.Contains("\n    protocols: official, folders\n", CliProcess.Run("data", "sets", "msr-daily-activity").Output, StringComparison.Ordinal);

        var set = Assert.Single(CliProcess.Run("data", "sets", "sbu", "--json").Document.GetProperty("sets").EnumerateArray());
        Assert.Equal(("sbu", "sbu-15", 8), (set.GetProperty("name").GetString(), set.GetProperty("layout").GetString(), set.GetProperty("classes").GetInt32()));
        Assert.Equal(5, set.GetProperty("protocols").GetArrayLength());

        var unknown = CliProcess.Run("data", "sets", "ntu61");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("unknown data set 'ntu61' (did you mean 'ntu60'?)", Assert.Single(unknown.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_ones_own_becomes_a_set_divided_by_subject()
    {
        var manual = Path.Combine(Repository.Root, "docs", "your-own-data");

        var done = CliProcess.Run(
            "data", "convert", Path.Combine(manual, "gestures.csv"), "--layout", Path.Combine(manual, "upper-body-9.yaml"), "--labels", Path.Combine(manual, "labels.csv"),
            "--classes", Path.Combine(manual, "classes.csv"), "--split-by", "subject", "--train", "1-5", "--out", folder.File("mine.safetensors"), "--json");

        Assert.True(done.ExitCode == 0, done.Error);
        var set = DatasetReader.Open(folder.File("mine.safetensors"));
        Assert.Equal(["wave", "drink", "clap"], set.Classes);
        Assert.All(set.Split("train"), index => Assert.InRange(set.Clips[index].Subject, 1, 5));
        Assert.Equal((24, 15, "subject"), (set.Clips.Count, set.Split("train").Count, set.Protocol));
    }

    [Fact]
    public void A_set_that_was_converted_without_a_division_can_be_divided_afterwards()
    {
        var manual = Path.Combine(Repository.Root, "docs", "your-own-data");
        Assert.Equal(0, CliProcess.Run(
            "data", "convert", Path.Combine(manual, "gestures.csv"), "--layout", Path.Combine(manual, "upper-body-9.yaml"),
            "--labels", Path.Combine(manual, "labels.csv"), "--out", folder.File("mine.safetensors")).ExitCode);

        var done = CliProcess.Run("data", "split", folder.File("mine.safetensors"), "--by", "subject", "--train", "1-5", "--out", folder.File("lists"));

        Assert.True(done.ExitCode == 0, done.Error);
        Assert.Contains("subject: train 15, test 9", done.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspection_tells_the_preparation_and_every_protocol_with_its_counts()
    {
        new NtuFakeFiles(new NtuFakeOptions { Clips = 40 }).Write(folder.File("raw.zip"));
        Assert.Equal(0, CliProcess.Run("data", "prepare", "ntu60", "--in", folder.File("raw.zip"), "--out", folder.File("ntu")).ExitCode);
        var set = DatasetReader.OpenWhole(folder.File("ntu"));

        var text = CliProcess.Run("data", "inspect", folder.File("ntu"), "--html", folder.File("page.html")).Output;
        var found = CliProcess.Run("data", "inspect", folder.File("ntu"), "--json").Document;

        Assert.Contains("preparation: ctr-gcn 1\n", text, StringComparison.Ordinal);
        foreach (var protocol in set.Protocols)
            Assert.Matches($@"{protocol.Name} +{protocol.Splits["train"].Count} +{protocol.Splits["test"].Count} +60\n", text);
        Assert.Equal("ctr-gcn 1", found.GetProperty("preparation").GetString());
        Assert.Equal(
            set.Protocols.Select(protocol => (protocol.Name, protocol.Splits["test"].Count)),
            found.GetProperty("protocols").EnumerateArray().Select(protocol =>
                (protocol.GetProperty("name").GetString()!, protocol.GetProperty("splits").GetProperty("test").GetInt32())));
        Assert.Contains("xsub, xview", File.ReadAllText(folder.File("page.html")), StringComparison.Ordinal);
        Assert.Matches("warning  missing-clip: .*: was packed without 565[0-9]{2} clips of its lists", text);
        Assert.Equal(set.LeftOut["absent"], found.GetProperty("left_out").GetProperty("absent").GetInt32());
    }

    [Fact]
    public void Divisions_and_label_fractions_are_written_as_lists_and_as_protocols()
    {
        Assert.Equal(0, CliProcess.Run("data", "synth", "--out", folder.File("toy"), "--classes", "2", "--clips", "40", "--subjects", "4").ExitCode);
        string[] line = ["data", "split", folder.File("toy"), "--by", "subject", "--folds", "2", "--fractions", "10,50", "--seed", "3"];

        var done = CliProcess.Run([.. line, "--out", folder.File("lists"), "--into", folder.File("toy2.safetensors")]);

        Assert.True(done.ExitCode == 0, done.Error);
        Assert.Equal(["fold-1.csv", "fold-2.csv", "labels-10.txt", "labels-50.txt"], Directory.GetFiles(folder.File("lists")).Select(Path.GetFileName).Order());
        var set = DatasetReader.Open(folder.File("toy2.safetensors"), protocol: "fold-2");
        var trains = File.ReadLines(folder.File("lists/fold-2.csv")).Where(row => row.EndsWith(",train", StringComparison.Ordinal)).Select(row => row[..^6]);
        Assert.Equal(trains.Order(), set.Split("train").Select(index => set.Clips[index].Name).Order());
        Assert.Equal(["fold-1", "fold-2", "official"], set.Protocols.Select(protocol => protocol.Name).Order());

        CliProcess.Run([.. line, "--out", folder.File("again")]);
        foreach (var name in (string[])["fold-1.csv", "labels-50.txt"])
            Assert.Equal(File.ReadAllBytes(folder.File($"lists/{name}")), File.ReadAllBytes(folder.File($"again/{name}")));
        Assert.Equal(2, CliProcess.Run([.. line, "--out", folder.File("lists")]).ExitCode);
        var there = CliProcess.Run([.. line, "--out", folder.File("new"), "--into", folder.File("toy2.safetensors")]);
        Assert.Equal(
            (2, $"kinema: {folder.File("toy2.safetensors")}: exists already; replace it with --overwrite, or give another file with --into"),
            (there.ExitCode, Assert.Single(there.ErrorLines)));
        Assert.False(Directory.Exists(folder.File("new")));

        var few = CliProcess.Run("data", "split", folder.File("toy"), "--fractions", "1,2,50", "--out", folder.File("few"));
        Assert.Contains($"{folder.File("few/labels-01.txt")}: 1 %, 2 clips\n", few.Output, StringComparison.Ordinal);
        Assert.Contains("labels-01.txt, labels-02.txt: the same 2 clips, since every class keeps at least one", few.Error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
