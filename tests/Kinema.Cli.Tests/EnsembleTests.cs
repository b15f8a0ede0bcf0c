using Kinema.Evaluation;
using Xunit;

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
            .ToDictionary(row => string.Join('+', row.GetProperty("streams").EnumerateArray()), row => row.GetProperty("all").GetProperty("correct").GetInt32());
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
    private static void Scores(string path, string stream, float[] logits) =>
        ScoreFile.Save(new ScoreTable(["test-0", "test-1"], [0, 1], logits, ["sit", "stand"], "test", stream), path);
}
