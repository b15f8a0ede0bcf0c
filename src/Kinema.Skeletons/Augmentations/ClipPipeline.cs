using Kinema.Skeletons.Clips;

namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// Turns a clip of any length into what a network reads: (C, T, V, M) in C order, single precision. One pipeline serves all threads;
/// it holds no state between samples and, but for <see cref="MirroredPipeline"/>, allocates nothing once warm.
/// </summary>
public abstract class ClipPipeline
{
    /// <summary>C, the channels of a sample.</summary>
    public abstract int Channels { get; }

    /// <summary>T, the frames of a sample.</summary>
    public abstract int Frames { get; }

    /// <summary>V, the joints of a sample.</summary>
    public abstract int Joints { get; }

    /// <summary>M, the persons of a sample.</summary>
    public abstract int Persons { get; }

    /// <summary>
    /// How many numbers of topology follow the clip: V, of the joints whatever the stream (<see cref="Topology.JointTopology"/>), or 0.
    /// </summary>
    public virtual int TopologyLength => 0;

    /// <summary>C·T·V·M, the numbers of a clip.</summary>
    public int ClipLength => checked(Channels * Frames * Joints * Persons);

    /// <summary>The numbers of a sample: clip and topology.</summary>
    public int SampleLength => checked(ClipLength + TopologyLength);

    /// <summary>A training sample, with fresh augmentation.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="random">The random numbers of this instance in this epoch.</param>
    /// <param name="destination">Takes <see cref="SampleLength"/> numbers: (C, T, V, M), then the topology.</param>
    public abstract void Train(SkeletonClip clip, ref ClipRandom random, Span<float> destination);

    /// <summary>A test sample, without augmentation.</summary>
    /// <param name="clip">The clip.</param>
    /// <param name="destination">Takes <see cref="SampleLength"/> numbers: (C, T, V, M), then the topology.</param>
    public abstract void Test(SkeletonClip clip, Span<float> destination);
}
