using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Skeletons.Topology;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Augmentations;

public sealed class NwUclaPipelineTests
{
    private const string Recording = "golden/data-nw-ucla.safetensors";

    [SharedFact(Recording)]
    public void Samples_of_the_recorded_draws_equal_the_recorded_ones()
    {
        using var file = SafeTensorsFile.Open(Repository.Shared(Recording));
        (SkeletonStream Stream, string Name)[] streams =
        [
            (SkeletonStream.Joint, "joint"), (SkeletonStream.Bone, "bone"),
            (SkeletonStream.JointMotion, "motion"), (SkeletonStream.BoneMotion, "bone_motion"),
        ];
        foreach (var q in new[] { "0", "1", "2", "3" })
        {
            var raw = file.Read($"{q}.raw");
            var clip = new SkeletonClip(q, (int)raw.Shape[0], 20, 1, raw.ToDoubles());
            var drawn = new ViewDraw(Integers($"{q}.agx")[0], Integers($"{q}.agy")[0], file.Read($"{q}.scale").ToDoubles()[0]);
            foreach (var (stream, name) in streams)
            {
                foreach (var variant in new[] { StreamVariant.Ctr, StreamVariant.Csre })
                {
                    var pipeline = new NwUclaPipeline(Layouts.NwUcla, stream, variant);
                    var (train, viaTest, test) = (new float[3 * 52 * 20], new float[3 * 52 * 20], new float[3 * 52 * 20]);
                    pipeline.Apply(clip, drawn, Integers($"{q}.frame_idx"), train);
                    pipeline.Apply(clip, ViewDraw.None, Integers($"{q}.val_frame_idx"), test);
                    pipeline.Test(clip, viaTest);

                    var prefix = $"{q}.{(variant == StreamVariant.Ctr ? "ctr" : "csre")}";
                    AssertNear(file.Read($"{prefix}.train.{name}").ToSingles(), train, $"{prefix}.train.{name}");
                    AssertNear(file.Read($"{prefix}.val.{name}").ToSingles(), test, $"{prefix}.val.{name}");
                    Assert.Equal(test, viaTest);
                }
            }
        }

        int[] Integers(string name) => [.. file.Read(name).ToInt64s().Select(value => (int)value)];
    }

    // The summary of the class, written down once more as plain loops over (t, v, axis), for any layout and length.
    [Theory]
    [InlineData("nw-ucla", SkeletonStream.Joint, StreamVariant.Ctr, 52)]
    [InlineData("nw-ucla", SkeletonStream.BoneMotion, StreamVariant.Csre, 16)]
    [InlineData("ntu", SkeletonStream.Bone, StreamVariant.Csre, 64)]
    [InlineData("ntu", SkeletonStream.JointMotion, StreamVariant.Csre, 8)]
    public void A_sample_agrees_with_plain_loops(string layoutName, SkeletonStream stream, StreamVariant variant, int frames)
    {
        var layout = Layouts.Get(layoutName);
        var clip = Toy.Clip("toy", 30, layout);
        var pipeline = new NwUclaPipeline(layout, stream, variant, frames);
        var indices = new int[frames];
        FrameSampling.Spread(30, indices);

        var actual = new float[pipeline.SampleLength];
        pipeline.Apply(clip, new ViewDraw(-35, 50, 1.3), indices, actual);

        var expected = PlainPipeline.Sample(clip, layout, stream, variant, indices, -35, 50);
        Assert.Equal(expected, actual.Select(value => (double)value), (x, y) => Math.Abs(x - y) < 3e-7);
    }

    [Theory]
    [InlineData(SkeletonStream.Joint, StreamVariant.Ctr)]
    [InlineData(SkeletonStream.Joint, StreamVariant.Csre)]
    [InlineData(SkeletonStream.BoneMotion, StreamVariant.Ctr)]
    public void The_topology_that_follows_a_clip_is_of_its_joints_whatever_the_stream(SkeletonStream stream, StreamVariant variant)
    {
        var clip = Toy.Clip("toy", 30);
        var pipeline = new NwUclaPipeline(Layouts.NwUcla, stream, variant, frames: 16, topology: true);
        Assert.Equal((3 * 16 * 20, 20, (3 * 16 * 20) + 20), (pipeline.ClipLength, pipeline.TopologyLength, pipeline.SampleLength));
        float[] sample = Train(pipeline), alone = Train(new NwUclaPipeline(Layouts.NwUcla, stream, variant, frames: 16));
        var joints = Train(new NwUclaPipeline(Layouts.NwUcla, SkeletonStream.Joint, StreamVariant.Ctr, frames: 16));

        Assert.Equal(alone, sample[..alone.Length]);
        Assert.Equal(
            JointTopology.OfClips(Array.ConvertAll(joints, value => (double)value), 3, 16, 20, 1), sample[alone.Length..].Select(value => (double)value),
            (x, y) => Math.Abs(x - y) < 1e-5);

        float[] Train(NwUclaPipeline from)
        {
            var random = new ClipRandom(0, 1, 5, RandomPurpose.Augmentation);
            var made = new float[from.SampleLength];
            from.Train(clip, ref random, made);
            return made;
        }
    }

    [Fact]
    public void A_training_sample_depends_on_its_random_numbers_alone()
    {
        var pipeline = new NwUclaPipeline(Layouts.NwUcla, SkeletonStream.Joint);
        var clip = Toy.Clip("toy", 40);

        var (first, again, other) = (Sample(instance: 5), Sample(instance: 5), Sample(instance: 6));

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        Assert.Equal((-1f, 1f), (first.Min(), first.Max()));

        float[] Sample(int instance)
        {
            var random = new ClipRandom(0, 1, instance, RandomPurpose.Augmentation);
            var sample = new float[pipeline.SampleLength];
            pipeline.Train(clip, ref random, sample);
            return sample;
        }
    }

    [Fact]
    public void Views_cover_both_ends_of_the_angles_and_the_scales()
    {
        var random = new ClipRandom(0, 0, 0, RandomPurpose.Augmentation);
        var views = Enumerable.Range(0, 5000).Select(_ => ViewDraw.Next(ref random)).ToList();

        Assert.Equal((-60, 60), (views.Min(view => view.AngleX), views.Max(view => view.AngleX)));
        Assert.Equal((-60, 60), (views.Min(view => view.AngleY), views.Max(view => view.AngleY)));
        Assert.InRange(views.Min(view => view.Scale), 0.5, 0.51);
        Assert.InRange(views.Max(view => view.Scale), 1.49, 1.5);
    }

    [Fact]
    public void An_axis_without_extent_becomes_zero_instead_of_not_a_number()
    {
        var flat = new SkeletonClip("flat", 2, 20, 1, [.. Enumerable.Range(0, 120).Select(i => i % 3 == 0 ? i * 0.01 : 0.5)]);
        var sample = new float[3 * 52 * 20];

        new NwUclaPipeline(Layouts.NwUcla, SkeletonStream.Joint).Test(flat, sample);

        Assert.All(sample[..1040], value => Assert.InRange(value, -1, 1));
        Assert.All(sample[1040..], value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_clip_of_other_joints_or_of_two_persons_is_refused()
    {
        var pipeline = new NwUclaPipeline(Layouts.NwUcla, SkeletonStream.Joint);
        var sample = new float[pipeline.SampleLength];

        var joints = Assert.Throws<KinemaException>(() => pipeline.Test(Toy.Clip("odd", 4, Layouts.Ntu), sample));
        var persons = Assert.Throws<KinemaException>(() => pipeline.Test(Toy.Clip("pair", 4, persons: 2), sample));

        Assert.Equal("clip odd has V = 25, M = 1; the nw-ucla pipeline takes V = 20, M = 1", joints.Message);
        Assert.Equal("clip pair has V = 20, M = 2; the nw-ucla pipeline takes V = 20, M = 1: 'kinema data convert --max-persons 1' keeps one", persons.Message);
    }

    [Theory]
    [InlineData(SkeletonStream.Joint)]
    [InlineData(SkeletonStream.Bone)]
    [InlineData(SkeletonStream.JointMotion)]
    [InlineData(SkeletonStream.BoneMotion)]
    public void Samples_cost_no_allocation_once_warm(SkeletonStream stream)
    {
        var pipeline = new NwUclaPipeline(Layouts.NwUcla, stream);
        SkeletonClip[] clips = [Toy.Clip("short", 20), Toy.Clip("toy", 100), Toy.Clip("long", 201)];
        var sample = new float[pipeline.SampleLength];
        Samples(20);

        // Shared pools give memory away now and then, when the collector has been: once in a while, not per sample.
        Assert.Contains(Enumerable.Range(0, 5), _ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Samples(400);
            return GC.GetAllocatedBytesForCurrentThread() == before;
        });

        void Samples(int count)
        {
            for (var i = 0; i < count; i++)
            {
                var random = new ClipRandom(0, 0, i, RandomPurpose.Augmentation);
                pipeline.Train(clips[i % clips.Length], ref random, sample);
                pipeline.Test(clips[i % clips.Length], sample);
            }
        }
    }

    private static void AssertNear(float[] expected, float[] actual, string name)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = expected.Zip(actual, (x, y) => Math.Abs((double)x - y)).Max();
        Assert.True(worst <= 1e-7, $"{name}: differs by {worst}");
    }
}
