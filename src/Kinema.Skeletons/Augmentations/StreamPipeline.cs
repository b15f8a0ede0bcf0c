using System.Buffers;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Skeletons.Topology;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// What pipelines have in common that show a stream of a layout's joints, with or without their topology. What becomes of the bodies before that
/// is each pipeline's own.
/// </summary>
public abstract class StreamPipeline : ClipPipeline
{
    private readonly StreamFrames stream;

    private protected StreamPipeline(SkeletonLayout layout, SkeletonStream stream, StreamVariant variant, int frames, int persons, bool topology)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(persons, 1);
        (Layout, Frames, Persons) = (layout, frames, persons);
        this.stream = new StreamFrames(layout, stream, variant);
        TopologyLength = topology ? layout.JointCount : 0;
    }

    /// <inheritdoc/>
    public override int Channels => Layout.Dimensions;

    /// <inheritdoc/>
    public override int Frames { get; }

    /// <inheritdoc/>
    public override int Joints => Layout.JointCount;

    /// <inheritdoc/>
    public override int Persons { get; }

    /// <inheritdoc/>
    public override int TopologyLength { get; }

    private protected SkeletonLayout Layout { get; }

    private protected void CheckJoints(SkeletonClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (clip.Joints != Joints)
            throw new KinemaException(ExitCode.Data, $"clip {clip.Name} has V = {clip.Joints}; the {Layout.Name} pipeline takes V = {Joints}");
    }

    /// <summary>to ← a frame of joints (V) on one axis, as the stream relates them.</summary>
    private protected void Relate(ReadOnlySpan<double> joints, Span<double> to) => stream.Relate(joints, to);

    /// <summary>Related frames (T, V) to what the network is shown.</summary>
    private protected void Show(ReadOnlySpan<double> related, Span<float> destination) => stream.Show(related, Joints, destination);

    /// <summary>One axis of a body, (T, V), to its place in a sample of several persons.</summary>
    /// <param name="joints">The joints.</param>
    /// <param name="axis">Which axis.</param>
    /// <param name="person">Which person.</param>
    /// <param name="related">Room for T·V numbers.</param>
    /// <param name="shown">Room for T·V numbers.</param>
    /// <param name="destination">The sample, (C, T, V, M).</param>
    private protected void Place(
        ReadOnlySpan<double> joints, int axis, int person, Span<double> related, Span<float> shown, Span<float> destination)
    {
        for (var t = 0; t < Frames; t++) Relate(joints.Slice(t * Joints, Joints), related.Slice(t * Joints, Joints));
        Show(related, shown);
        var to = destination.Slice(axis * joints.Length * Persons, joints.Length * Persons);
        for (var i = 0; i < joints.Length; i++) to[(i * Persons) + person] = shown[i];
    }

    /// <summary>Adds one axis of frames of joints to their means over all frames and persons of a sample.</summary>
    /// <param name="joints">Any number of frames of V joints.</param>
    /// <param name="axis">Which axis.</param>
    /// <param name="means">The means so far, (V, C); zeros to begin with.</param>
    private protected void Add(ReadOnlySpan<double> joints, int axis, Span<double> means)
    {
        for (var i = 0; i < joints.Length; i++) means[(i % Joints * Channels) + axis] += joints[i] / (Frames * Persons);
    }

    /// <summary>The topology of the joints at their means, (V, C), to the V numbers after the clip.</summary>
    private protected void Connect(ReadOnlySpan<double> means, Span<float> destination)
    {
        var topology = ArrayPool<double>.Shared.Rent(Joints);
        JointTopology.Of(means, Joints, topology.AsSpan(0, Joints));
        Planes.Round(topology.AsSpan(0, Joints), destination[..Joints]);
        ArrayPool<double>.Shared.Return(topology);
    }
}
