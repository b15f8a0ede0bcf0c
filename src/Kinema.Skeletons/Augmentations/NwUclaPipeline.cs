using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>The view a clip is turned into: what <see cref="NwUclaPipeline"/> draws for a training sample.</summary>
/// <param name="AngleX">Rotation about x, in whole degrees.</param>
/// <param name="AngleY">Rotation about y, in whole degrees.</param>
/// <param name="Scale">Factor on all coordinates; cancelled by the normalisation, kept because the reference has it.</param>
public readonly record struct ViewDraw(int AngleX, int AngleY, double Scale)
{
    /// <summary>The view of a test sample: as recorded.</summary>
    public static ViewDraw None => new(0, 0, 1);

    /// <summary>Angles uniform in -60 .. 60 degrees, both ends included, and a scale uniform in [0.5, 1.5).</summary>
    /// <param name="random">The random numbers.</param>
    public static ViewDraw Next(ref ClipRandom random) =>
        new(random.NextInt(-60, 61), random.NextInt(-60, 61), random.NextDouble(0.5, 1.5));
}

/// <summary>
/// The samples CTR-GCN and its successors make of NW-UCLA clips, for any layout with one person. All in double, rounded at the end:
///   1. x ← x - x[0, center]                                  centre on the first frame
///   2. x ← x · Ry·(Rx·s)                                     turn the view (rows times matrix)
///   3. x ← (x - min)/(max - min)·2 - 1                       per axis, over all frames and joints of the clip
///   4. T frames of the clip                                  <see cref="FrameSampling"/>
///   5. joint, bone or motion                                 <see cref="SkeletonStream"/>
/// The topology, where it is asked for, is that of the joints after step 4, whatever the stream.
/// Step 3 cancels step 1 and s; of the augmentation only the rotation matters.
/// </summary>
/// <remarks>
/// An axis on which every coordinate is equal becomes 0: the reference divides by zero there. The reference draws one more number
/// before the angles and throws it away; we do not, since our random numbers are other ones anyway.
/// </remarks>
public sealed class NwUclaPipeline : StreamPipeline
{
    private const int LongestSample = 4096;            // frame numbers are drawn on the stack

    /// <summary>A pipeline for one layout, stream and length.</summary>
    /// <param name="layout">The layout of the clips.</param>
    /// <param name="stream">What of the joints the network is shown.</param>
    /// <param name="variant">Whose streams.</param>
    /// <param name="frames">T, the frames of a sample; 52 in every paper, at most 4,096.</param>
    /// <param name="topology">Whether the topology of the joints follows each clip.</param>
    public NwUclaPipeline(
        SkeletonLayout layout, SkeletonStream stream, StreamVariant variant = StreamVariant.Ctr, int frames = 52, bool topology = false)
        : base(layout, stream, variant, frames, persons: 1, topology) => ArgumentOutOfRangeException.ThrowIfGreaterThan(frames, LongestSample);

    /// <inheritdoc/>
    public override void Train(SkeletonClip clip, ref ClipRandom random, Span<float> destination)
    {
        var view = ViewDraw.Next(ref random);
        Span<int> frames = stackalloc int[Frames];
        FrameSampling.Draw(clip.Frames, ref random, frames);
        Apply(clip, view, frames, destination);
    }

    /// <inheritdoc/>
    public override void Test(SkeletonClip clip, Span<float> destination)
    {
        Span<int> frames = stackalloc int[Frames];
        FrameSampling.Spread(clip.Frames, frames);
        Apply(clip, ViewDraw.None, frames, destination);
    }

    /// <summary>The sample of given draws: all of the pipeline but the dice.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="view">The view.</param>
    /// <param name="frames">The T frame numbers, ascending.</param>
    /// <param name="destination">Takes <see cref="ClipPipeline.SampleLength"/> numbers: (C, T, V, 1), then the topology.</param>
    /// <exception cref="KinemaException">
    /// The clip has other joints than the layout, or more than one person (<see cref="ExitCode.Data"/>).
    /// </exception>
    public void Apply(SkeletonClip clip, ViewDraw view, ReadOnlySpan<int> frames, Span<float> destination)
    {
        if (clip.Joints != Joints || clip.Persons != 1)
        {
            throw new KinemaException(ExitCode.Data,
                $"clip {clip.Name} has V = {clip.Joints}, M = {clip.Persons}; the {Layout.Name} pipeline takes V = {Joints}, M = 1"
                + (clip.Persons > 1 ? ": 'kinema data convert --max-persons 1' keeps one" : ""));
        }
        var points = ArrayPool<double>.Shared.Rent(clip.Length);
        var planes = ArrayPool<double>.Shared.Rent(2 * clip.Length);
        var sample = ArrayPool<double>.Shared.Rent(Frames * Joints);
        var means = ArrayPool<double>.Shared.Rent(Channels * Joints);
        means.AsSpan().Clear();
        clip.CopyTo(points);
        // The three coordinates apart, (3, L, V), and room for them turned.
        var centred = planes.AsSpan(0, clip.Length);
        var turned = planes.AsSpan(clip.Length, clip.Length);
        Centre(points.AsSpan(0, clip.Length), centred);
        Turn(centred, turned, view);
        for (var axis = 0; axis < Channels; axis++)
        {
            var plane = turned.Slice(axis * clip.Frames * Joints, clip.Frames * Joints);
            Planes.Normalize(plane);
            // Joints or bones of the frames shown, (T, V), then differences.
            for (var t = 0; t < frames.Length; t++)
            {
                var joints = plane.Slice(frames[t] * Joints, Joints);
                if (TopologyLength > 0) Add(joints, axis, means);
                Relate(joints, sample.AsSpan(t * Joints, Joints));
            }
            Show(sample.AsSpan(0, Frames * Joints), destination.Slice(axis * Frames * Joints, Frames * Joints));
        }
        if (TopologyLength > 0) Connect(means.AsSpan(0, Channels * Joints), destination[ClipLength..]);
        ArrayPool<double>.Shared.Return(means);
        ArrayPool<double>.Shared.Return(sample);
        ArrayPool<double>.Shared.Return(planes);
        ArrayPool<double>.Shared.Return(points);
    }

    // [t][v][c] to [c][t][v], relative to the centre of the first frame.
    private void Centre(ReadOnlySpan<double> points, Span<double> planes)
    {
        var center = Layout.Center * 3;
        var (cx, cy, cz) = (points[center], points[center + 1], points[center + 2]);
        var count = points.Length / 3;
        var xs = planes[..count];
        var ys = planes.Slice(count, count);
        var zs = planes.Slice(2 * count, count);
        for (var i = 0; i < xs.Length; i++)
        {
            var point = points.Slice(i * 3, 3);
            (xs[i], ys[i], zs[i]) = (point[0] - cx, point[1] - cy, point[2] - cz);
        }
    }

    private static void Turn(ReadOnlySpan<double> from, Span<double> to, ViewDraw view)
    {
        var (sinX, cosX) = Math.SinCos(view.AngleX * Math.PI / 180);
        var (sinY, cosY) = Math.SinCos(view.AngleY * Math.PI / 180);
        var s = view.Scale;
        // Rx·s and Ry with rows as in the summary; their product, row by row.
        var (r00, r01, r02) = (cosY * s, sinY * sinX * s, -sinY * (cosX * s));
        var (r11, r12) = (cosX * s, sinX * s);
        var (r20, r21, r22) = (sinY * s, -cosY * (sinX * s), cosY * (cosX * s));
        var count = to.Length / 3;
        var x = from[..count];
        var y = from.Slice(count, count);
        var z = from.Slice(2 * count, count);
        Planes.Combine(x, r00, z, r20, to[..count]);
        Planes.Combine(x, r01, y, r11, z, r21, to.Slice(count, count));
        Planes.Combine(x, r02, y, r12, z, r22, to.Slice(2 * count, count));
    }
}
