using System.CommandLine;
using System.Globalization;
using Kinema.Evaluation;
using Kinema.Runs;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema eval WEIGHTS --data PATH</c>: what a network scores on a split, class by class.</summary>
internal static class EvalCommand
{
    private const int Pairs = 5;

    public static Command Create()
    {
        var weights = new Argument<string>("weights") { Description = "a weight file, a checkpoint, or a run folder (its best epoch)" };
        var data = new Option<string?>("--data") { Description = "the data set; default: the run's", HelpName = "PATH" };
        var protocol = new Option<string?>("--protocol") { Description = "how the set is divided; default: the training's", HelpName = "NAME" };
        var split = new Option<string>("--split") { Description = "train or test", DefaultValueFactory = _ => "test", HelpName = "NAME" };
        var epoch = new Option<string>("--epoch") { Description = "of a run folder: best or last", DefaultValueFactory = _ => "best", HelpName = "WHICH" };
        epoch.AcceptOnlyFromAmong("best", "last");
        var batch = new Option<int?>("--batch") { Description = "clips at a time; default: the recipe's; lower it if memory runs out", HelpName = "N" };
        var expect = new Option<string?>("--expect") { Description = "exit 8 unless met, e.g. top1=0.90+-0.01", HelpName = "WHAT" };
        var scores = new Option<string?>("--scores") { Description = "also write the raw logits here, for ensemble", HelpName = "FILE" };
        var predictions = new Option<string?>("--predictions") { Description = "also write a CSV of every clip here", HelpName = "FILE" };
        var overwrite = new Option<bool>("--overwrite") { Description = "replace such files that are there" };
        var device = CommonOptions.Device();
        var threads = CommonOptions.Threads();
        return new Verb("eval", "scores a network on a split: top-1, top-5, classes, confusion")
        {
            weights, data, protocol, split, epoch, batch, expect, scores, predictions, overwrite, device, threads, CommonOptions.Json(),
        }.With(
            ["kinema eval zoo/ctr-gcn-nw-ucla-joint.safetensors --data nw-ucla.zip", "kinema eval runs/latest --data nw-ucla.zip --expect top1=0.90+-0.02"],
            "kinema ensemble; exit 8 if --expect is missed",
            (parse, terminal) =>
            {
                var expectation = parse.GetValue(expect) is { } text ? Expectation.Parse(text) : null;
                TargetFile.CheckAll([parse.GetValue(scores), parse.GetValue(predictions)], parse.GetValue(overwrite));
                TorchRuntime.Threads = parse.GetValue(threads) ?? Environment.ProcessorCount;
                var path = parse.GetRequiredValue(weights);
                if (parse.GetValue(batch) < 1) throw new KinemaException(ExitCode.Usage, $"--batch is at least 1; got {parse.GetValue(batch)}");
                if (parse.GetResult(epoch) is { Implicit: false } && File.Exists(path))
                    throw new KinemaException(ExitCode.Usage, $"--epoch chooses among the checkpoints of a run folder; {path} is a file: leave --epoch away");
                var place = Device.Require(parse.GetValue(device) ?? "cpu");
                using var model = TrainedModel.Load(WeightsOf(path, parse.GetRequiredValue(epoch)));
                var size = parse.GetValue(batch) ?? model.Recipe.Training.TestBatchSize;
                RemarkOnBatches(model, size, terminal);
                model.To(place);
                var set = Open(path, parse.GetValue(data), parse.GetValue(protocol), model, terminal);
                var name = parse.GetRequiredValue(split);
                var clips = Clips(set, name, terminal);
                RemarkOnTrainedClips(set, name, model.Recipe.Data.Split, terminal);
                var which = Directory.Exists(path) ? parse.GetRequiredValue(epoch) : null;
                var table = Evaluator.Score(model, clips, name, size, set.Protocol);
                var evaluation = SplitEvaluation.Of(table, ClipCopies.NamesIfTrained(set, name));
                if (parse.GetValue(scores) is { } scoreFile) ScoreFile.Save(table, scoreFile);
                if (parse.GetValue(predictions) is { } csv) PredictionsCsv.Write(table, csv);
                if (terminal.Json) WriteJson(evaluation, model, set.Protocol, terminal);
                else WriteText(evaluation, model, set.Protocol, which, terminal);
                if (expectation is not null && !expectation.IsMet(evaluation.All))
                {
                    terminal.ExitCode = ExitCode.CheckFailed;
                    terminal.Complain(
                        $"{path}: expected {expectation}, got {expectation.Measured(evaluation.All).ToString("0.0000", CultureInfo.InvariantCulture)}");
                }
            });
    }

    /// <summary>The file with the weights: itself, or a run folder's checkpoint.</summary>
    internal static string WeightsOf(string path, string epoch)
    {
        if (!Directory.Exists(path)) return path;
        var run = RunFolder.Open(path);
        var file = epoch == "last" ? run.LastCheckpoint : run.BestCheckpoint;
        return File.Exists(file)
            ? file
            : throw new KinemaException(ExitCode.Checkpoint, $"{path}: has no {Path.GetFileName(file)} yet; let its first epoch end");
    }

    /// <summary>Of an encoder whose scores depend on the clips beside a clip, other batches than those of training are told.</summary>
    internal static void RemarkOnBatches(TrainedModel model, int size, Terminal terminal)
    {
        var trained = model.Recipe.Training.TestBatchSize;
        if (size == trained || !model.Network.Encoder.ScoresDependOnBatch) return;
        terminal.Note(
            $"{model.Recipe.Model.Name} scores clips by their batch: {(size == 1 ? "one by one" : $"in batches of {size}")} they score otherwise "
            + $"than in training, whose test batches have {trained}");
    }

    private static ClipDataset Open(string weights, string? data, string? protocol, TrainedModel model, Terminal terminal)
    {
        var path = data
            ?? (Directory.Exists(weights) ? Recipes.RecipeLoader.Parse(RunFolder.Open(weights).ReadConfig(), RunFolder.Open(weights).Config).Data.Path : null)
            ?? throw new KinemaException(ExitCode.Usage, $"{weights}: does not say where its clips are; give --data PATH");
        var whole = DatasetReader.OpenWhole(path, model.Layout);
        var set = whole.Under(ProtocolChoice.Of(
            whole, path, protocol, model.Recipe.Data.Split, "which these weights were trained under", "name one of them with --protocol", terminal));
        string?[] remarks =
        [
            PreparationFit.Remark(model.Recipe.Data.Pipeline, set), PreparationFit.Remark(model, set.Name, set.Preparation), IncompleteSet.Remark(set),
        ];
        foreach (var remark in remarks.OfType<string>()) terminal.Note(remark);
        return set.Classes.SequenceEqual(model.Classes) ? set
            : throw new KinemaException(
                ExitCode.Data, set.Classes.Count == 0
                    ? $"{path}: its clips have no labels to compare answers with; 'kinema predict' names clips"
                    : $"{path}: has the classes {string.Join(", ", set.Classes)}; these weights were trained for {string.Join(", ", model.Classes)}");
    }

    // Of another protocol than that of the training, some of the tests may have trained.
    private static void RemarkOnTrainedClips(ClipDataset set, string split, string protocol, Terminal terminal)
    {
        if (set.Protocol == protocol || set.Protocols.FirstOrDefault(one => one.Name == protocol)?.Splits.GetValueOrDefault("train") is not { } trained) return;
        var asked = set.Split(split);
        if (asked.Intersect(trained).Count() is var known and > 0)
            terminal.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{known} of the {asked.Count} clips of split '{split}' of the protocol {set.Protocol} trained these weights, under the protocol {protocol}"));
    }

    // A part of a data set may be scored, such as the clips of one camera: what is missing is said.
    private static SkeletonClip[] Clips(ClipDataset set, string split, Terminal terminal)
    {
        SkeletonClip[] clips = [.. set.Split(split).Select(index => set.Clips[index])];
        if (clips.Length == 0) throw new KinemaException(ExitCode.Data, $"{set.Name}: split '{split}' of the protocol {set.Protocol} has no clips");
        var classes = clips.Select(clip => clip.Label).Where(label => label >= 0).Distinct().Count();
        if (classes < set.Classes.Count)
            terminal.Note(string.Create(
                CultureInfo.InvariantCulture, $"the {clips.Length} clips of split '{split}' are of {classes} of the {set.Classes.Count} classes"));
        return clips;
    }

    private static void WriteText(SplitEvaluation evaluation, TrainedModel model, string protocol, string? epoch, Terminal terminal)
    {
        var (output, all, without) = (terminal.Out, evaluation.All, evaluation.WithoutCopies);
        var of = epoch is null ? "" : $", the run's {epoch} epoch";
        Line($"{model.Recipe.Name}, stream {model.Recipe.Data.Stream}, split {evaluation.Split} of the protocol {protocol}{of}");
        Line($"{Accuracies(all)}, cross entropy {all.CrossEntropy:0.0000}");
        if (without is not null)
        {
            Line($"{evaluation.Copies} of these clips are number-for-number copies of training clips; without them:");
            Line($"{Accuracies(without)}");
        }

        output.WriteLine();
        var table = new TextTable(["class", "clips", "right", "accuracy", .. all.Classes.Select(one => $"{one.Index}")])
        {
            RightAligned = [1, 2, 3, .. Enumerable.Range(4, all.Classes.Count)],
        };
        foreach (var one in all.Classes)
        {
            table.Add([
                $"{one.Index} {one.Name}", $"{one.Support}", $"{one.Correct}", one.Accuracy is { } share ? Percent(share) : "-",
                .. Enumerable.Range(0, all.Classes.Count).Select(predicted => all.Confusion(one.Index, predicted) is var count and > 0 ? $"{count}" : "."),
            ]);
        }

        table.Write(output);
        foreach (var pair in all.MostConfused(Pairs))
            Line($"{all.ClassNames[pair.Truth]} taken for {all.ClassNames[pair.Predicted]}: {pair.Count} of {pair.Support}");

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteJson(SplitEvaluation evaluation, TrainedModel model, string protocol, Terminal terminal) => Json.Write(terminal, "kinema.eval", new
    {
        Recipe = model.Recipe.Name, Model = model.Recipe.Model.Name, model.Epoch, model.Recipe.Data.Stream, Protocol = protocol,
        TrainedUnder = model.Recipe.Data.Split, evaluation.Split,
        All = Figures(evaluation.All), evaluation.Copies, WithoutCopies = evaluation.WithoutCopies is { } without ? Figures(without) : null,
    });

    private static object Figures(EvaluationResult result) => new
    {
        Clips = result.Count, result.Correct, result.Top1, result.Top5, result.BalancedAccuracy, result.CrossEntropy,
        Classes = result.Classes.Select(one => new { one.Index, one.Name, Clips = one.Support, one.Correct, one.Accuracy }),
        Confusion = Enumerable.Range(0, result.Classes.Count).Select(
            truth => Enumerable.Range(0, result.Classes.Count).Select(predicted => result.Confusion(truth, predicted))),
    };

    private static string Accuracies(EvaluationResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"top-1 {100 * result.Top1:0.00} % ({result.Correct} of {result.Count}), top-5 {100 * result.Top5:0.00} %, ")
        + string.Create(CultureInfo.InvariantCulture, $"mean over classes {100 * result.BalancedAccuracy:0.00} %");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    /// <summary>A promise such as <c>top1=0.90+-0.01</c> (within), or <c>top1=0.90</c> (at least).</summary>
    private sealed record Expectation(string Metric, double Value, double? Tolerance)
    {
        public static Expectation Parse(string text)
        {
            var parts = text.Split('=', 2);
            var numbers = parts.Length == 2 ? parts[1].Split("+-", 2) : [];
            if (parts[0] is "top1" or "top5" && numbers.Length > 0 && Number(numbers[0]) is { } value
                && (numbers.Length == 1 || Number(numbers[1]) is not null))
                return new Expectation(parts[0], value, numbers.Length == 2 ? Number(numbers[1]) : null);
            throw new KinemaException(ExitCode.Usage, $"--expect is top1=0.90 (at least) or top5=0.99+-0.01 (within), in shares of 1; got '{text}'");

            static double? Number(string number) =>
                double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) && parsed is >= 0 and <= 1 ? parsed : null;
        }

        public double Measured(EvaluationResult result) => Metric == "top1" ? result.Top1 : result.Top5;

        public bool IsMet(EvaluationResult result) => Tolerance is { } within ? Math.Abs(Measured(result) - Value) <= within : Measured(result) >= Value;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Metric} {(Tolerance is { } within ? $"{Value:0.0000} ± {within:0.0000}" : $"at least {Value:0.0000}")}");
    }
}
