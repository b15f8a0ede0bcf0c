using System.CommandLine;
using System.Globalization;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema predict CLIP --weights FILE</c>: which action each of some clips shows.</summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var clips = new Argument<string[]>("clip")
        {
            Description = "one clip (.json), a packed set, or files, folders and zips that 'data convert' reads; - reads a clip from standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var weights = new Option<string>("--weights", "-w")
        {
            Description = "a weight file, a checkpoint, or a run folder (its best epoch)", HelpName = "PATH", Required = true,
        };
        var top = new Option<int>("--top") { Description = "how many classes to name", DefaultValueFactory = _ => 5, HelpName = "K" };
        var least = new Option<double>("--min-score")
        {
            Description = "below this the answer is 'none of these'", DefaultValueFactory = _ => 0, HelpName = "P",
        };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        return new Verb("predict", "names the action of one or more clips")
        {
            clips, weights, top, least, device, threads, CommonOptions.Json(),
        }.With(
            ["kinema predict clip.json --weights zoo/ctr-gcn-nw-ucla-joint.safetensors", "kinema predict toy/clips/*.json --weights runs/latest --top 3 --json"],
            "docs/your-own-data.md, step 7. --json writes one object a line; scores are softmax probabilities",
            (parse, terminal) =>
            {
                var (count, threshold) = (parse.GetValue(top), parse.GetValue(least));
                if (count < 1) throw new KinemaException(ExitCode.Usage, $"--top is at least 1; got {count}");
                if (threshold is < 0 or > 1 or double.NaN)
                    throw new KinemaException(
                        ExitCode.Usage, $"--min-score is a probability from 0 to 1; got {threshold.ToString(CultureInfo.InvariantCulture)}");
                TorchRuntime.Preload();
                var place = Device.Require(parse.GetValue(device) ?? "cpu");
                using var model = TrainedModel.Load(EvalCommand.WeightsOf(parse.GetRequiredValue(weights), "best"));
                TorchRuntime.Threads = parse.GetValue(threads) ?? Environment.ProcessorCount;
                EvalCommand.RemarkOnBatches(model, ClipNaming.AtATime, terminal);
                model.To(place);
                var naming = new ClipNaming(model, count, threshold, terminal);
                foreach (var path in parse.GetRequiredValue(clips)) naming.Answer(path);
            });
    }
}
