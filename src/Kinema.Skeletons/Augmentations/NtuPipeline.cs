using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>What stands in the place of a second person where a clip shows one.</summary>
public enum AbsentPerson
{
    /// <summary>Zeros: NTU RGB+D 60.</summary>
    Zero,

    /// <summary>The person once more: what CTR-GCN's preparation of NTU RGB+D 120 does.</summary>
    Copy,
}

/// <summary>The draws of a training sample of <see cref="NtuPipeline"/>.</summary>
/// <param name="Start">The first frame that is shown.</param>
/// <param name="Length">How many are.</param>
/// <param name="AngleX">Rotation about x, in radians.</param>
/// <param name="AngleY">Rotation about y, in radians.</param>
/// <param name="AngleZ">Rotation about z, in radians.</param>
public readonly record struct CropDraw(int Start, int Length, double AngleX, double AngleY, double AngleZ)
{
    private const double MostTurn = 0.3, LeastShare = 0.5, TestShare = 0.95;

    /// <summary>
    /// A share p uniform in [0.5, 1) of the clip, but no fewer frames than a sample has, from a uniform start; three angles uniform in ±0.3.
    /// </summary>
    /// <param name="valid">The frames of the clip.</param>
    /// <param name="frames">T, the frames of a sample.</param>
    /// <param name="random">The random numbers.</param>
    public static CropDraw Next(int valid, int frames, ref ClipRandom random)
    {
        var length = Math.Min(Math.Max((int)(valid * random.NextDouble(LeastShare, 1)), frames), valid);
        return new CropDraw(random.NextInt(valid - length + 1), length, Angle(ref random), Angle(ref random), Angle(ref random));

        static double Angle(ref ClipRandom random) => random.NextDouble(-MostTurn, MostTurn);
    }

    /// <summary>A test sample: the middle 95 % of the clip, as recorded.</summary>
    /// <param name="valid">The frames of the clip.</param>
    public static CropDraw Middle(int valid)
    {
        var bias = (int)((1 - TestShare) * valid / 2);
        return new CropDraw(bias, valid - (2 * bias), 0, 0, 0);
    }
}

/// <summary>
/// The samples CTR-GCN and its successors make of NTU RGB+D clips, for any layout and number of persons. All in double, rounded at the end:
///   0. x ← x - c                                             where asked: c is where the first person's centre is when first seen
///   1. x ← x[start .. start + length]                        a stretch of the clip
///   2. T frames of it, by linear interpolation               <see cref="FramePosition"/>
///   3. x ← Rz·Ry·Rx·x                                        one rotation for the clip, in training
///   4. joint, bone or motion                                 <see cref="SkeletonStream"/>
/// Frames in which all coordinates of all persons add up to zero count as none; those that are left are taken to be at the front.
/// Persons beyond M are not shown.
/// </summary>
public sealed class NtuPipeline : StreamPipeline
{
    private readonly AbsentPerson absent;
    private readonly bool centred;

    /// <summary>A pipeline for one layout, stream and length.</summary>
    /// <param name="layout">The layout of the clips.</param>
    /// <param name="stream">What of the joints the network is shown.</param>
    /// <param name="variant">Whose streams.</param>
    /// <param name="frames">T, the frames of a sample; 64 in every paper.</param>
    /// <param name="persons">M, the persons of a sample.</param>
    /// <param name="absent">What stands for a second person that is not there.</param>
    /// <param name="topology">Whether the topology of the joints follows each clip.</param>
    /// <param name="centred">
    /// Whether clips are moved so that the first person's centre joint, when first seen, is the origin. The preparation of NTU RGB+D does so once for all.
    /// </param>
    public NtuPipeline(
        SkeletonLayout layout, SkeletonStream stream, StreamVariant variant = StreamVariant.Ctr, int frames = 64, int persons = 2,
        AbsentPerson absent = AbsentPerson.Zero, bool topology = false, bool centred = false)
        : base(layout, stream, variant, frames, persons, topology) => (this.absent, this.centred) = (absent, centred);

    /// <inheritdoc/>
    public override void Train(SkeletonClip clip, ref ClipRandom random, Span<float> destination)
    {
        var points = Read(clip, out var valid);
        Apply(clip, points, valid > 0 ? CropDraw.Next(valid, Frames, ref random) : default, destination);
        ArrayPool<double>.Shared.Return(points);
    }

    /// <inheritdoc/>
    public override void Test(SkeletonClip clip, Span<float> destination)
    {
        var points = Read(clip, out var valid);
        Apply(clip, points, CropDraw.Middle(valid), destination);
        ArrayPool<double>.Shared.Return(points);
    }

    /// <summary>The sample of given draws: all of the pipeline but the dice.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="draw">The stretch and the rotation; the stretch lies within the frames that are not empty.</param>
    /// <param name="destination">Takes <see cref="ClipPipeline.SampleLength"/> numbers: (C, T, V, M), then the topology.</param>
    /// <exception cref="ArgumentOutOfRangeException">The stretch lies outside of the clip.</exception>
    /// <exception cref="KinemaException">The clip has other joints than the layout (<see cref="ExitCode.Data"/>).</exception>
    public void Apply(SkeletonClip clip, CropDraw draw, Span<float> destination)
    {
        var points = Read(clip, out var valid);
        if (draw.Start < 0 || draw.Length < 0 || draw.Start > valid - draw.Length)
            throw new ArgumentOutOfRangeException(nameof(draw), $"clip {clip.Name} has {valid} frames that are not empty; asked for {draw.Start} to {draw.Start + draw.Length}");
        Apply(clip, points, draw, destination);
        ArrayPool<double>.Shared.Return(points);
    }

    private void Apply(SkeletonClip clip, double[] points, CropDraw draw, Span<float> destination)
    {
        if (draw.Length == 0)
        {
            destination[..SampleLength].Clear();
            return;
        }
        var plane = Frames * Joints;
        var room = ArrayPool<double>.Shared.Rent(7 * plane);
        var shown = ArrayPool<float>.Shared.Rent(plane);
        var means = ArrayPool<double>.Shared.Rent(Channels * Joints);
        means.AsSpan().Clear();
        for (var person = 0; person < Persons; person++)
        {
            var from = person < clip.Persons ? person : absent == AbsentPerson.Copy && clip.Persons == 1 ? 0 : -1;
            if (from < 0)
            {
                for (var i = person; i < ClipLength; i += Persons) destination[i] = 0;
                continue;
            }
            // The three coordinates apart, (3, T, V), and room for them turned and for one as the stream shows it.
            var resized = room.AsSpan(0, 3 * plane);
            var turned = room.AsSpan(3 * plane, 3 * plane);
            Resize(points.AsSpan(from * clip.Frames * Joints * 3, clip.Frames * Joints * 3), draw, resized);
            Turn(resized, turned, draw);
            for (var axis = 0; axis < Channels; axis++)
            {
                var joints = turned.Slice(axis * plane, plane);
                if (TopologyLength > 0) Add(joints, axis, means);
                Place(joints, axis, person, room.AsSpan(6 * plane, plane), shown.AsSpan(0, plane), destination);
            }
        }
        if (TopologyLength > 0) Connect(means.AsSpan(0, Channels * Joints), destination[ClipLength..]);
        ArrayPool<double>.Shared.Return(means);
        ArrayPool<float>.Shared.Return(shown);
        ArrayPool<double>.Shared.Return(room);
    }

    private double[] Read(SkeletonClip clip, out int valid)
    {
        CheckJoints(clip);
        var points = ArrayPool<double>.Shared.Rent(clip.Length);
        clip.CopyTo(points);
        valid = 0;
        var frame = Joints * 3;
        for (var t = 0; t < clip.Frames; t++)
        {
            var sum = 0.0;
            for (var person = 0; person < Math.Min(clip.Persons, Persons); person++)
            {
                foreach (var value in points.AsSpan(((person * clip.Frames) + t) * frame, frame)) sum += value;
            }
            valid += sum != 0 ? 1 : 0;
        }
        if (centred) Centre(points.AsSpan(0, clip.Length), clip.Frames);
        return points;
    }

    // Frames in which a person is not seen are zeros and stay so. The preparation of NTU RGB+D has code of its own for it (ActorRows.MoveToOrigin), which
    // keeps the reference's bits: it subtracts in float32, this in double; of two it clears a frame whose coordinates add up to zero, which is moved
    // here unless all are zeros; of one alone it moves frames of zeros too, which stay here. It has one or two actors and the spine, this any number
    // of persons and the layout's centre joint.
    private void Centre(Span<double> points, int frames)
    {
        var frame = Joints * 3;
        var first = 0;
        while (first < frames && !points.Slice(first * frame, frame).ContainsAnyExcept(0.0)) first++;
        if (first == frames) return; // the first person is never seen
        var centre = points.Slice((first * frame) + (Layout.Center * 3), 3);
        Span<double> origin = [centre[0], centre[1], centre[2]];
        for (var start = 0; start < points.Length; start += frame)
        {
            var one = points.Slice(start, frame);
            if (!one.ContainsAnyExcept(0.0)) continue;
            for (var i = 0; i < frame; i++) one[i] -= origin[i % 3];
        }
    }

    private void Resize(ReadOnlySpan<double> points, CropDraw draw, Span<double> planes)
    {
        var (row, plane) = (Joints * 3, Frames * Joints);
        for (var i = 0; i < Frames; i++)
        {
            var at = FramePosition.Of(i, Frames, draw.Length);
            var near = points.Slice((draw.Start + at.First) * row, row);
            var next = points.Slice((draw.Start + at.Next) * row, row);
            for (int v = 0, p = 0; v < Joints; v++)
            {
                for (var axis = 0; axis < 3; axis++, p++)
                    planes[(axis * plane) + (i * Joints) + v] = at.Between(near[p], next[p]);
            }
        }
    }

    // Columns from the left: x ← Rz·Ry·Rx·x with the signs of the authors' matrices.
    private static void Turn(ReadOnlySpan<double> from, Span<double> to, CropDraw draw)
    {
        var (s0, c0) = Math.SinCos(draw.AngleX);
        var (s1, c1) = Math.SinCos(draw.AngleY);
        var (s2, c2) = Math.SinCos(draw.AngleZ);
        var plane = from.Length / 3;
        if (draw is { AngleX: 0, AngleY: 0, AngleZ: 0 })
        {
            from.CopyTo(to);
            return;
        }
        var x = from[..plane];
        var y = from.Slice(plane, plane);
        var z = from[(2 * plane)..];
        // Ry·Rx, row by row, then Rz mixes its first two rows.
        var (a0, a1, a2) = (c1, s1 * s0, -s1 * c0);
        var (b0, b1, b2) = (0.0, c0, s0);
        Planes.Combine(x, (c2 * a0) + (s2 * b0), y, (c2 * a1) + (s2 * b1), z, (c2 * a2) + (s2 * b2), to[..plane]);
        Planes.Combine(x, (-s2 * a0) + (c2 * b0), y, (-s2 * a1) + (c2 * b1), z, (-s2 * a2) + (c2 * b2), to.Slice(plane, plane));
        Planes.Combine(x, s1, y, -c1 * s0, z, c1 * c0, to[(2 * plane)..]);
    }
}
