using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Skeletons.Topology;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Augmentations;

public sealed class NtuPipelineTests
{
    private const string Recording = "golden/data-ntu-feeder.safetensors";

    [SharedFact(Recording)]
    public void Samples_of_the_recorded_draws_equal_the_recorded_ones()
    {
        using var file = SafeTensorsFile.Open(Repository.Shared(Recording));
        for (var q = 0; q < 5; q++)
        {
            var (clip, valid) = Clip(file, q);
            var angles = file.Read($"{q}.train.angles").ToDoubles();
            var (start, length) = (Integer(file, $"{q}.train.crop_start"), Integer(file, $"{q}.train.crop_length"));
            Assert.Equal(Integer(file, $"{q}.test.crop_start"), CropDraw.Middle(valid).Start);

            AssertNear(file, $"{q}.train.crop", Sample(clip, new CropDraw(start, length, 0, 0, 0)));
            AssertNear(file, $"{q}.train.rotated", Sample(clip, new CropDraw(start, length, angles[0], angles[1], angles[2])));
            AssertNear(file, $"{q}.test.crop", Test(clip, SkeletonStream.Joint, StreamVariant.Ctr));
        }
    }

    [SharedFact(Recording)]
    public void Streams_of_both_variants_equal_the_recorded_ones()
    {
        using var file = SafeTensorsFile.Open(Repository.Shared(Recording));
        for (var q = 0; q < 3; q++)
        {
            var (clip, _) = Clip(file, q);
            foreach (var (variant, whose) in new[] { (StreamVariant.Ctr, "ctr"), (StreamVariant.Csre, "csre") })
            {
                AssertNear(file, $"{q}.{whose}.test.joint", Test(clip, SkeletonStream.Joint, variant));
                AssertNear(file, $"{q}.{whose}.test.bone", Test(clip, SkeletonStream.Bone, variant));
                AssertNear(file, $"{q}.{whose}.test.motion", Test(clip, SkeletonStream.JointMotion, variant));
                AssertNear(file, $"{q}.{whose}.test.bone_motion", Test(clip, SkeletonStream.BoneMotion, variant));
            }
        }
    }

    // The first person comes in the third frame, the second leaves before the last.
    [Fact]
    public void A_centred_clip_has_the_first_person_at_the_origin_when_first_seen_and_zeros_where_nobody_is()
    {
        const int frames = 8;
        var layout = Layouts.NwUcla;
        var row = layout.JointCount * 3;
        var points = new double[2 * frames * row];
        Toy.Clip("toy", frames, layout, persons: 2).CopyTo(points);
        points.AsSpan(0, 2 * row).Clear();
        points.AsSpan(((2 * frames) - 1) * row, row).Clear();
        var moved = points.ToArray();
        for (var i = 0; i < moved.Length; i++)
            if (i / row is >= 2 and < (2 * frames) - 1) moved[i] -= points[(2 * row) + (layout.Center * 3) + (i % 3)];

        var draw = new CropDraw(1, 7, 0.2, -0.1, 0.3);
        var centred = Sample(points, centred: true);

        Assert.Equal(Sample(moved, centred: false), centred);
        Assert.NotEqual(Sample(points, centred: false), centred);
        Assert.Equal(0, moved[(2 * row) + (layout.Center * 3)]);
        Assert.Equal(new float[centred.Length], Sample(new double[points.Length], centred: true)); // nobody at all

        float[] Sample(double[] coordinates, bool centred)
        {
            var pipeline = new NtuPipeline(layout, SkeletonStream.Joint, frames: frames, centred: centred);
            var sample = new float[pipeline.SampleLength];
            var clip = new SkeletonClip("toy", frames, layout.JointCount, 2, [.. coordinates]);
            if (Array.Exists(coordinates, value => value != 0)) pipeline.Apply(clip, draw, sample);
            else pipeline.Test(clip, sample);
            return sample;
        }
    }

    // The summary of the class once more, number by number, for layouts and sizes that nobody recorded.
    [Theory]
    [InlineData("ntu", 1, 64, 1)]
    [InlineData("ntu", 3, 16, 200)]
    [InlineData("nw-ucla", 2, 7, 30)]
    [InlineData("nw-ucla", 1, 64, 3)]
    public void A_sample_agrees_with_plain_loops(string layoutName, int persons, int frames, int length)
    {
        var layout = Layouts.Get(layoutName);
        var (v, clip) = (layout.JointCount, Toy.Clip("toy", length, layout, persons: persons));
        var draw = new CropDraw(length / 5, length - (length / 5), 0.2, -0.3, 0.1);
        var pipeline = new NtuPipeline(layout, SkeletonStream.Bone, StreamVariant.Csre, frames, persons);
        var sample = new float[pipeline.SampleLength];
        pipeline.Apply(clip, draw, sample);

        var turn = Times(Times(Z(draw.AngleZ), Y(draw.AngleY)), X(draw.AngleX));
        for (var m = 0; m < persons; m++)
        for (var t = 0; t < frames; t++)
        for (var j = 0; j < v; j++)
        for (var c = 0; c < 3; c++)
        {
            var bone = Turned(m, t, j, c) - (j == layout.Root ? 0 : Turned(m, t, layout.Parents[j], c));
            Assert.Equal(bone, sample[(((((c * frames) + t) * v) + j) * persons) + m], 1e-6);
        }

        double Turned(int m, int t, int j, int c) => Enumerable.Range(0, 3).Sum(k => turn[c, k] * Resized(m, t, j, k));

        double Resized(int m, int t, int j, int c)
        {
            var at = Math.Max(0, ((t + 0.5) * draw.Length / frames) - 0.5);
            var (first, next) = ((int)at, Math.Min((int)at + 1, draw.Length - 1));
            return (Raw(m, draw.Start + first, j, c) * (1 - (at - first))) + (Raw(m, draw.Start + next, j, c) * (at - first));
        }

        double Raw(int m, int t, int j, int c) => clip.Coordinates[(((((m * length) + t) * v) + j) * 3) + c];
    }

    [Fact]
    public void A_person_who_is_not_there_is_zeros_or_a_copy_as_asked()
    {
        var clip = Toy.Clip("one", 80, Layouts.Ntu);
        float[] zeros = Make(AbsentPerson.Zero), copied = Make(AbsentPerson.Copy);

        Assert.All(Second(zeros), value => Assert.Equal(0, value));
        Assert.Equal(First(copied), Second(copied));
        Assert.Equal(First(zeros), First(copied));
        Assert.Contains(First(zeros), value => value != 0);

        float[] Make(AbsentPerson absent)
        {
            var pipeline = new NtuPipeline(Layouts.Ntu, SkeletonStream.Joint, absent: absent);
            var sample = new float[pipeline.SampleLength];
            pipeline.Test(clip, sample);
            return sample;
        }

        static IEnumerable<float> First(float[] sample) => sample.Where((_, i) => i % 2 == 0);

        static IEnumerable<float> Second(float[] sample) => sample.Where((_, i) => i % 2 == 1);
    }

    [Fact]
    public void Of_a_second_person_of_zeros_no_copy_is_made()
    {
        var points = new double[2 * 10 * 75];
        Toy.Clip("one", 10, Layouts.Ntu).Coordinates.CopyTo(points);
        var sample = new float[3 * 64 * 25 * 2];
        new NtuPipeline(Layouts.Ntu, SkeletonStream.Joint, absent: AbsentPerson.Copy).Test(new SkeletonClip("two", 10, 25, 2, points), sample);
        Assert.All(sample.Where((_, i) => i % 2 == 1), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Draws_cover_half_the_clip_to_all_of_it_and_never_fewer_frames_than_a_sample()
    {
        var random = new ClipRandom(0, 0, 0, RandomPurpose.Augmentation);
        var draws = Enumerable.Range(0, 5000).Select(_ => CropDraw.Next(200, 64, ref random)).ToList();
        Assert.InRange(draws.Min(draw => draw.Length), 100, 101);
        Assert.InRange(draws.Max(draw => draw.Length), 198, 200);
        Assert.All(draws, draw => Assert.InRange(draw.Start + draw.Length, 1, 200));
        Assert.InRange(draws.Min(draw => draw.AngleX), -0.3, -0.29);
        Assert.InRange(draws.Max(draw => draw.AngleZ), 0.29, 0.3);

        Assert.All(Enumerable.Range(0, 100).Select(_ => CropDraw.Next(100, 64, ref random)), draw => Assert.InRange(draw.Length, 64, 100));
        var short40 = CropDraw.Next(40, 64, ref random);
        Assert.Equal((0, 40), (short40.Start, short40.Length));
    }

    [Theory]
    [InlineData(SkeletonStream.Joint)]
    [InlineData(SkeletonStream.BoneMotion)]
    public void The_topology_that_follows_a_clip_is_of_its_joints_whatever_the_stream(SkeletonStream stream)
    {
        var clip = Toy.Clip("toy", 90, Layouts.Ntu, persons: 2);
        float[] sample = Make(stream, topology: true), joints = Make(SkeletonStream.Joint, topology: false);

        Assert.Equal(
            JointTopology.OfClips(Array.ConvertAll(joints, value => (double)value), 3, 64, 25, 2), sample[joints.Length..].Select(value => (double)value),
            (x, y) => Math.Abs(x - y) < 1e-5);

        float[] Make(SkeletonStream shown, bool topology)
        {
            var pipeline = new NtuPipeline(Layouts.Ntu, shown, topology: topology);
            var made = new float[pipeline.SampleLength];
            pipeline.Test(clip, made);
            return made;
        }
    }

    [Fact]
    public void A_clip_of_nothing_but_zeros_becomes_zeros()
    {
        var sample = new float[3 * 64 * 25 * 2];
        sample.AsSpan().Fill(7);
        new NtuPipeline(Layouts.Ntu, SkeletonStream.Joint).Test(new SkeletonClip("empty", 3, 25, 1, new double[3 * 75]), sample);
        Assert.All(sample, value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_clip_of_other_joints_and_a_stretch_outside_of_it_are_refused()
    {
        var pipeline = new NtuPipeline(Layouts.Ntu, SkeletonStream.Joint);
        var sample = new float[pipeline.SampleLength];
        Assert.Contains("V = 20", Assert.Throws<KinemaException>(() => pipeline.Test(Toy.Clip("other", 5), sample)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => pipeline.Apply(Toy.Clip("toy", 5, Layouts.Ntu), new CropDraw(2, 4, 0, 0, 0), sample));
    }

    [Fact]
    public void A_warm_pipeline_allocates_nothing()
    {
        var (pipeline, clip) = (new NtuPipeline(Layouts.Ntu, SkeletonStream.BoneMotion), Toy.Clip("toy", 90, Layouts.Ntu, persons: 2));
        var sample = new float[pipeline.SampleLength];
        Draw(0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++) Draw(i);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Draw(int instance)
        {
            var random = new ClipRandom(0, 0, instance, RandomPurpose.Augmentation);
            pipeline.Train(clip, ref random, sample);
        }
    }

    private static float[] Sample(SkeletonClip clip, CropDraw draw)
    {
        var pipeline = new NtuPipeline(Layouts.Ntu, SkeletonStream.Joint);
        var sample = new float[pipeline.SampleLength];
        pipeline.Apply(clip, draw, sample);
        return sample;
    }

    private static float[] Test(SkeletonClip clip, SkeletonStream stream, StreamVariant variant)
    {
        var pipeline = new NtuPipeline(Layouts.Ntu, stream, variant);
        var sample = new float[pipeline.SampleLength];
        pipeline.Test(clip, sample);
        return sample;
    }

    private static (SkeletonClip Clip, int Valid) Clip(SafeTensorsFile file, int q)
    {
        var raw = file.Read($"{q}.raw");
        var (values, t) = (raw.ToSingles(), (int)raw.Shape[1]);
        var points = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (m, v, frame, c) = (i % 2, i / 2 % 25, i / 50 % t, i / 50 / t);
            points[(((((m * t) + frame) * 25) + v) * 3) + c] = values[i];
        }
        return (new SkeletonClip($"{q}", t, 25, 2, points), Integer(file, $"{q}.valid_frames"));
    }

    private static int Integer(SafeTensorsFile file, string name) => (int)file.Read(name).ToInt64s()[0];

    private static void AssertNear(SafeTensorsFile file, string name, float[] actual)
    {
        var expected = file.Read(name).ToSingles();
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 1e-6 * Math.Max(1, Math.Abs(expected[i])), $"{name}[{i}]: {expected[i]} recorded, {actual[i]} made");
    }

    private static double[,] X(double a) => new[,] { { 1, 0, 0 }, { 0, Math.Cos(a), Math.Sin(a) }, { 0, -Math.Sin(a), Math.Cos(a) } };

    private static double[,] Y(double a) => new[,] { { Math.Cos(a), 0, -Math.Sin(a) }, { 0, 1, 0 }, { Math.Sin(a), 0, Math.Cos(a) } };

    private static double[,] Z(double a) => new[,] { { Math.Cos(a), Math.Sin(a), 0 }, { -Math.Sin(a), Math.Cos(a), 0 }, { 0, 0, 1 } };

    private static double[,] Times(double[,] a, double[,] b)
    {
        var product = new double[3, 3];
        for (var i = 0; i < 9; i++)
        for (var k = 0; k < 3; k++)
            product[i / 3, i % 3] += a[i / 3, k] * b[k, i % 3];
        return product;
    }
}
