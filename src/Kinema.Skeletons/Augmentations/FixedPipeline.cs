using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// A pipeline without dice: a clip becomes the same sample every time, in training too. What it makes of the bodies is its own; the stream of
/// their joints comes after. All in double, rounded at the end.
/// </summary>
public abstract class FixedPipeline : StreamPipeline
{
    private protected FixedPipeline(
        SkeletonLayout layout, SkeletonStream stream, StreamVariant variant, int frames, int persons, bool topology)
        : base(layout, stream, variant, frames, persons, topology)
    {
    }

    /// <inheritdoc/>
    public override void Train(SkeletonClip clip, ref ClipRandom random, Span<float> destination) => Test(clip, destination);

    /// <inheritdoc/>
    /// <exception cref="KinemaException">The clip has other joints than the layout (<see cref="ExitCode.Data"/>).</exception>
    public override void Test(SkeletonClip clip, Span<float> destination)
    {
        CheckJoints(clip);
        var (plane, length) = (Frames * Joints, Persons * Frames * Joints * 3);
        var (points, planes) = (ArrayPool<double>.Shared.Rent(length), ArrayPool<double>.Shared.Rent(2 * plane));
        var shown = ArrayPool<float>.Shared.Rent(plane);
        var means = ArrayPool<double>.Shared.Rent(Channels * Joints);
        var bodies = points.AsSpan(0, length);
        bodies.Clear();
        means.AsSpan().Clear();
        Make(clip, bodies);
        for (var person = 0; person < Persons; person++)
        {
            var body = bodies.Slice(person * plane * 3, plane * 3);
            for (var axis = 0; axis < Channels; axis++)
            {
                var joints = planes.AsSpan(0, plane);
                for (var i = 0; i < plane; i++) joints[i] = body[(3 * i) + axis];
                if (TopologyLength > 0) Add(joints, axis, means);
                Place(joints, axis, person, planes.AsSpan(plane, plane), shown.AsSpan(0, plane), destination);
            }
        }
        if (TopologyLength > 0) Connect(means.AsSpan(0, Channels * Joints), destination[ClipLength..]);
        ArrayPool<double>.Shared.Return(means);
        ArrayPool<float>.Shared.Return(shown);
        ArrayPool<double>.Shared.Return(planes);
        ArrayPool<double>.Shared.Return(points);
    }

    /// <summary>The bodies of a sample.</summary>
    /// <param name="clip">A clip of the layout.</param>
    /// <param name="bodies">Takes M·T·V·3 numbers, [m][t][v][x, y, z]; zeros where nobody is put.</param>
    private protected abstract void Make(SkeletonClip clip, Span<double> bodies);
}
