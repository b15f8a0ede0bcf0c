using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Storage;

namespace Kinema.Cli.Tests;

/// <summary>One run that many tests look at: 48 made-up clips of 4 classes, the narrowest network, one epoch of three steps.</summary>
public sealed class TrainedRun : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TrainedRun()
    {
        var made = SyntheticDataset.Generate(new SyntheticOptions { Classes = 4, Clips = 48, Subjects = 2, Cameras = 2, MinFrames = 10, MaxFrames = 20 });
        var clips = made.Clips.ToArray();
        var copied = made.Split("test")[0];
        var original = made.Split("train").Select(index => clips[index]).First(clip => clip.Label == clips[copied].Label);
        clips[copied] = new SkeletonClip(clips[copied].Name, original.Frames, original.Joints, 1, original.Coordinates.ToArray()) { Label = original.Label };
        PackedDataset.Write(
            new ClipDataset
            {
                Name = made.Name, Layout = made.Layout, Classes = made.Classes, Clips = clips, Splits = made.Splits, Preparation = "made-up 1",
            },
            Data, StoredType.Float32);
        foreach (var (name, index) in ((string, int)[])[("first", made.Split("test")[0]), ("second", made.Split("test")[1])])
            ClipJsonWriter.Write(clips[index], made.Layout, File($"{name}.json"));
        System.IO.File.WriteAllText(Recipe, """
            name: test/tiny
            data: {frames: 16}
            model: {channels: 16}
            training: {epochs: 1, batch-size: 8, test-batch-size: 16, learning-rate: 0.05, seed: 1, schedule: {kind: cosine, warmup-epochs: 0}}
            targets: {source: Table 0, tolerance: 100, joint: 99}
            """);
        Trained = Train("--out", Run, "--json");
    }

    /// <summary>What <c>train</c> said.</summary>
    internal CliResult Trained { get; }

    public string Run => File("run");

    public string Recipe => File("tiny.yaml");

    public string Data => File("clips.safetensors");

    public string File(string name) => folder.File(name);

    /// <summary>Trains the recipe on the clips, from within the folder.</summary>
    internal CliResult Train(params string[] options) =>
        CliProcess.Run(["train", Recipe, "--data", Data, "--threads", "1", "--progress", "none", .. options], environment: null, folder.Path);

    public void Dispose() => folder.Dispose();
}

/// <summary>Tests of one run, one after the other: each is a process that computes.</summary>
[CollectionDefinition("Trained")]
public sealed class TrainedCollection : ICollectionFixture<TrainedRun>;
