using Kinema.Evaluation;

namespace Kinema.Cli.Tests;

public class EnsembleTests
{
    [Fact]
    public void Two_streams_that_err_on_different_clips_are_right_together()
    {
        using var folder = new TemporaryFolder();
        Scores(folder.File("joint.safetensors"), "joint", [3, 0, 1, 0]);         // wrong about the second clip, by little
        Scores(folder.File("bone.safetensors"), "bone", [0, 1, 0, 3]);           // wrong about the first clip, by little

        var run = CliProcess.Run("ensemble", folder.File("joint.safetensors"), folder.File("bone.safetensors"), "--json");

        var rows = run.Document.GetProperty("rows").EnumerateArray()
            .ToDictionary(
                row => string.Join('+', row.GetProperty("streams").EnumerateArray()), row => row.GetProperty("all").GetProperty("correct").GetInt32());
        Assert.Equal(new() { ["joint"] = 1, ["bone"] = 1, ["joint+bone"] = 2 }, rows);
    }

    [Fact]
    public void Copies_of_training_clips_are_left_out_in_a_column_of_their_own()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));
        Scores(folder.File("joint.safetensors"), "joint", [1, 0, 1, 0]);         // right about the copy, wrong about the other clip

        var run = CliProcess.Run("ensemble", folder.File("joint.safetensors"), "--data", folder.Path);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("50.00 %", run.Output, StringComparison.Ordinal);
        Assert.Contains("0.00 %    0/1", run.Output, StringComparison.Ordinal);
    }

    [Theory, InlineData("xsub", 1), InlineData("xview", 0), InlineData(null, 0)]
    public void Copies_are_those_of_the_protocol_the_scores_were_made_under(string? protocol, int copies)
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopyUnderOneProtocol(folder.File("set.safetensors"));
        Scores(folder.File("joint.safetensors"), "joint", [1, 0, 1, 0], protocol);

        var run = CliProcess.Run("ensemble", folder.File("joint.safetensors"), "--data", folder.File("set.safetensors"), "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(copies, run.Document.GetProperty("copies").GetInt32());
    }

    [Fact]
    public void Scores_of_a_protocol_that_the_set_has_not_are_refused_where_there_is_a_choice_and_else_take_its_only_one()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopyUnderOneProtocol(folder.File("two.safetensors"));
        Sets.WithACopy(folder.File("one.safetensors"));
        Scores(folder.File("joint.safetensors"), "joint", [1, 0, 1, 0], "xset");

        var refused = CliProcess.Run("ensemble", folder.File("joint.safetensors"), "--data", folder.File("two.safetensors"), "--quiet");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("no protocol 'xset', which these scores are of; it has xview, xsub", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);

        var taken = CliProcess.Run("ensemble", folder.File("joint.safetensors"), "--data", folder.File("one.safetensors"), "--json");
        Assert.Equal(1, taken.Document.GetProperty("copies").GetInt32());
        Assert.Contains("its only one, official, is taken", taken.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_without_training_clips_has_no_copies_of_them()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopyUnderOneProtocol(folder.File("part.safetensors"), trains: false);
        Scores(folder.File("joint.safetensors"), "joint", [1, 0, 1, 0], "xsub");

        var run = CliProcess.Run("ensemble", folder.File("joint.safetensors"), "--data", folder.File("part.safetensors"), "--json");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(0, run.Document.GetProperty("copies").GetInt32());
        Assert.Contains("copies of training clips are not looked for: its protocol xsub has no split 'train'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_tuned_on_the_test_labels_carry_their_warning()
    {
        using var folder = new TemporaryFolder();
        Scores(folder.File("joint.safetensors"), "joint", [3, 0, 1, 0]);
        Scores(folder.File("bone.safetensors"), "bone", [0, 1, 0, 3]);

        var run = CliProcess.Run("ensemble", folder.File("joint.safetensors"), folder.File("bone.safetensors"), "--weights", "tuned");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("upper bound", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bone_factor_weighs_bone_beside_joint_alone_and_needs_weights_with_a_name()
    {
        using var folder = new TemporaryFolder();
        Scores(folder.File("joint.safetensors"), "joint", [3, 0, 1, 0]);
        Scores(folder.File("bone.safetensors"), "bone", [0, 1, 0, 3]);
        string[] line = ["ensemble", folder.File("joint.safetensors"), folder.File("bone.safetensors"), "--quiet", "--bone-factor"];

        var rows = CliProcess.Run([.. line, "0.25", "--json"]).Document.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal([1, 0.25], rows[2].GetProperty("weights").EnumerateArray().Select(weight => weight.GetDouble()));
        Assert.Equal(1, rows[2].GetProperty("all").GetProperty("correct").GetInt32());          // 3/4 does not outweigh 1

        foreach (var (options, why) in ((string[], string)[])[(["-1"], "at least 0"), (["0.25", "--weights", "1,1"], "would change nothing")])
        {
            var refused = CliProcess.Run([.. line, .. options]);
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(why, Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_figures_of_the_paper_stand_beside_the_rows_they_belong_to()
    {
        using var folder = new TemporaryFolder();
        foreach (var (stream, logits) in ((string, float[])[])[("joint", [3, 0, 1, 0]), ("bone", [0, 1, 0, 3])])
        {
            Directory.CreateDirectory(folder.File(stream));
            Scores(folder.File($"{stream}/scores.safetensors"), stream, logits);
            File.WriteAllText(
                folder.File($"{stream}/config.yaml"), "name: toy\ntargets: {source: Table 3, joint: 94.6, two-streams: 94.2, four-streams: 96.5}\n");
        }

        string[] line = ["ensemble", folder.File("joint"), folder.File("bone")];
        var rows = CliProcess.Run([.. line, "--json"]).Document.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("published")).ToList();
        Assert.Equal(0.946, rows[0].GetProperty("top1").GetDouble());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, rows[1].ValueKind);
        Assert.Equal(0.942, rows[2].GetProperty("top1").GetDouble(), 12);
        Assert.Equal("Table 3", rows[2].GetProperty("source").GetString());

        var text = CliProcess.Run(line);
        Assert.Matches("joint \\+ bone .* 94\\.20 %", text.Output);
        Assert.Contains("the paper's: Table 3; on all clips, not measured here", text.Error, StringComparison.Ordinal);

        // Runs whose recipes quote different figures have none in common.
        File.WriteAllText(folder.File("bone/config.yaml"), "name: toy\ntargets: {source: Table 3, two-streams: 95}\n");
        Assert.Equal(
            System.Text.Json.JsonValueKind.Null, CliProcess.Run([.. line, "--json"]).Document.GetProperty("rows")[2].GetProperty("published").ValueKind);
    }

    [Theory]
    [InlineData("best", 2, "use one of ctr-gcn")]
    [InlineData("0.5,0.5", 2, "one weight a table")]
    [InlineData("0.5;0.5", 2, "'0.5;0.5' is not a number")]
    public void Weights_that_make_no_sense_are_refused(string weights, int exit, string why)
    {
        using var folder = new TemporaryFolder();
        Scores(folder.File("joint.safetensors"), "joint", [3, 0, 1, 0]);

        var run = CliProcess.Run("ensemble", folder.File("joint.safetensors"), "--weights", weights, "--quiet");

        Assert.Equal(exit, run.ExitCode);
        Assert.Contains(why, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }

    /// <summary>Two test clips of class 0 and 1, two classes.</summary>
    private static void Scores(string path, string stream, float[] logits, string? protocol = null) =>
        ScoreFile.Save(new ScoreTable(["test-0", "test-1"], [0, 1], logits, ["sit", "stand"], "test", stream, protocol), path);
}
