using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Skeletons.Topology;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Augmentations;

/// <summary>The pipelines of 2s-AGCN and of ActCLR, which draw nothing.</summary>
public sealed class FixedPipelineTests
{
    private const int Joints = 25;

    [Theory]
    [InlineData(73, 2, 50)]      // shortened
    [InlineData(20, 1, 50)]      // stretched, nobody in the second place
    [InlineData(1, 2, 7)]
    [InlineData(333, 2, 50)]     // frames beyond 300 are not looked at
    public void Samples_of_actclr_agree_with_plain_loops(int length, int persons, int frames)
    {
        var points = Toy.Clip("toy", length, Layouts.Ntu, persons: persons, seed: length).Coordinates.ToArray();
        for (var t = length - (length / 9); t < length; t++)                              // the first person leaves early
            points.AsSpan(t * Joints * 3, Joints * 3).Clear();
        var pipeline = new ActClrPipeline(Layouts.Ntu, SkeletonStream.Joint, frames: frames);
        var sample = new float[pipeline.SampleLength];
        pipeline.Test(new SkeletonClip("toy", length, Joints, persons, points), sample);

        var expected = PlainActClr(points, length, persons, frames);
        Assert.Equal(expected.Length, sample.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], sample[i], 1e-5);
    }

    [Fact]
    public void In_samples_of_actclr_the_shoulder_centre_is_the_origin_and_the_shoulders_lie_along_x()
    {
        var pipeline = new ActClrPipeline(Layouts.Ntu, SkeletonStream.Joint, frames: 12);
        var points = Toy.Clip("toy", 12, Layouts.Ntu).Coordinates.ToArray();
        // Somebody who never turns his back: the angle is told from its cosine, so that frames whose depth has another sign than the clip's would be
        // turned the wrong way, as theirs are.
        for (var at = 0; at < points.Length; at += Joints * 3) points[at + 26] = points[at + 14] - 1;
        var sample = new float[pipeline.SampleLength];
        pipeline.Test(new SkeletonClip("toy", 12, Joints, 1, points), sample);

        for (var t = 0; t < 12; t++)
        {
            for (var axis = 0; axis < 3; axis++) Assert.Equal(0, At(axis, t, 20), 1e-6);
            var (x, z) = (At(0, t, 8) - At(0, t, 4), At(2, t, 8) - At(2, t, 4));
            Assert.True(x > 0.999 && Math.Abs(z) < 2e-2 * x, $"frame {t}: ({x}, {z})");
        }

        float At(int axis, int t, int v) => sample[(((axis * 12) + t) * Joints + v) * 2];
    }

    [Fact]
    public void Samples_of_2s_agcn_are_the_pre_normalised_clip()
    {
        var clip = Toy.Clip("toy", 9, Layouts.Ntu, persons: 2);
        var made = new double[2 * 30 * Joints * 3];
        new PreNormalization(Layouts.Ntu, 30).Apply(clip, made);
        var pipeline = new AgcnPipeline(Layouts.Ntu, SkeletonStream.Joint, frames: 30);
        var sample = new float[pipeline.SampleLength];
        pipeline.Test(clip, sample);

        for (var i = 0; i < sample.Length; i++)
        {
            var (axis, t, v, m) = (i / (30 * Joints * 2), i / (Joints * 2) % 30, i / 2 % Joints, i % 2);
            Assert.Equal((float)made[(((m * 30) + t) * Joints + v) * 3 + axis], sample[i]);
        }
        Assert.Equal((3, 300, 25, 2), Shape(new AgcnPipeline(Layouts.Ntu, SkeletonStream.Joint)));
        Assert.Equal((3, 50, 25, 2), Shape(new ActClrPipeline(Layouts.Ntu, SkeletonStream.Joint)));

        static (int C, int T, int V, int M) Shape(ClipPipeline pipeline) => (pipeline.Channels, pipeline.Frames, pipeline.Joints, pipeline.Persons);
    }

    [Theory, InlineData(SkeletonStream.Bone), InlineData(SkeletonStream.JointMotion), InlineData(SkeletonStream.BoneMotion)]
    public void Streams_are_made_of_the_finished_joints(SkeletonStream stream)
    {
        var clip = Toy.Clip("toy", 17, Layouts.Ntu, persons: 2);
        foreach (var make in (Func<SkeletonStream, ClipPipeline>[])
            [s => new ActClrPipeline(Layouts.Ntu, s, frames: 10), s => new AgcnPipeline(Layouts.Ntu, s, frames: 10)])
        {
            float[] joints = Sample(make(SkeletonStream.Joint)), shown = Sample(make(stream));
            for (var i = 0; i < shown.Length; i++)
            {
                var (t, v) = (i / (Joints * 2) % 10, i / 2 % Joints);
                var expected = stream.IsMotion() ? t == 9 ? 0 : One(i + (Joints * 2), v) - One(i, v) : One(i, v);
                Assert.Equal(expected, shown[i], 1e-5);
            }

            double One(int at, int v) => stream.IsBone() ? joints[at] - joints[at + ((Layouts.Ntu.Parents[v] - v) * 2)] : joints[at];

            float[] Sample(ClipPipeline pipeline)
            {
                var sample = new float[pipeline.SampleLength];
                pipeline.Test(clip, sample);
                return sample;
            }
        }
    }

    [Fact]
    public void Training_samples_are_the_test_samples_and_draw_nothing()
    {
        var clip = Toy.Clip("toy", 17, Layouts.Ntu);
        foreach (var pipeline in (ClipPipeline[])
            [new ActClrPipeline(Layouts.Ntu, SkeletonStream.Joint), new AgcnPipeline(Layouts.Ntu, SkeletonStream.Joint, frames: 20)])
        {
            float[] test = new float[pipeline.SampleLength], train = new float[pipeline.SampleLength];
            var random = new ClipRandom(1, 2, 3, RandomPurpose.Augmentation);
            var untouched = new ClipRandom(1, 2, 3, RandomPurpose.Augmentation);
            pipeline.Test(clip, test);
            pipeline.Train(clip, ref random, train);
            Assert.Equal(test, train);
            Assert.Equal(untouched.NextDouble(0, 1), random.NextDouble(0, 1));
            Assert.Contains(test, value => value != 0);
        }
    }

    [Fact]
    public void The_topology_is_that_of_the_finished_joints_mean()
    {
        var clip = Toy.Clip("toy", 17, Layouts.Ntu, persons: 2);
        var pipeline = new ActClrPipeline(Layouts.Ntu, SkeletonStream.Bone, frames: 10, topology: true);
        var (sample, joints) = (new float[pipeline.SampleLength], new float[pipeline.ClipLength]);
        pipeline.Test(clip, sample);
        new ActClrPipeline(Layouts.Ntu, SkeletonStream.Joint, frames: 10).Test(clip, joints);
        var (means, expected) = (new double[Joints * 3], new double[Joints]);
        for (var i = 0; i < joints.Length; i++) means[(i / 2 % Joints * 3) + (i / (10 * Joints * 2))] += joints[i] / 20.0;
        JointTopology.Of(means, Joints, expected);

        Assert.Equal(Joints, pipeline.TopologyLength);
        for (var v = 0; v < Joints; v++) Assert.Equal(expected[v], sample[pipeline.ClipLength + v], 1e-5);
    }

    [Fact]
    public void A_clip_without_anybody_is_all_zeros()
    {
        foreach (var pipeline in (ClipPipeline[])[new ActClrPipeline(Layouts.Ntu, SkeletonStream.Joint), new AgcnPipeline(Layouts.Ntu, SkeletonStream.Joint)])
        {
            var sample = Enumerable.Repeat(1f, pipeline.SampleLength).ToArray();
            pipeline.Test(new SkeletonClip("empty", 3, Joints, 1, new double[3 * Joints * 3]), sample);
            Assert.All(sample, value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void Other_joints_are_refused_by_name()
    {
        Assert.Contains("has no joint 'shoulder-center'", Assert.Throws<KinemaException>(() => new ActClrPipeline(WithoutCentre, SkeletonStream.Joint)).Message,
            StringComparison.Ordinal);
        Assert.Contains("has no joint 'hip-center'", Assert.Throws<KinemaException>(() => new AgcnPipeline(Toy.Arm, SkeletonStream.Joint)).Message,
            StringComparison.Ordinal);
        var pipeline = new ActClrPipeline(Layouts.Ntu, SkeletonStream.Joint);
        var error = Assert.Throws<KinemaException>(() => pipeline.Test(Toy.Clip("toy", 3), new float[pipeline.SampleLength]));
        Assert.Equal((ExitCode.Data, "clip toy has V = 20; the ntu pipeline takes V = 25"), (error.ExitCode, error.Message));
    }

    private static SkeletonLayout WithoutCentre { get; } =
        Layouts.Parse("{name: half, center: hip-center, joints: [hip-center, spine], bones: [[spine, hip-center]]}", "half.yaml");

    // (C, T, V, M), step by step as it was published: centre, resize, turn.
    private static double[] PlainActClr(double[] points, int length, int persons, int frames)
    {
        const int hip = 0, left = 4, right = 8, centre = 20;
        double Point(int m, int t, int v, int axis) => points[(((m * length) + t) * Joints + v) * 3 + axis];

        var valid = Enumerable.Range(0, Math.Min(300, length)).Count(t => Enumerable.Range(0, 3).Any(axis => Point(0, t, hip, axis) != 0));
        var sample = new double[3 * frames * Joints * 2];
        for (var m = 0; m < persons; m++)
        {
            var body = new double[frames, Joints, 3];
            for (var i = 0; i < frames; i++)
                for (var v = 0; v < Joints; v++)
                    for (var axis = 0; axis < 3; axis++)
                    {
                        var at = Math.Clamp(((i + 0.5) * valid / frames) - 0.5, 0, valid - 1);
                        var (low, high) = ((int)Math.Floor(at), (int)Math.Ceiling(at));
                        double Centred(int t) => Point(m, t, v, axis) - Point(m, t, centre, axis);
                        body[i, v, axis] = low == high ? Centred(low) : (Centred(low) * (high - at)) + (Centred(high) * (at - low));
                    }
            var depth = Enumerable.Range(0, frames).Sum(i => body[i, right, 2] - body[i, left, 2]);
            for (var i = 0; i < frames; i++)
            {
                var (vx, vz) = (body[i, right, 0] - body[i, left, 0], body[i, right, 2] - body[i, left, 2]);
                var theta = Math.Acos(vx / (Math.Sqrt((vx * vx) + (vz * vz)) + 0.0001)) * (depth >= 0 ? -1 : 1);
                for (var v = 0; v < Joints; v++)
                {
                    var (x, z) = (body[i, v, 0], body[i, v, 2]);
                    sample[At(0, i, v, m)] = (Math.Cos(theta) * x) - (Math.Sin(theta) * z);
                    sample[At(1, i, v, m)] = body[i, v, 1];
                    sample[At(2, i, v, m)] = (Math.Sin(theta) * x) + (Math.Cos(theta) * z);
                }
            }
        }
        return sample;

        int At(int axis, int t, int v, int m) => ((((axis * frames) + t) * Joints) + v) * 2 + m;
    }
}
