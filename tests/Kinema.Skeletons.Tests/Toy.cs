using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests;

/// <summary>Small made-up clips: numbers without meaning, the same every time.</summary>
internal static class Toy
{
    public static SkeletonClip Clip(string name, int frames, SkeletonLayout? layout = null, int label = 0, int persons = 1, int seed = 1)
    {
        layout ??= Layouts.NwUcla;
        var random = new ClipRandom(seed, 0, frames, RandomPurpose.Synthesis);
        var points = new double[persons * frames * layout.JointCount * 3];
        for (var i = 0; i < points.Length; i++)
            points[i] = layout.Dimensions == 2 && i % 3 == 2 ? 0 : random.NextDouble(-2, 3);
        return new SkeletonClip(name, frames, layout.JointCount, persons, points) { Label = label, Subject = 3, Camera = 1, Setup = 2 };
    }

    /// <summary>A flat layout of one's own: three joints of two coordinates.</summary>
    public static SkeletonLayout Arm { get; } = Layouts.Parse(
        "{name: arm, dims: 2, center: elbow, joints: [shoulder, elbow, wrist], bones: [[elbow, shoulder], [wrist, elbow]]}", "arm.yaml");

    public static ClipDataset Dataset(
        IReadOnlyList<SkeletonClip> clips, int train, SkeletonLayout? layout = null, params string[] classes) => new()
    {
        Name = "toy",
        Layout = layout ?? Layouts.NwUcla,
        Classes = classes.Length > 0 ? classes : ["only"],
        Clips = clips,
        Splits = new Dictionary<string, IReadOnlyList<int>>
        {
            ["train"] = [.. Enumerable.Range(0, train)],
            ["test"] = [.. Enumerable.Range(train, clips.Count - train)],
        },
    };
}
