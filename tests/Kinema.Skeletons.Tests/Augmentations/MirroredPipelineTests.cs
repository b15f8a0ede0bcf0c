using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;

namespace Kinema.Skeletons.Tests.Augmentations;

public sealed class MirroredPipelineTests
{
    private static readonly SkeletonClip Clip = Toy.Clip("toy", 30, Layouts.Ntu);

    public static TheoryData<string> Pipelines() => [.. Inner.Keys];

    private static Dictionary<string, ClipPipeline> Inner { get; } = new()
    {
        ["nw-ucla"] = new NwUclaPipeline(Layouts.Ntu, SkeletonStream.Bone, frames: 12, topology: true),
        ["ntu"] = new NtuPipeline(Layouts.Ntu, SkeletonStream.Joint, frames: 12, topology: true),
        ["2s-agcn"] = new AgcnPipeline(Layouts.Ntu, SkeletonStream.BoneMotion, frames: 12),
        ["actclr"] = new ActClrPipeline(Layouts.Ntu, SkeletonStream.Joint, frames: 12, topology: true),
    };

    [Theory, MemberData(nameof(Pipelines))]
    public void Whether_a_clip_is_mirrored_is_drawn_first_and_the_rest_is_the_pipeline_s_own(string name)
    {
        var inner = Inner[name];
        var (pipeline, mirrored) = (new MirroredPipeline(inner, Layouts.Ntu, 0.3), new ClipMirror(Layouts.Ntu).Of(Clip));
        var sides = new HashSet<bool>();
        for (var instance = 0; instance < 40; instance++)
        {
            var random = new ClipRandom(1, 2, instance, RandomPurpose.Augmentation);
            var isMirrored = random.NextDouble() < 0.3;
            Assert.Equal(Train(inner, isMirrored ? mirrored : Clip, ref random), Train(pipeline, instance));
            sides.Add(isMirrored);
        }

        Assert.Equal(2, sides.Count);
        Assert.NotEqual(Test(inner, mirrored), Test(inner, Clip));
    }

    [Theory, MemberData(nameof(Pipelines))]
    public void Shape_and_test_samples_are_the_pipeline_s_own(string name)
    {
        var inner = Inner[name];
        var pipeline = new MirroredPipeline(inner, Layouts.Ntu, 1);

        Assert.Equal(
            (inner.Channels, inner.Frames, inner.Joints, inner.Persons, inner.TopologyLength, inner.SampleLength),
            (pipeline.Channels, pipeline.Frames, pipeline.Joints, pipeline.Persons, pipeline.TopologyLength, pipeline.SampleLength));
        Assert.Equal(Test(inner, Clip), Test(pipeline, Clip));
    }

    // A topology is of distances, in ascending order: which joint they are of is not told.
    [Theory, InlineData("nw-ucla"), InlineData("ntu"), InlineData("actclr")]
    public void The_topology_of_a_mirrored_clip_is_that_of_the_clip(string name)
    {
        var inner = Inner[name];
        float[] sample = Test(inner, Clip), mirrored = Test(inner, new ClipMirror(Layouts.Ntu).Of(Clip));

        Assert.NotEqual(sample[..inner.ClipLength], mirrored[..inner.ClipLength]);
        for (var v = 0; v < inner.TopologyLength; v++) Assert.Equal(sample[inner.ClipLength + v], mirrored[inner.ClipLength + v], 1e-5f);
    }

    [Theory, InlineData(0.1), InlineData(0.5), InlineData(1)]
    public void As_many_clips_are_mirrored_as_the_probability_says(double probability)
    {
        var pipeline = new MirroredPipeline(Inner["actclr"], Layouts.Ntu, probability);
        var asRecorded = Test(Inner["actclr"], Clip);
        var mirrored = Enumerable.Range(0, 2000).Count(instance => !Train(pipeline, instance).AsSpan().SequenceEqual(asRecorded));
        Assert.InRange(mirrored / 2000.0, probability - 0.03, Math.Min(1, probability + 0.03));
        if (probability == 1) Assert.Equal(2000, mirrored);
    }

    [Fact]
    public void A_warm_pipeline_makes_room_for_no_coordinates()
    {
        var pipeline = new MirroredPipeline(Inner["ntu"], Layouts.Ntu, 1);
        var sample = new float[pipeline.SampleLength];
        Draw(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++) Draw(i);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 20, 1, 200);

        void Draw(int instance)
        {
            var random = new ClipRandom(0, 0, instance, RandomPurpose.Augmentation);
            pipeline.Train(Clip, ref random, sample);
        }
    }

    [Theory, InlineData(0), InlineData(-0.1), InlineData(1.1), InlineData(double.NaN)]
    public void A_probability_of_never_or_of_more_than_always_is_a_mistake(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new MirroredPipeline(Inner["ntu"], Layouts.Ntu, probability));

    private static float[] Train(ClipPipeline pipeline, int instance)
    {
        var random = new ClipRandom(1, 2, instance, RandomPurpose.Augmentation);
        return Train(pipeline, Clip, ref random);
    }

    private static float[] Train(ClipPipeline pipeline, SkeletonClip clip, ref ClipRandom random)
    {
        var sample = new float[pipeline.SampleLength];
        pipeline.Train(clip, ref random, sample);
        return sample;
    }

    private static float[] Test(ClipPipeline pipeline, SkeletonClip clip)
    {
        var sample = new float[pipeline.SampleLength];
        pipeline.Test(clip, sample);
        return sample;
    }
}
