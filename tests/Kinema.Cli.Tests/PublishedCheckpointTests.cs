using Kinema.Encoders;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Cli.Tests;

/// <summary>
/// The commands of docs/published-checkpoints.md on real clips of NTU RGB+D: with weights that others trained where those are at hand, in the folder
/// <c>weights</c> beside the recordings, and with random ones anyway.
/// </summary>
public sealed class PublishedCheckpointTests : IDisposable
{
    private const string Clips = "data/ntu-rgbd-samples.zip";

    private readonly TemporaryFolder folder = new();

    [SharedFact("weights/ntu_ShiftGCN_joint_xview.pt")]
    public void The_authors_shift_gcn_recognises_198_of_208() =>
        Assert.Equal((198, 208), Evaluate("weights/ntu_ShiftGCN_joint_xview.pt", "shift-gcn", "skeleton-contrast"));

    [SharedFact("weights/epoch100_acc87.14_model.pt")]
    public void The_authors_actclr_recognises_179_of_208() =>
        Assert.Equal((179, 208), Evaluate("weights/epoch100_acc87.14_model.pt", "st-gcn-actclr", "st-gcn"));

    [SharedFact("weights/epoch100_acc77.76_model.pt")]
    public void The_authors_aimclr_recognises_163_of_208() =>
        Assert.Equal((163, 208), Evaluate("weights/epoch100_acc77.76_model.pt", "st-gcn-actclr", "st-gcn"));

    [SharedFact(Clips)]
    public void The_commands_of_the_manual_run_on_a_few_clips()
    {
        using (TensorScope.Begin())
        {
            using var random = new Generator(1);
            using var network = new Recogniser(
                EncoderRegistry.Get("st-gcn").Create(new EncoderInput(Layouts.Ntu, 3, 50, 2), new EncoderSettings(Width: 16, Dropout: 0, LastWidth: 256)), 60);
            network.Initialise(random);
            SafeTensors.Write(folder.File("theirs.safetensors"), StateFiles.Save(network).Select(tensor =>
                tensor.Named($"encoder_q.{tensor.Name.Replace("fcn.", "fc.", StringComparison.Ordinal)}")));
        }

        var (_, count) = Evaluate(folder.File("theirs.safetensors"), "st-gcn-actclr", "st-gcn", only: "S001C001P001R001A00?");

        Assert.InRange(count, 5, 9);
    }

    [SharedFact(Clips)]
    public void A_pattern_that_no_clip_is_named_like_is_refused_with_an_example()
    {
        var prepare = Prepare("st-gcn", "S001C004*");
        Assert.Equal((int)ExitCode.Data, prepare.ExitCode);
        Assert.Matches("none of the names of its [0-9]+ items, which are like S001C001P001R001A00[0-9], is like 'S001C004\\*'", prepare.Error);
    }

    public void Dispose() => folder.Dispose();

    private CliResult Prepare(string preparation, string only) => CliProcess.Run(
        "data", "prepare", "ntu60", "--in", Repository.Shared(Clips), "--preparation", preparation, "--only", only, "--out", folder.File("clips.safetensors"));

    private (int Correct, int Count) Evaluate(string weights, string recipe, string preparation, string only = "S001C001*")
    {
        var prepare = Prepare(preparation, only);
        Assert.True(prepare.ExitCode == 0, prepare.Error);
        var import = CliProcess.Run(
            "models", "import", Path.IsPathRooted(weights) ? weights : Repository.Shared(weights),
            "--config", Path.Combine(Repository.Root, "recipes", "ntu60-xview", $"{recipe}.yaml"),
            "--data", folder.File("clips.safetensors"), "--out", folder.File("w.safetensors"));
        Assert.True(import.ExitCode == 0, import.Error);
        var eval = CliProcess.Run("eval", folder.File("w.safetensors"), "--data", folder.File("clips.safetensors"), "--batch", "8", "--threads", "2", "--json");
        Assert.True(eval.ExitCode == 0, eval.Error);
        var all = eval.Document.GetProperty("all");
        return (all.GetProperty("correct").GetInt32(), all.GetProperty("clips").GetInt32());
    }
}
