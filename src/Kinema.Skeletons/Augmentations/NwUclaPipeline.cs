using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>Whose joint and bone streams the NW-UCLA pipeline makes.</summary>
public enum NwUclaVariant
{
    /// <summary>CTR-GCN's and AGCN's: joints as they are, the root's bone zero.</summary>
    Ctr,

    /// <summary>
    /// That of Hyperformer in the released CSRE code: joints relative to the root of their frame, and the root itself, in joint and bone
    /// streams, keeps its coordinates, so that it carries the path of the body.
    /// </summary>
    Csre,
}

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
/// Step 3 cancels step 1 and s; of the augmentation only the rotation matters.
/// </summary>
/// <remarks>
/// An axis on which every coordinate is equal becomes 0: the reference divides by zero there. The reference draws one more number
/// before the angles and throws it away; we do not, since our random numbers are other ones anyway.
/// </remarks>
public sealed class NwUclaPipeline : ClipPipeline
{
    private const int LongestSample = 4096;            // frame numbers are drawn on the stack

    private readonly SkeletonLayout layout;
    private readonly int[] parents;

    /// <summary>A pipeline for one layout, stream and length.</summary>
    /// <param name="layout">The layout of the clips.</param>
    /// <param name="stream">What of the joints the network is shown.</param>
    /// <param name="variant">Whose streams.</param>
    /// <param name="frames">T, the frames of a sample; 52 in every paper, at most 4,096.</param>
    public NwUclaPipeline(SkeletonLayout layout, SkeletonStream stream, NwUclaVariant variant = NwUclaVariant.Ctr, int frames = 52)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frames, LongestSample);
        this.layout = layout;
        parents = [.. layout.Parents];
        Stream = stream;
        Variant = variant;
        Frames = frames;
    }

    /// <summary>What of the joints the network is shown.</summary>
    public SkeletonStream Stream { get; }

    /// <summary>Whose streams.</summary>
    public NwUclaVariant Variant { get; }

    /// <inheritdoc/>
    public override int Channels => layout.Dimensions;

    /// <inheritdoc/>
    public override int Frames { get; }

    /// <inheritdoc/>
    public override int Joints => layout.JointCount;

    /// <inheritdoc/>
    public override int Persons => 1;

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
    /// <param name="destination">Takes <see cref="ClipPipeline.SampleLength"/> numbers, (C, T, V, 1).</param>
    /// <exception cref="KinemaException">
    /// The clip has other joints than the layout, or more than one person (<see cref="ExitCode.Data"/>).
    /// </exception>
    public void Apply(SkeletonClip clip, ViewDraw view, ReadOnlySpan<int> frames, Span<float> destination)
    {
        if (clip.Joints != Joints || clip.Persons != 1)
        {
            throw new KinemaException(ExitCode.Data,
                $"clip {clip.Name} has V = {clip.Joints}, M = {clip.Persons}; the {layout.Name} pipeline takes V = {Joints}, M = 1");
        }
        var whole = ArrayPool<double>.Shared.Rent(clip.Length);
        var sample = ArrayPool<double>.Shared.Rent(Frames * Joints * 3);
        var points = whole.AsSpan(0, clip.Length);
        clip.CopyTo(points);
        Turn(points, view);
        Normalize(points);
        MakeStream(points, frames, sample);
        Write(sample, destination);
        ArrayPool<double>.Shared.Return(sample);
        ArrayPool<double>.Shared.Return(whole);
    }

    private void Turn(Span<double> points, ViewDraw view)
    {
        var center = layout.Center * 3;
        var (cx, cy, cz) = (points[center], points[center + 1], points[center + 2]);
        var (sinX, cosX) = Math.SinCos(view.AngleX * Math.PI / 180);
        var (sinY, cosY) = Math.SinCos(view.AngleY * Math.PI / 180);
        var s = view.Scale;
        // Rx·s and Ry with rows as in the summary; their product, row by row.
        var (r00, r01, r02) = (cosY * s, sinY * sinX * s, -sinY * (cosX * s));
        var (r11, r12) = (cosX * s, sinX * s);
        var (r20, r21, r22) = (sinY * s, -cosY * (sinX * s), cosY * (cosX * s));
        for (var i = 0; i < points.Length; i += 3)
        {
            var (x, y, z) = (points[i] - cx, points[i + 1] - cy, points[i + 2] - cz);
            points[i] = x * r00 + z * r20;
            points[i + 1] = x * r01 + y * r11 + z * r21;
            points[i + 2] = x * r02 + y * r12 + z * r22;
        }
    }

    private static void Normalize(Span<double> points)
    {
        for (var axis = 0; axis < 3; axis++)
        {
            var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
            for (var i = axis; i < points.Length; i += 3)
            {
                low = Math.Min(low, points[i]);
                high = Math.Max(high, points[i]);
            }
            for (var i = axis; i < points.Length; i += 3)
                points[i] = high > low ? (points[i] - low) / (high - low) * 2 - 1 : 0;
        }
    }

    // Frame by frame: joints or bones of the frames shown, then differences in place.
    private void MakeStream(ReadOnlySpan<double> points, ReadOnlySpan<int> frames, Span<double> sample)
    {
        var row = Joints * 3;
        var root = layout.Root * 3;
        for (var t = 0; t < Frames; t++)
        {
            var from = points.Slice(frames[t] * row, row);
            var to = sample.Slice(t * row, row);
            from.CopyTo(to);
            for (var v = 0; v < Joints; v++)
            {
                var origin = Stream.IsBone() ? parents[v] * 3 : root;
                var relative = Stream.IsBone() || Variant == NwUclaVariant.Csre;
                if (!relative || (Variant == NwUclaVariant.Csre && v == layout.Root))
                    continue;
                for (var axis = 0; axis < 3; axis++)
                    to[v * 3 + axis] -= from[origin + axis];
            }
        }
        if (!Stream.IsMotion())
            return;
        for (var i = 0; i < (Frames - 1) * row; i++)
            sample[i] = sample[i + row] - sample[i];
        sample.Slice((Frames - 1) * row, row).Clear();
    }

    // [t][v][c] to (C, T, V, 1).
    private void Write(ReadOnlySpan<double> sample, Span<float> destination)
    {
        var plane = Frames * Joints;
        for (var c = 0; c < Channels; c++)
        {
            for (var i = 0; i < plane; i++)
                destination[c * plane + i] = (float)sample[i * 3 + c];
        }
    }
}
