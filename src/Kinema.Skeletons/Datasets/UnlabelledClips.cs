using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Clips that a trained network is to name: what they show is not asked. A packed set, files that others made, or tables, JSON and BVH of one's own;
/// whatever 'kinema data convert' reads, with the options it has where none are given.
/// </summary>
public static class UnlabelledClips
{
    /// <summary>Opens clips. Nothing but names and, of large tables, an index is read.</summary>
    /// <param name="path">A file, folder or zip.</param>
    /// <param name="layout">The joints they must have: those the network was trained on.</param>
    /// <param name="persons">M, at most.</param>
    /// <exception cref="KinemaException">No such clips are there, or their joints are others (<see cref="ExitCode.Data"/>).</exception>
    public static ClipSource Open(string path, SkeletonLayout layout, int persons)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(layout);
        if (ForeignFiles.Recognise(path) is not { } kind)
            return ConvertSources.OpenUnlabelled(path, layout, persons);
        var source = kind == ForeignKind.PackedSet
            ? PackedSource.AsItIs(path)
            : ForeignFiles.Open(path, new ForeignOptions { Layout = layout, Persons = persons });
        if (source.Layout.Joints.SequenceEqual(layout.Joints))
            return source;
        var own = source.Layout.Name;
        source.Dispose();
        throw Refusal.Data($"{path}: its joints are those of {own}, and {layout.Name} is wanted: 'kinema data convert {path} --to {layout.Name}' maps them");
    }

    /// <summary>Whether a path is one clip in the form of <see cref="ClipJson"/>: a file of JSON with its key, or of an ending that no other form has.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="KinemaException">It cannot be read (<see cref="ExitCode.Data"/>).</exception>
    public static bool IsClipJson(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            return false;
        var ending = Path.GetExtension(path).ToLowerInvariant();
        if (ending != ".json")
            return !Others.Contains(ending);
        return !File.Exists(path) || HasKey(path);
    }

    private static readonly string[] Others =
        [".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".bvh", ".zip", ".npy", ".npz", ".pkl", ".pickle", ".safetensors"];

    private static bool HasKey(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return ClipLimits.ReadAll(stream, path).AsSpan().IndexOf("\"skeletons\""u8) >= 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }
}
