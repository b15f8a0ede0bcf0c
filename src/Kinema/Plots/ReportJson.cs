using System.Buffers;
using System.Text;
using System.Text.Json;
using Kinema.Evaluation;

namespace Kinema.Plots;

/// <summary>
/// The report's facts for scripts: one JSON document with <c>schema</c> and <c>version</c>. Fractions are in 0..1, what was not
/// measured is null, and keys are not renamed within a version.
/// </summary>
public static class ReportJson
{
    /// <summary>The schema's name.</summary>
    public const string Schema = "kinema.report";

    /// <summary>The schema's version.</summary>
    public const int Version = 1;

    /// <summary>The document, indented.</summary>
    public static string Text(ReportModel model)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            json.WriteNumber("version", Version);
            Run(json, model);
            json.WritePropertyName("baseline");
            if (model.Baseline is { } baseline) { json.WriteStartObject(); Run(json, baseline); json.WriteEndObject(); }
            else { json.WriteNullValue(); }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Run(Utf8JsonWriter json, ReportModel model)
    {
        json.WriteString("name", model.Name);
        json.WriteString("summary", model.Summary);
        json.WriteString("stream", model.Stream);
        json.WriteString("split", model.Split);
        json.WriteString("selected_on", model.SelectedOn);
        Result(json, "best", model.Best);
        Result(json, "last", model.Last);
        if (model.Published is { } published)
        {
            json.WriteStartObject("published");
            json.WriteNumber("top1", published.Top1);
            json.WriteString("source", published.Source);
            if (published.Tolerance is { } tolerance) json.WriteNumber("tolerance", tolerance);
            else json.WriteNull("tolerance");
            if (published.IsMetBy(model.Last.Top1) is { } met) json.WriteBoolean("last_is_within", met);
            else json.WriteNull("last_is_within");
            json.WriteEndObject();
        }
        else { json.WriteNull("published"); }
        json.WriteStartObject("evaluation");
        json.WriteNumber("epoch", model.EvaluatedEpoch);
        json.WriteNumber("copies", model.Evaluation.Copies);
        Metrics(json, "all", model.Evaluation.All);
        if (model.Evaluation.WithoutCopies is { } without) { Metrics(json, "without_copies", without); }
        else { json.WriteNull("without_copies"); }
        json.WriteEndObject();
        json.WriteStartArray("epochs");
        foreach (var epoch in model.Epochs) { Epoch(json, epoch); }
        json.WriteEndArray();
        Facts(json, "facts", model.Facts);
        Facts(json, "environment", model.Environment);
        Facts(json, "files", model.Files);
        json.WriteString("command", model.Command);
        json.WriteString("configuration", model.Configuration);
        json.WriteStartArray("notes");
        foreach (var note in model.Notes) { json.WriteStringValue(note); }
        json.WriteEndArray();
    }

    private static void Result(Utf8JsonWriter json, string name, Headline result)
    {
        json.WriteStartObject(name);
        json.WriteNumber("epoch", result.Epoch);
        json.WriteNumber("top1", result.Top1);
        json.WriteNumber("correct", result.Correct);
        json.WriteNumber("count", result.Count);
        Optional(json, "top1_without_copies", result.Top1WithoutCopies);
        Optional(json, "correct_without_copies", result.CorrectWithoutCopies);
        Optional(json, "count_without_copies", result.CountWithoutCopies);
        json.WriteEndObject();
    }

    private static void Metrics(Utf8JsonWriter json, string name, EvaluationResult result)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", result.Count);
        json.WriteNumber("correct", result.Correct);
        json.WriteNumber("top1", result.Top1);
        json.WriteNumber("top5", result.Top5);
        json.WriteNumber("balanced_accuracy", result.BalancedAccuracy);
        json.WriteNumber("cross_entropy", result.CrossEntropy);
        json.WriteStartArray("classes");
        foreach (var c in result.Classes)
        {
            json.WriteStartObject();
            json.WriteString("name", c.Name);
            json.WriteNumber("support", c.Support);
            json.WriteNumber("correct", c.Correct);
            Optional(json, "accuracy", c.Accuracy);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("confusion");                       // rows are true classes, columns predicted ones
        for (var truth = 0; truth < result.ClassNames.Count; truth++)
        {
            json.WriteStartArray();
            for (var k = 0; k < result.ClassNames.Count; k++) { json.WriteNumberValue(result.Confusion(truth, k)); }
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Epoch(Utf8JsonWriter json, EpochPoint epoch)
    {
        json.WriteStartObject();
        json.WriteNumber("epoch", epoch.Epoch);
        Optional(json, "loss", epoch.Loss);
        json.WriteStartObject("loss_parts");
        foreach (var (part, loss) in epoch.LossParts) { Optional(json, part, loss); }
        json.WriteEndObject();
        Optional(json, "train_top1", epoch.TrainTop1);
        Optional(json, "test_top1", epoch.TestTop1);
        Optional(json, "anchor_share", epoch.AnchorShare);
        Optional(json, "learning_rate", epoch.LearningRate);
        Optional(json, "seconds", epoch.Seconds);
        json.WriteEndObject();
    }

    private static void Facts(Utf8JsonWriter json, string name, IReadOnlyList<Fact> facts)
    {
        json.WriteStartArray(name);
        foreach (var fact in facts)
        {
            json.WriteStartObject();
            json.WriteString("name", fact.Name);
            json.WriteString("value", fact.Value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>JSON has no NaN: a value that is not finite was not measured.</summary>
    private static void Optional(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number)) { json.WriteNumber(name, number); }
        else { json.WriteNull(name); }
    }
}
