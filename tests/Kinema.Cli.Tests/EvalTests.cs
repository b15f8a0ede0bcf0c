using Kinema.Evaluation;
using Kinema.Skeletons.Datasets;

namespace Kinema.Cli.Tests;

[Collection("Trained")]
public class EvalTests(TrainedRun run)
{
    [Fact]
    public void A_run_is_scored_with_and_without_its_copy_and_the_files_asked_for_are_written()
    {
        var eval = Eval(run.Run, "--scores", run.File("eval/s.safetensors"), "--predictions", run.File("eval/p.csv"));

        Assert.True(eval.ExitCode == 0, eval.Error);
        Assert.Contains("test/tiny, stream joint, split test", eval.Output, StringComparison.Ordinal);
        Assert.Contains("of 24)", eval.Output, StringComparison.Ordinal);
        Assert.Contains("1 of these clips are number-for-number copies of training clips", eval.Output, StringComparison.Ordinal);
        Assert.Equal((24, 4), (ScoreFile.Load(run.File("eval/s.safetensors")).Count, ScoreFile.Load(run.File("eval/s.safetensors")).Classes.Count));
        Assert.Equal(25, File.ReadAllLines(run.File("eval/p.csv")).Length);

        File.WriteAllText(run.File("eval/p.csv"), "somebody's");
        var again = Eval(run.Run, "--predictions", run.File("eval/p.csv"));
        Assert.Equal((2, "somebody's"), (again.ExitCode, File.ReadAllText(run.File("eval/p.csv"))));
        Assert.Contains("p.csv: exists already; replace it with --overwrite", again.Error, StringComparison.Ordinal);
        Assert.Equal(0, Eval(run.Run, "--predictions", run.File("eval/p.csv"), "--overwrite").ExitCode);
        Assert.Equal(25, File.ReadAllLines(run.File("eval/p.csv")).Length);
    }

    [Fact]
    public void Of_a_set_that_is_not_whole_that_is_said()
    {
        var whole = DatasetReader.OpenWhole(run.Data);
        PackedDataset.Write(
            new ClipDataset
            {
                Name = whole.Name, Layout = whole.Layout, Classes = whole.Classes, Clips = whole.Clips, Splits = whole.Splits,
                Preparation = whole.Preparation, LeftOut = new Dictionary<string, int> { ["absent"] = 37 },
            },
            run.File("part.safetensors"));
        const string said = "is not whole: it was packed without 37 clips (37 absent)";

        var eval = CliProcess.Run("eval", run.Run, "--data", run.File("part.safetensors"), "--threads", "1");
        Assert.Single(eval.ErrorLines, line => line.Contains(said, StringComparison.Ordinal));
        Assert.DoesNotContain(said, Eval(run.Run).Error, StringComparison.Ordinal);
        var ensemble = CliProcess.Run("ensemble", run.Run, run.Run, "--weights", "0.5,0.5", "--data", run.File("part.safetensors"));
        Assert.Single(ensemble.ErrorLines, line => line.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public void Scores_and_predictions_of_one_name_are_refused()
    {
        var refused = Eval(run.Run, "--scores", run.File("both"), "--predictions", run.File("both"));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("both: two outputs of this command would be this one file", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("top1=0", 0)]
    [InlineData("top5=1+-0.01", 0)]             // there are four classes
    [InlineData("top5=0.5+-0.1", 8)]
    public void An_expectation_that_is_missed_ends_with_8(string expectation, int code)
    {
        var eval = Eval(run.Run, "--expect", expectation, "--json");

        Assert.Equal(code, eval.ExitCode);
        Assert.Equal(24, eval.Document.GetProperty("all").GetProperty("clips").GetInt32());
        if (code == 8) Assert.Contains("expected top5 0.5000 ± 0.1000, got 1.0000", eval.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Exported_weights_score_as_their_run_does_and_an_existing_file_is_kept()
    {
        var file = run.File("exported.safetensors");
        var export = CliProcess.Run("export", run.Run, "--out", file, "--json");
        Assert.Equal(0, export.ExitCode);
        Assert.Equal(new FileInfo(file).Length, export.Document.GetProperty("bytes").GetInt64());
        var written = File.ReadAllBytes(file);

        var refused = CliProcess.Run("export", run.Run, "--out", file, "--quiet");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--overwrite", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(written, File.ReadAllBytes(file));

        var of = Eval(file, "--json");
        Assert.True(of.ExitCode == 0, of.Error);
        Assert.Equal(Eval(run.Run, "--json").Output, of.Output);
        Assert.Equal(1, of.Document.GetProperty("epoch").GetInt32());
        Assert.Contains(" of the protocol official, the run's best epoch\n", Eval(run.Run).Output, StringComparison.Ordinal);
        Assert.Contains(" of the protocol official\n", Eval(file).Output, StringComparison.Ordinal);
        var chosen = Eval(file, "--epoch", "best");
        Assert.Equal(2, chosen.ExitCode);
        Assert.Contains("leave --epoch away", Assert.Single(chosen.ErrorLines), StringComparison.Ordinal);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_run_whose_configuration_cannot_be_read_is_refused_in_one_line(bool unreadable)
    {
        var copy = run.File($"bare-{unreadable}");
        Directory.CreateDirectory(Path.Combine(copy, "checkpoints"));
        File.Copy(Path.Combine(run.Run, "checkpoints/best.kpt"), Path.Combine(copy, "checkpoints/best.kpt"));
        if (unreadable) Directory.CreateDirectory(Path.Combine(copy, "config.yaml"));

        var eval = CliProcess.Run("eval", copy, "--threads", "1");

        Assert.Equal(2, eval.ExitCode);
        Assert.Contains(unreadable ? "cannot be read" : "it is missing", Assert.Single(eval.ErrorLines), StringComparison.Ordinal);
        Assert.Contains("--data PATH", eval.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_of_a_set_is_scored_and_what_it_lacks_is_said()
    {
        var whole = Kinema.Skeletons.Datasets.DatasetReader.Open(run.Data);
        var some = whole.Split("test").Where(index => whole.Clips[index].Label != 2).Take(5).Select(index => whole.Clips[index]).ToList();
        var part = new Kinema.Skeletons.Datasets.ClipDataset
        {
            Name = whole.Name, Layout = whole.Layout, Classes = whole.Classes, Clips = some,
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [], ["test"] = [0, 1, 2, 3, 4] },
        };
        Kinema.Skeletons.Datasets.PackedDataset.Write(part, run.File("part.safetensors"), Kinema.Storage.StoredType.Float32);

        var eval = CliProcess.Run("eval", run.Run, "--data", run.File("part.safetensors"), "--threads", "1", "--json");
        Assert.True(eval.ExitCode == 0, eval.Error);
        Assert.Equal(5, eval.Document.GetProperty("all").GetProperty("clips").GetInt32());
        Assert.Matches("the 5 clips of split 'test' are of [123] of the 4 classes", eval.Error);

        var empty = CliProcess.Run("eval", run.Run, "--data", run.File("part.safetensors"), "--split", "train", "--threads", "1");
        Assert.Equal(4, empty.ExitCode);
        Assert.Contains("split 'train' of the protocol official has no clips", Assert.Single(empty.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_of_other_protocols_is_scored_under_one_that_is_named_or_its_only_one()
    {
        var whole = Kinema.Skeletons.Datasets.DatasetReader.Open(run.Data);
        void Write(string file, params string[] protocols) => Kinema.Skeletons.Datasets.PackedDataset.Write(
            new Kinema.Skeletons.Datasets.ClipDataset
            {
                Name = whole.Name, Layout = whole.Layout, Classes = whole.Classes, Clips = whole.Clips, Splits = whole.Splits, Protocol = protocols[0],
                Protocols = [.. protocols.Select(name => new Kinema.Skeletons.Datasets.ClipProtocol(name, whole.Splits))],
            },
            run.File(file), Kinema.Storage.StoredType.Float32);
        Write("several.safetensors", "xsub", "xview");
        Write("only.safetensors", "subject");

        var unnamed = CliProcess.Run("eval", run.Run, "--data", run.File("several.safetensors"), "--threads", "1");
        Assert.Equal(2, unnamed.ExitCode);
        Assert.EndsWith(
            "several.safetensors: no protocol 'official', which these weights were trained under; it has xsub, xview: name one of them with --protocol",
            Assert.Single(unnamed.ErrorLines), StringComparison.Ordinal);

        var named = CliProcess.Run("eval", run.Run, "--data", run.File("several.safetensors"), "--protocol", "xview", "--threads", "1");
        Assert.True(named.ExitCode == 0, named.Error);
        Assert.Contains("split test of the protocol xview", named.Output, StringComparison.Ordinal);

        // Where the training's protocol is there too, clips that trained are not taken for tests without a word.
        Write("trained.safetensors", "official", "again");
        var again = CliProcess.Run(
            "eval", run.Run, "--data", run.File("trained.safetensors"), "--protocol", "again", "--split", "train", "--threads", "1", "--json");
        Assert.Equal((0, "official"), (again.ExitCode, again.Document.GetProperty("trained_under").GetString()));
        var count = whole.Split("train").Count;
        Assert.Contains(
            $"{count} of the {count} clips of split 'train' of the protocol again trained these weights, under the protocol official",
            again.Error, StringComparison.Ordinal);

        var only = CliProcess.Run("eval", run.Run, "--data", run.File("only.safetensors"), "--threads", "1", "--json");
        Assert.Equal((0, "subject"), (only.ExitCode, only.Document.GetProperty("protocol").GetString()));
        Assert.Contains("its only one, subject, is taken", Assert.Single(only.ErrorLines), StringComparison.Ordinal);
    }

    private CliResult Eval(string weights, params string[] options) => CliProcess.Run(["eval", weights, "--data", run.Data, "--threads", "1", .. options]);
}
