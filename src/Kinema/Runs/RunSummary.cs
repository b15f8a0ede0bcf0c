using System.Text.Json.Nodes;
using System.Text.Json;
using Kinema.Recipes;
using Kinema.Storage;

namespace Kinema.Runs;

/// <summary>An accuracy with everything needed to read it right.</summary>
/// <param name="Epoch">After which epoch, counted from 1.</param>
/// <param name="Split">The clips it was measured on, e.g. <c>test (464 clips)</c> or <c>test without copies of training clips</c>.</param>
/// <param name="Clips">How many clips those are.</param>
/// <param name="Top1">Top-1 accuracy, 0..1.</param>
/// <param name="Top5">Top-5 accuracy, 0..1.</param>
public sealed record MeasuredAccuracy(int Epoch, string Split, int Clips, double Top1, double? Top5 = null);

/// <summary><c>summary.json</c>: a finished run in one document, fit to be kept with the code. Paths are cut to file names.</summary>
public sealed record RunSummary
{
    /// <summary>The resolved recipe.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>What the run ran on.</summary>
    public required RunEnvironment Environment { get; init; }

    /// <summary>The rows of <see cref="RunFolder.Metrics"/>.</summary>
    public required IReadOnlyList<EpochRow> Epochs { get; init; }

    /// <summary>The clips by which the best epoch was chosen, e.g. <c>test</c>: then the best is an optimistic number.</summary>
    public required string SelectedOn { get; init; }

    /// <summary>The best epoch, on each set of clips reported.</summary>
    public required IReadOnlyList<MeasuredAccuracy> Best { get; init; }

    /// <summary>The last epoch, on each set of clips reported.</summary>
    public required IReadOnlyList<MeasuredAccuracy> Last { get; init; }

    /// <summary>Trainable numbers of the network.</summary>
    public long? Parameters { get; init; }

    /// <summary>Seconds of the whole run, resumes added up.</summary>
    public double? Seconds { get; init; }

    /// <summary>The document.</summary>
    public string ToJson()
    {
        var recipe = Recipe with { Data = Recipe.Data with { Path = Name(Recipe.Data.Path), Layout = Name(Recipe.Data.Layout) } };
        var document = new JsonObject
        {
            ["schema"] = "kinema.run-summary",
            ["version"] = 1,
            ["recipe"] = recipe.Name,
            ["selected_on"] = SelectedOn,
            ["best"] = Node(Best),
            ["last"] = Node(Last),
            ["parameters"] = Parameters,
            ["seconds"] = Seconds,
            ["config"] = JsonNode.Parse(RecipeText.ToJson(recipe)),
            ["environment"] = Node(Environment),
            ["epochs"] = new JsonArray([.. Epochs.Select(row => JsonNode.Parse(row.ToJson()))]),
        };
        return document.ToJsonString(RunJson.Options) + "\n";

        static JsonNode? Node<T>(T value) => JsonSerializer.SerializeToNode(value, RunJson.Options);
        static string? Name(string? path) => path is null ? null : Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="KinemaException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.WriteAllText(path, ToJson());
}
