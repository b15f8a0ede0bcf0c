using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class EveryEncoderLearnsTests : TensorTest
{
    private readonly TemporaryFolder temporary = new();

    public static TheoryData<string> Names => [.. EncoderRegistry.All.Select(model => model.Name)];

    // Made-up clips of four classes, clips of other people in the test split: three in four come about by chance here or there, nine in ten do not.
    [Theory, MemberData(nameof(Names))]
    public void Made_up_clips_above_nine_in_ten(string name)
    {
        var recipe = Tiny.Recipe(
            csre: true,
            training => training with
            {
                Epochs = 8, BatchSize = 8, Optimizer = OptimizerKind.AdamW, LearningRate = 0.003, WeightDecay = 0.01,
                Schedule = new ScheduleSettings { Kind = ScheduleKind.Cosine, WarmupEpochs = 1 },
            },
            data => data with { Frames = 16, Repeat = 4 });
        var outcome = Tiny.Run(
            temporary.File(name), recipe with { Model = new ModelSettings { Name = name, Channels = 32 } }, data: Tiny.Clips(seed: 5, classes: 4));
        Assert.InRange(outcome.Best!.All.Top1, 0.9, 1);
    }

    public override void Dispose()
    {
        temporary.Dispose();
        base.Dispose();
    }
}
