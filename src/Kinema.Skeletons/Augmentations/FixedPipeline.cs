using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Skeletons.Topology;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// A pipeline without dice: a clip becomes the same sample every time, in training too. What it makes of the bodies is its own; the stream of
/// their joints comes after. All in double, rounded at the end.
/// </summary>
public abstract class FixedPipeline : ClipPipeline
{
    private readonly SkeletonLayout layout;
    private readonly StreamFrames stream;

    private protected FixedPipeline(
        SkeletonLayout layout, SkeletonStream stream, StreamVariant variant, int frames, int persons, bool topology)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(persons, 1);
        (this.layout, Frames, Persons) = (layout, frames, persons);
        this.stream = new StreamFrames(layout, stream, variant);
        TopologyLength = topology ? layout.JointCount : 0;
    }

    /// <inheritdoc/>
    public override int Channels => layout.Dimensions;

    /// <inheritdoc/>
    public override int Frames { get; }

    /// <inheritdoc/>
    public override int Joints => layout.JointCount;

    /// <inheritdoc/>
    public override int Persons { get; }

    /// <inheritdoc/>
    public override int TopologyLength { get; }

    /// <inheritdoc/>
    public override void Train(SkeletonClip clip, ref ClipRandom random, Span<float> destination) => Test(clip, destination);

    /// <inheritdoc/>
    /// <exception cref="KinemaException">The clip has other joints than the layout (<see cref="ExitCode.Data"/>).</exception>
    public override void Test(SkeletonClip clip, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (clip.Joints != Joints)
            throw new KinemaException(ExitCode.Data, $"clip {clip.Name} has V = {clip.Joints}; the {layout.Name} pipeline takes V = {Joints}");
        var (plane, length) = (Frames * Joints, Persons * Frames * Joints * 3);
        var (points, planes) = (ArrayPool<double>.Shared.Rent(length), ArrayPool<double>.Shared.Rent(2 * plane));
        var shown = ArrayPool<float>.Shared.Rent(plane);
        var means = ArrayPool<double>.Shared.Rent((Channels + 1) * Joints);
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
                Show(joints, planes.AsSpan(plane, plane), shown.AsSpan(0, plane));
                var to = destination.Slice(axis * plane * Persons, plane * Persons);
                for (var i = 0; i < plane; i++) to[(i * Persons) + person] = shown[i];
            }
        }
        if (TopologyLength > 0) Connect(means, destination[ClipLength..]);
        ArrayPool<double>.Shared.Return(means);
        ArrayPool<float>.Shared.Return(shown);
        ArrayPool<double>.Shared.Return(planes);
        ArrayPool<double>.Shared.Return(points);
    }

    /// <summary>The bodies of a sample.</summary>
    /// <param name="clip">A clip of the layout.</param>
    /// <param name="bodies">Takes M·T·V·3 numbers, [m][t][v][x, y, z]; zeros where nobody is put.</param>
    private protected abstract void Make(SkeletonClip clip, Span<double> bodies);

    private void Show(ReadOnlySpan<double> joints, Span<double> related, Span<float> shown)
    {
        for (var t = 0; t < Frames; t++) stream.Relate(joints.Slice(t * Joints, Joints), related.Slice(t * Joints, Joints));
        stream.Show(related, Joints, shown);
    }

    private void Add(ReadOnlySpan<double> joints, int axis, Span<double> means)
    {
        for (var i = 0; i < joints.Length; i++) means[(i % Joints * Channels) + axis] += joints[i] / (Frames * Persons);
    }

    private void Connect(Span<double> means, Span<float> destination)
    {
        var topology = means.Slice(Channels * Joints, Joints);
        JointTopology.Of(means[..(Channels * Joints)], Joints, topology);
        Planes.Round(topology, destination[..Joints]);
    }
}
