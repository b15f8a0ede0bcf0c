using Kinema.Skeletons.Clips;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// A data set in one safetensors file, ragged: only frames that were recorded. Python reads it with its safetensors library.
///   joints (ΣM·T, V, C) F32 or F64, rows of a clip person by person;  offsets (N + 1): first row of every clip
///   persons (N): M;  labels, subjects, cameras, setups (N)
///   split.SPLIT, or split.PROTOCOL.SPLIT where there are several protocols: clips of a split;  all I64
///   names U8: UTF-8, one a line
/// Metadata: format, version, name, preparation, layout (YAML), classes (one a line), protocols (JSON), left-out (JSON: kind: how
/// many), checksum.
/// </summary>
/// <remarks>C is 2 for a 2-dimensional layout, 3 otherwise.</remarks>
public static class PackedDataset
{
    /// <summary>What the file is called inside its folder.</summary>
    public const string FileName = "clips.safetensors";

    /// <summary>What to do with a set that is neither packed nor NW-UCLA.</summary>
    internal const string OthersFirst =
        "another set as downloaded is packed first by 'kinema data prepare' (kinema data sets), clips of one's own by 'kinema data convert'";

    internal const string Format = "kinema-clips";
    internal const string Version = "2";
    internal const string SplitPrefix = "split.";

    internal static readonly string[] Columns = ["persons", "labels", "subjects", "cameras", "setups"];

    /// <summary>Writes a data set; an existing file is replaced in one step.</summary>
    /// <param name="dataset">The clips.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="type"><see cref="StoredType.Float32"/>, or <see cref="StoredType.Float64"/> to lose nothing.</param>
    /// <exception cref="ArgumentException">Another type, or a name with a line break.</exception>
    /// <exception cref="KinemaException">The file cannot be written.</exception>
    public static void Write(ClipDataset dataset, string path, StoredType type = StoredType.Float32)
    {
        if (type is not (StoredType.Float32 or StoredType.Float64))
            throw new ArgumentException($"joints are stored as Float32 or Float64, not {type}", nameof(type));
        foreach (var name in dataset.Clips.Select(clip => clip.Name).Concat(dataset.Classes).Where(name => name.Contains('\n')))
            throw new ArgumentException($"the name '{name}' has a line break", nameof(dataset));
        foreach (var protocol in dataset.Protocols)
            PackedContent.CheckSplits(path, protocol.Name, [.. protocol.Splits.Keys]);

        var content = new PackedContent(dataset.Name, dataset.Preparation, dataset.Layout, dataset.Classes, type,
            [.. dataset.Protocols.Select(protocol => (protocol.Name, protocol.Classes))]);
        AtomicFile.Write(path, stream =>
        {
            using var writer = new PackedWriter(stream, content);
            writer.Begin();
            foreach (var clip in dataset.Clips)
                writer.Append(clip);
            writer.Finish(dataset.Protocols, dataset.LeftOut);
        });
    }
}
