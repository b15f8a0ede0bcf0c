using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kinema.Runs;

/// <summary>Names of the values a training run records per epoch. Fractions are in 0..1, losses in nats.</summary>
public static class MetricNames
{
    /// <summary>The total training loss, mean over the epoch's steps.</summary>
    public const string TrainLoss = "train_loss";

    /// <summary>Its cross entropy.</summary>
    public const string TrainCrossEntropy = "train_cross_entropy";

    /// <summary>Its spatial contrastive term, before weighting.</summary>
    public const string TrainSpatial = "train_spatial";

    /// <summary>Its temporal contrastive term, before weighting.</summary>
    public const string TrainTemporal = "train_temporal";

    /// <summary>Share of anchors that took part in the contrastive terms.</summary>
    public const string TrainAnchors = "train_anchors";

    /// <summary>Top-1 accuracy on the training clips as they were seen.</summary>
    public const string TrainTop1 = "train_top1";

    /// <summary>The epoch's learning rate.</summary>
    public const string LearningRate = "learning_rate";

    /// <summary>Cross entropy on the test clips.</summary>
    public const string TestLoss = "test_loss";

    /// <summary>Top-1 accuracy on the test clips.</summary>
    public const string TestTop1 = "test_top1";

    /// <summary>Top-5 accuracy on the test clips.</summary>
    public const string TestTop5 = "test_top5";

    /// <summary>Seconds of the epoch, evaluation included.</summary>
    public const string Seconds = "seconds";

    /// <summary>Training clips per second.</summary>
    public const string ClipsPerSecond = "clips_per_second";

    /// <summary>Share of the training time spent waiting for data.</summary>
    public const string DataShare = "data_share";

    /// <summary>Largest memory of the process so far, bytes.</summary>
    public const string PeakBytes = "peak_bytes";
}

/// <summary>What one epoch left behind: named numbers in the order given.</summary>
/// <param name="Epoch">The epoch, counted from 1.</param>
/// <param name="Values">Names and numbers; null means not measured. NaN and infinity are stored as null, since JSON has no word for
/// them.</param>
public sealed record EpochRow(int Epoch, IReadOnlyList<KeyValuePair<string, double?>> Values)
{
    /// <summary>A row from names and numbers.</summary>
    public static EpochRow Of(int epoch, params ReadOnlySpan<(string Name, double? Value)> values)
    {
        var list = new List<KeyValuePair<string, double?>>();
        foreach (var (name, value) in values)
            list.Add(new(name, value is { } number && double.IsFinite(number) ? number : null));
        return new(epoch, list);
    }

    /// <summary>The number of that name; null if there is none.</summary>
    public double? this[string name] => Values.FirstOrDefault(pair => pair.Key == name).Value;

    /// <summary>The row as one line of JSON, exact to the last bit.</summary>
    public string ToJson()
    {
        var text = new StringBuilder("{\"epoch\":").Append(Epoch.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in Values)
            text.Append(',').Append(JsonSerializer.Serialize(name)).Append(':').Append(Text(value) ?? "null");
        return text.Append('}').ToString();
    }

    /// <summary>Reads such a line.</summary>
    /// <exception cref="FormatException">It is no such line.</exception>
    public static EpochRow FromJson(string line)
    {
        try
        {
            var pairs = JsonNode.Parse(line)!.AsObject().ToList();
            return new((int)pairs.Single(pair => pair.Key == "epoch").Value!,
                [.. pairs.Where(pair => pair.Key != "epoch").Select(pair => KeyValuePair.Create(pair.Key, (double?)pair.Value))]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or NullReferenceException
            or ArgumentException or OverflowException)
        {
            throw new FormatException($"not a line of metrics: {error.Message}", error);
        }
    }

    internal static string? Text(double? value) =>
        value is { } number && double.IsFinite(number) ? number.ToString("R", CultureInfo.InvariantCulture) : null;
}
