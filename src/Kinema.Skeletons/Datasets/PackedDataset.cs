using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// A data set in one safetensors file, ragged: only frames that were recorded. Python reads it with its safetensors library.
///   joints (ΣM·T, V, C) F32 or F64, rows of a clip person by person;  offsets (N + 1): first row of every clip;  persons (N): M
///   labels, subjects, cameras, setups (N);  split.NAME: clips of a split;  all I64
/// Metadata: format, version, name, layout (YAML), classes and names (one a line), checksum.
/// </summary>
/// <remarks>
/// C is 2 for a 2-dimensional layout, 3 otherwise. The whole of <c>joints</c>, at most 2 GB, is put together in memory before writing.
/// </remarks>
public static class PackedDataset
{
    /// <summary>What the file is called inside its folder.</summary>
    public const string FileName = "clips.safetensors";

    internal const string Format = "kinema-clips";
    internal const string Version = "1";
    internal const string SplitPrefix = "split.";

    /// <summary>Writes a data set; an existing file is replaced in one step.</summary>
    /// <param name="dataset">The clips.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="type"><see cref="StoredType.Float32"/>, or <see cref="StoredType.Float64"/> to lose nothing.</param>
    /// <exception cref="ArgumentException">Another type, or a name with a line break.</exception>
    /// <exception cref="KinemaException">The file cannot be written, or would hold more than 2 GB of joints.</exception>
    public static void Write(ClipDataset dataset, string path, StoredType type = StoredType.Float32)
    {
        if (type is not (StoredType.Float32 or StoredType.Float64))
            throw new ArgumentException($"joints are stored as Float32 or Float64, not {type}", nameof(type));
        foreach (var name in dataset.Clips.Select(clip => clip.Name).Concat(dataset.Classes).Where(name => name.Contains('\n')))
            throw new ArgumentException($"the name '{name}' has a line break", nameof(dataset));

        var clips = dataset.Clips;
        var offsets = new long[clips.Count + 1];
        for (var i = 0; i < clips.Count; i++)
            offsets[i + 1] = offsets[i] + (long)clips[i].Persons * clips[i].Frames;
        List<StoredTensor> tensors =
        [
            Joints(dataset, type, offsets[^1], path),
            StoredTensor.From("offsets", [clips.Count + 1], offsets),
            Column("persons", clip => clip.Persons),
            Column("labels", clip => clip.Label),
            Column("subjects", clip => clip.Subject),
            Column("cameras", clip => clip.Camera),
            Column("setups", clip => clip.Setup),
        ];
        foreach (var (split, indices) in dataset.Splits.OrderBy(split => split.Key, StringComparer.Ordinal))
            tensors.Add(StoredTensor.From(SplitPrefix + split, [indices.Count], indices.Select(index => (long)index).ToArray()));
        SafeTensors.Write(path, tensors, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = Format,
            ["version"] = Version,
            ["name"] = dataset.Name,
            ["layout"] = dataset.Layout.Yaml,
            ["classes"] = string.Join('\n', dataset.Classes),
            ["names"] = string.Join('\n', clips.Select(clip => clip.Name)),
            ["checksum"] = type == StoredType.Float64 ? dataset.Checksum : DatasetChecksum.Of(dataset, rounded: true),
        });

        StoredTensor Column(string name, Func<SkeletonClip, int> value) =>
            StoredTensor.From(name, [clips.Count], clips.Select(clip => (long)value(clip)).ToArray());
    }

    private static StoredTensor Joints(ClipDataset dataset, StoredType type, long rows, string path)
    {
        var (v, channels) = (dataset.Layout.JointCount, dataset.Layout.Dimensions);
        var count = rows * v * channels;
        if (count * type.SizeInBytes() > Array.MaxLength)
            throw new KinemaException(ExitCode.Data, $"{path}: {rows} rows of joints are more than 2 GB; pack fewer clips, or as Float32");
        var singles = type == StoredType.Float32 ? new float[count] : [];
        var doubles = type == StoredType.Float64 ? new double[count] : [];
        var at = 0;
        foreach (var clip in dataset.Clips)
        {
            var buffer = ArrayPool<double>.Shared.Rent(clip.Length);
            clip.CopyTo(buffer);
            for (var i = 0; i < clip.Length; i++)
            {
                if (i % 3 >= channels)
                    continue;
                if (type == StoredType.Float32)
                    singles[at++] = (float)buffer[i];
                else
                    doubles[at++] = buffer[i];
            }
            ArrayPool<double>.Shared.Return(buffer);
        }
        return type == StoredType.Float32
            ? StoredTensor.From("joints", [rows, v, channels], singles)
            : StoredTensor.From("joints", [rows, v, channels], doubles);
    }
}
