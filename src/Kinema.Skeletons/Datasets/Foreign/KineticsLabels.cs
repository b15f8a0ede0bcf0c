using System.Text.Json;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>What <c>kinetics_train_label.json</c> says of one clip.</summary>
/// <param name="Label">The name of its class.</param>
/// <param name="LabelIndex">Its class; -1 if unknown.</param>
/// <param name="HasSkeleton">Whether a body was found in any frame.</param>
internal readonly record struct KineticsLabel(string? Label, int LabelIndex, bool HasSkeleton);

/// <summary>Reads <c>{name: {"has_skeleton": true, "label": "…", "label_index": 199}, …}</c>.</summary>
internal static class KineticsLabels
{
    /// <summary>Adds the clips of one file; a clip in two files keeps what the first says.</summary>
    /// <exception cref="KinemaException">The text is no such list (<see cref="ExitCode.Data"/>).</exception>
    public static void Read(ReadOnlySpan<byte> utf8, string where, Dictionary<string, KineticsLabel> labels)
    {
        var reader = new Utf8JsonReader(utf8);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new KinemaException(ExitCode.Data, $"{where}: is no object of clips and their labels");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject)
                    throw new KinemaException(ExitCode.Data, $"{where}: clip {ClipNames.Clean(name)} has no object with its label");
                labels.TryAdd(name, ReadOne(ref reader));
            }
            while (reader.Read())
            {
            }
        }
        catch (Exception error) when (JsonFaults.Of(error, where) is { } fault)
        {
            throw fault;
        }
    }

    private static KineticsLabel ReadOne(ref Utf8JsonReader reader)
    {
        var label = new KineticsLabel(null, -1, true);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            label = (key, reader.TokenType) switch
            {
                ("label", JsonTokenType.String) => label with { Label = ClipNames.Clean(reader.GetString()) },
                ("label_index", JsonTokenType.Number) => label with { LabelIndex = reader.TryGetInt32(out var index) ? index : -1 },
                ("has_skeleton", JsonTokenType.False) => label with { HasSkeleton = false },
                _ => label,
            };
            reader.TrySkip();
        }
        return label;
    }
}
