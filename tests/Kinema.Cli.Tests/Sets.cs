using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Cli.Tests;

/// <summary>Tiny data sets made by hand.</summary>
internal static class Sets
{
    /// <summary>The same clips under two protocols: under <c>xsub</c> the first test clip is a copy, under <c>xview</c> none is.</summary>
    public static void WithACopyUnderOneProtocol(string path, bool trains = true)
    {
        Dictionary<string, IReadOnlyList<int>> Sides(params int[] train) =>
            trains ? new() { ["train"] = train, ["test"] = [2, 3] } : new() { ["test"] = [2, 3] };
        ClipProtocol[] protocols = [new("xview", Sides(1)), new("xsub", Sides(0, 1))];
        PackedDataset.Write(new ClipDataset
        {
            Name = "copied", Layout = Layouts.NwUcla, Classes = ["sit", "stand"], Clips = Copied(),
            Splits = protocols[0].Splits, Protocol = "xview", Protocols = protocols,
        }, path, StoredType.Float32);
    }

    /// <summary>Two classes, two clips of each in both splits' sense: the first test clip equals the first training clip.</summary>
    /// <param name="path">The file.</param>
    /// <param name="classes">Their names, and those of others that no clip is of.</param>
    public static void WithACopy(string path, string[]? classes = null)
    {
        PackedDataset.Write(new ClipDataset
        {
            Name = "copied", Layout = Layouts.NwUcla, Classes = classes ?? ["sit", "stand"], Clips = Copied(),
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1], ["test"] = [2, 3] },
        }, path, StoredType.Float32);
    }

    /// <summary>A clip of each of so many classes, all of which train.</summary>
    public static void OfClasses(string path, int count)
    {
        PackedDataset.Write(new ClipDataset
        {
            Name = "many", Layout = Layouts.NwUcla, Classes = [.. Enumerable.Range(0, count).Select(k => $"action {k}")],
            Clips = [.. Enumerable.Range(0, count).Select(k => Clip($"clip-{k}", k, k))],
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [.. Enumerable.Range(0, count)] },
        }, path, StoredType.Float32);
    }

    private static SkeletonClip[] Copied() => [Clip("train-0", 0, 0), Clip("train-1", 1, 1), Clip("test-0", 0, 0), Clip("test-1", 1, 2)];

    private static SkeletonClip Clip(string name, int label, double shift)
    {
        var joints = Layouts.NwUcla.JointCount;
        return new(name, 2, joints, 1, [.. Enumerable.Range(0, 2 * joints * 3).Select(i => Math.Sin(i + 1) + shift)]) { Label = label };
    }
}
