using System.CommandLine;
using System.Globalization;
using Kinema.Evaluation;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema predict CLIP --weights FILE</c>: which action a clip shows.</summary>
internal static class PredictCommand
{
    private const int AtATime = 1;

    public static Command Create()
    {
        var clips = new Argument<string[]>("clip")
        {
            Description = "clip files (.json); - reads one clip from standard input", Arity = ArgumentArity.OneOrMore,
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
            "--json writes one object a line; scores are softmax probabilities; docs/data.md has the clip format",
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
                EvalCommand.RemarkOnBatches(model, AtATime, terminal);
                model.To(place);
                foreach (var path in parse.GetRequiredValue(clips)) Answer(path, model, count, threshold, terminal);
            });
    }

    private static void Answer(string path, TrainedModel model, int count, double threshold, Terminal terminal)
    {
        var clip = Read(path, model);
        var scores = Evaluator.Score(model, [clip], "clip", AtATime);
        var row = scores.Row(0).ToArray();
        var total = Ranking.LogSumExp(row);
        var answers = Ranking.Top(row, Math.Min(count, row.Length)).Select(
            label => (Label: label, Name: model.Classes[label], Score: Math.Exp(row[label] - total))).ToList();
        var known = answers[0].Score >= threshold;
        if (terminal.Json)
        {
            Json.WriteLine(terminal, "kinema.prediction", new
            {
                Clip = clip.Name, clip.Frames, Known = known,
                Top = answers.Select(answer => new { answer.Label, answer.Name, answer.Score }),
            });
            return;
        }

        var list = string.Join(", ", answers.Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.Name} {100 * answer.Score:0.0} %")));
        terminal.Out.WriteLine($"{clip.Name}: {(known ? list : $"none of these ({list})")}");
    }

    private static SkeletonClip Read(string path, TrainedModel model)
    {
        if (path != "-") return ClipJson.Read(path, model.Layout);
        using var input = Console.OpenStandardInput();
        return ClipJson.Read(input, "stdin", "standard input", model.Layout);
    }
}
