using System.CommandLine;
using System.Globalization;
using Kinema.Evaluation;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema predict CLIP --weights FILE</c>: which action each of some clips shows. One that cannot be read is named; the others are answered.</summary>
internal static class PredictCommand
{
    private const int AtATime = 1;

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
                EvalCommand.RemarkOnBatches(model, AtATime, terminal);
                model.To(place);
                foreach (var path in parse.GetRequiredValue(clips))
                    OrElse(terminal, () => AnswerAll(path, model, clip => Answer(clip, model, count, threshold, terminal), terminal));
            });
    }

    private static void AnswerAll(string path, TrainedModel model, Action<SkeletonClip> answer, Terminal terminal)
    {
        if (path == "-")
        {
            using var input = Console.OpenStandardInput();
            answer(ClipJson.Read(input, "stdin", "standard input", model.Layout));
        }
        else if (UnlabelledClips.IsClipJson(path))
        {
            answer(ClipJson.Read(path, model.Layout));
        }
        else
        {
            using var source = UnlabelledClips.Open(path, model.Layout, model.Recipe.Data.Persons);
            if (PreparationFit.Remark(model, source.Name, source.Preparation) is { } remark) terminal.Note(remark);
            using var reader = source.Open();
            for (var item = 0; item < source.Items.Count; item++)
                OrElse(terminal, () => AnswerItem(reader.Read(item), answer));
        }
    }

    private static void AnswerItem(ItemClips item, Action<SkeletonClip> answer)
    {
        foreach (var clip in item.Clips) answer(clip);
        if (item.Skipped is [{ Reason: var reason }, ..]) throw new KinemaException(ExitCode.Data, reason);
    }

    private static void OrElse(Terminal terminal, Action action)
    {
        try
        {
            action();
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
        {
            terminal.Complain(error.Message);
            terminal.ExitCode = ExitCode.Data;
        }
    }

    private static void Answer(SkeletonClip clip, TrainedModel model, int count, double threshold, Terminal terminal)
    {
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
}
