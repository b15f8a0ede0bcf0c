using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// A pipeline that now and then is shown the mirrored clip in training (<see cref="ClipMirror"/>). Whether is drawn before all that the pipeline
/// draws itself; in tests it is shown clips as they are. A mirrored sample allocates two small objects, and no room for coordinates.
/// </summary>
public sealed class MirroredPipeline : ClipPipeline
{
    private readonly ClipPipeline inner;
    private readonly ClipMirror mirror;
    private readonly double probability;

    /// <summary>A pipeline around another.</summary>
    /// <param name="inner">What makes samples of clips.</param>
    /// <param name="layout">The layout of the clips.</param>
    /// <param name="probability">That with which a clip is mirrored: above 0, at most 1. For 0 the pipeline itself will do.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is none of those.</exception>
    /// <exception cref="KinemaException">The layout does not say what is left and right (<see cref="ExitCode.Configuration"/>).</exception>
    public MirroredPipeline(ClipPipeline inner, SkeletonLayout layout, double probability)
    {
        ArgumentNullException.ThrowIfNull(inner);
        if (!(probability > 0 && probability <= 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "a probability above 0 and at most 1 expected");
        (this.inner, this.probability, mirror) = (inner, probability, new ClipMirror(layout));
    }

    /// <inheritdoc/>
    public override int Channels => inner.Channels;

    /// <inheritdoc/>
    public override int Frames => inner.Frames;

    /// <inheritdoc/>
    public override int Joints => inner.Joints;

    /// <inheritdoc/>
    public override int Persons => inner.Persons;

    /// <inheritdoc/>
    public override int TopologyLength => inner.TopologyLength;

    /// <inheritdoc/>
    public override void Train(SkeletonClip clip, ref ClipRandom random, Span<float> destination)
    {
        var mirrored = random.NextDouble() < probability;
        inner.Train(mirrored ? mirror.Of(clip) : clip, ref random, destination);
    }

    /// <inheritdoc/>
    public override void Test(SkeletonClip clip, Span<float> destination) => inner.Test(clip, destination);
}
