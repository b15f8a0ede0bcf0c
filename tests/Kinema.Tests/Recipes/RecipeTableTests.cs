using System.Globalization;
using Kinema.Recipes;

namespace Kinema.Tests.Recipes;

/// <summary>
/// What matters of every recipe of the paper's five benchmarks, one line each: compared by hand with the authors' settings once, and held since.
/// </summary>
public class RecipeTableTests
{
    private static readonly string[] Benchmarks = ["nw-ucla", "ntu60-xsub", "ntu60-xview", "ntu120-xsub", "ntu120-xset"];

    private static string Approved => Path.Combine(Repository.Root, "tests", "Kinema.Tests", "Recipes", "Approved", "benchmarks.txt");

    [Fact]
    public void Nothing_that_matters_in_a_recipe_of_a_benchmark_changes_unnoticed()
    {
        var approved = File.ReadAllLines(Approved).Where(line => line.Length > 0 && line[0] != '#').ToList();
        var actual = Names().Select(name => Line(RecipeLoader.LoadFile(Path.Combine(Repository.Root, "recipes", name + ".yaml")))).ToList();

        var changed = approved.Except(actual).Select(line => "- " + line).Concat(actual.Except(approved).Select(line => "+ " + line)).ToList();

        Assert.True(changed.Count == 0, $"if the change is wanted, change {Approved} too:\n{string.Join('\n', changed.Order(LineOrder))}");
        Assert.Equal(approved, actual);
    }

    private static Comparer<string> LineOrder => Comparer<string>.Create((a, b) => string.CompareOrdinal(a, 2, b, 2, int.MaxValue));

    private static IEnumerable<string> Names() =>
        from benchmark in Benchmarks
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "recipes", benchmark), "*.yaml").Order(StringComparer.Ordinal)
        select $"{benchmark}/{Path.GetFileNameWithoutExtension(file)}";

    private static string Line(Recipe recipe)
    {
        var (training, schedule, data, targets) = (recipe.Training, recipe.Training.Schedule, recipe.Data, recipe.Targets);
        var optimizer = training.Optimizer == OptimizerKind.Sgd
            ? $"sgd {Text(training.Momentum)}{(training.Nesterov ? "n" : "")}" : training.Optimizer.ToString().ToLowerInvariant();
        var decay = schedule.Kind switch
        {
            ScheduleKind.Steps => $"{string.Join(',', schedule.Steps)} x{Text(schedule.Factor)}",
            ScheduleKind.Exponential => $"exponential x{Text(schedule.Factor)}",
            _ => schedule.Kind.ToString().ToLowerInvariant(),
        };
        double?[] published = [targets.Joint, targets.Bone, targets.JointMotion, targets.BoneMotion, targets.TwoStreams, targets.FourStreams];
        string[] columns =
        [
            $"{recipe.Name,-29}", $"{Model(recipe.Model),-15}",
            $"{training.Epochs,3} of {training.BatchSize,3}/{training.TestBatchSize,-3} seed {training.Seed}",
            $"{optimizer,-8} {Text(training.LearningRate),-5} wd {Text(training.WeightDecay),-6}{(training.ClipNorm is { } clip ? $" clip {Text(clip)}" : ""),-8}",
            $"{decay,-17} +{schedule.WarmupEpochs}", $"ls {Text(training.LabelSmoothing),-3}",
            $"{data.Layout,-7} {data.Split,-8} {data.Pipeline,-7} {data.Variant,-4} {data.Frames,3}x{data.Repeat} M{data.Persons} {data.AbsentPerson}",
            $"{Csre(recipe.Csre),-25}",
            published.All(number => number is null) ? "-"
                : $"{string.Join(' ', published.Select(Text))} {(targets.Tolerance is null ? "no verdict" : $"±{Text(targets.Tolerance)}")}",
        ];
        return string.Join(" | ", columns);
    }

    private static string Model(ModelSettings model)
    {
        var name = model.Name + (model.Channels is { } width ? $" {width}" : "") + (model.LastChannels is { } last ? $"-{last}" : "");
        string[] shown = ["model.name", "model.channels", "model.last-channels"];
        var recipe = new Recipe { Model = model };
        var others = RecipeKeys.All.Where(key => key.Path.StartsWith("model.", StringComparison.Ordinal) && !shown.Contains(key.Path))
            .Where(key => key.Text(recipe) != key.Default).Select(key => $" {key.Path["model.".Length..]} {key.Text(recipe)}");
        return name + string.Concat(others);
    }

    private static string Csre(CsreSettings csre) => !csre.Enabled ? "-" : string.Create(
        CultureInfo.InvariantCulture,
        $"{csre.HardPositives}/{csre.HardNegatives}/{csre.RandomNegatives} τ{csre.Temperature} w{csre.SpatialFactor},{csre.TemporalFactor}");

    private static string Text(double? number) => number?.ToString("0.#####", CultureInfo.InvariantCulture) ?? "-";
}
