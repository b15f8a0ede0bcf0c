using Kinema.Encoders;
using Kinema.Runs;

namespace Kinema.Cli.Tests;

/// <summary>Every encoder through the command line: with CSRE and without a line about it anywhere.</summary>
[Collection("Trained")]
public class EveryEncoderTests(TrainedRun tiny)
{
    public static TheoryData<string> Names => [.. EncoderRegistry.All.Select(model => model.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Trains_with_csre_evaluates_and_predicts(string name)
    {
        var run = tiny.File($"run-{name}");
        var train = tiny.Train("--model", name, "--set", "model.channels=32", "--set", "training.learning-rate=0.005", "--csre", "--out", run, "--json");
        Assert.True(train.ExitCode == 0, train.Error);

        // Eight clips a step in three steps: by the third the bank has enough rows of a class and of others.
        Assert.True(EpochLog.Read(Path.Combine(run, "metrics.jsonl"))[0][MetricNames.TrainAnchors] > 0, "the plug-in had no anchor");

        // The recipe is one of CTR-GCN: whatever shows a result says what it was trained with.
        var title = name == "ctr-gcn" ? "test/tiny" : $"test/tiny-with-{name}";
        Assert.Equal((title, name), (train.Document.GetProperty("recipe").GetString(), train.Document.GetProperty("model").GetString()));
        Assert.Contains($"<title>{title}", File.ReadAllText(Path.Combine(run, "report.html")), StringComparison.Ordinal);

        var eval = CliProcess.Run("eval", run, "--data", tiny.Data, "--threads", "1", "--json");
        Assert.True(eval.ExitCode == 0, eval.Error);
        Assert.Equal((title, name), (eval.Document.GetProperty("recipe").GetString(), eval.Document.GetProperty("model").GetString()));
        Assert.Equal(
            train.Document.GetProperty("best").GetProperty("top1").GetDouble(), eval.Document.GetProperty("all").GetProperty("top1").GetDouble());

        var predict = CliProcess.Run("predict", tiny.File("first.json"), "--weights", run, "--threads", "1", "--json");
        Assert.True(predict.ExitCode == 0, predict.Error);

        // Where scores depend on the clips beside a clip, other batches than those of training are told, and a clip by itself is one.
        Assert.DoesNotContain("by their batch", eval.Error, StringComparison.Ordinal);
        Assert.Equal(name == "blockgcn", predict.Error.Contains(
            $"{name} scores clips by their batch: one by one they score otherwise than in training, whose test batches have 16", StringComparison.Ordinal));
        if (name != "blockgcn") return;
        var small = CliProcess.Run("eval", run, "--data", tiny.Data, "--batch", "5", "--threads", "1", "--json");
        Assert.Contains($"{name} scores clips by their batch: in batches of 5 they score otherwise than in training", small.Error, StringComparison.Ordinal);
    }
}
