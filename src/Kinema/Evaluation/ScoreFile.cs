using System.Text.Json;
using Kinema.Storage;

namespace Kinema.Evaluation;

/// <summary>
/// A score table on disk: a safetensors file with <c>logits</c> (N, K) float32 and <c>labels</c> (N) int64; clip names, class names,
/// split, stream and, where it is known, protocol are in its metadata, the two lists as JSON arrays. Any safetensors reader opens it.
/// </summary>
public static class ScoreFile
{
    private const string Schema = "kinema.scores", Version = "1";

    /// <summary>Writes the table; an existing file is replaced as a whole or not at all.</summary>
    public static void Save(ScoreTable scores, string path)
    {
        var labels = scores.Labels.Select(label => (long)label).ToArray();
        var metadata = new Dictionary<string, string>
        {
            ["schema"] = Schema,
            ["version"] = Version,
            ["split"] = scores.Split,
            ["stream"] = scores.Stream,
            ["classes"] = JsonSerializer.Serialize(scores.Classes),
            ["clips"] = JsonSerializer.Serialize(scores.Clips),
        };
        if (scores.Protocol is { } protocol) { metadata["protocol"] = protocol; }
        SafeTensors.Write(path,
            [
                StoredTensor.From("logits", [scores.Count, scores.Classes.Count], scores.Logits),
                StoredTensor.From("labels", [scores.Count], labels.AsSpan()),
            ],
            metadata);
    }

    /// <summary>Reads a table that <see cref="Save"/> wrote.</summary>
    /// <exception cref="KinemaException">The file is missing, damaged, or holds something else; the message names it.</exception>
    public static ScoreTable Load(string path)
    {
        using var file = SafeTensorsFile.Open(path, ExitCode.Data);
        if (file.Metadata.GetValueOrDefault("schema") != Schema || file.Metadata.GetValueOrDefault("version") != Version)
        {
            throw Wrong(path, $"is not a score table ({Schema} version {Version})");
        }
        foreach (var name in (string[])["logits", "labels"])
        {
            if (!file.Contains(name)) { throw Wrong(path, $"lacks the tensor '{name}'"); }
        }
        var logits = file.Read("logits");
        var labels = file.Read("labels");
        if (logits.Type != StoredType.Float32 || labels.Type != StoredType.Int64)
        {
            throw Wrong(path, $"should hold float32 logits and int64 labels, not {logits.Type} and {labels.Type}");
        }
        var (clips, classes) = (Names(path, file, "clips"), Names(path, file, "classes"));
        if (!logits.Shape.SequenceEqual([clips.Length, classes.Length]))
        {
            throw Wrong(path, $"names {clips.Length} clips and {classes.Length} classes " +
                $"but its logits are ({string.Join(", ", logits.Shape)})");
        }
        return new ScoreTable(clips, [.. labels.ToInt64s().Select(label => checked((int)label))], logits.ToSingles(), classes,
            file.Metadata.GetValueOrDefault("split", "test"), file.Metadata.GetValueOrDefault("stream", "joint"),
            file.Metadata.GetValueOrDefault("protocol"));
    }

    private static string[] Names(string path, SafeTensorsFile file, string key)
    {
        try
        {
            if (JsonSerializer.Deserialize<string[]>(file.Metadata.GetValueOrDefault(key, "null")) is { } names
                && names.All(name => name is not null))
            {
                return names;
            }
        }
        catch (JsonException)
        {
            // Reported below: a damaged list and a missing one need the same remedy.
        }
        throw Wrong(path, $"lacks a readable list of {key} in its metadata");
    }

    private static KinemaException Wrong(string path, string what) =>
        new(ExitCode.Data, $"{path}: {what}; write it again with 'kinema eval'");
}
