using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Cli.Tests;

/// <summary>Tiny data sets made by hand.</summary>
internal static class Sets
{
    /// <summary>Two classes, two clips of each in both splits' sense: the first test clip equals the first training clip.</summary>
    public static void WithACopy(string path)
    {
        var layout = Layouts.NwUcla;
        SkeletonClip Clip(string name, int label, double shift) =>
            new(name, 2, layout.JointCount, 1, [.. Enumerable.Range(0, 2 * layout.JointCount * 3).Select(i => Math.Sin(i + 1) + shift)]) { Label = label };
        PackedDataset.Write(new ClipDataset
        {
            Name = "copied", Layout = layout, Classes = ["sit", "stand"],
            Clips = [Clip("train-0", 0, 0), Clip("train-1", 1, 1), Clip("test-0", 0, 0), Clip("test-1", 1, 2)],
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1], ["test"] = [2, 3] },
        }, path, StoredType.Float32);
    }
}
