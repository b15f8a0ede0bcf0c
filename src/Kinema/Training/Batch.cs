using Kinema.Skeletons.Augmentations;
using Kinema.Storage;

namespace Kinema.Training;

/// <summary>Clips ready for a network. The buffers are reused: a batch is good until it is given back.</summary>
/// <param name="capacity">The most clips it can hold.</param>
/// <param name="sampleLength">Numbers per clip, C·T·V·M.</param>
public sealed class Batch(int capacity, int sampleLength)
{
    /// <summary>(N, C, T, V, M) in C order; only the first <see cref="Count"/> samples count.</summary>
    public float[] Clips { get; } = new float[checked(capacity * sampleLength)];

    /// <summary>(N), 0-based.</summary>
    public long[] Labels { get; } = new long[capacity];

    /// <summary>(N), the number of each training instance (a repeat of a clip is an instance of its own), or of each clip in its split.</summary>
    public long[] Instances { get; } = new long[capacity];

    /// <summary>N.</summary>
    public int Count { get; internal set; }

    /// <summary>Numbers per clip.</summary>
    public int SampleLength { get; } = sampleLength;

    /// <summary>Refuses a batch that no array can hold. Said before anything runs: a test batch is first needed after a whole epoch.</summary>
    /// <param name="capacity">Clips, never more than there are.</param>
    /// <param name="pipeline">From clip to sample.</param>
    /// <param name="key">What the number of clips is called in a recipe.</param>
    /// <exception cref="KinemaException">It would hold more numbers than fit (<see cref="ExitCode.Configuration"/>).</exception>
    internal static void Check(int capacity, ClipPipeline pipeline, string key)
    {
        if ((long)capacity * pipeline.SampleLength <= Array.MaxLength) return;
        throw new KinemaException(ExitCode.Configuration, FormattableString.Invariant(
            $"a batch of {capacity} clips of {pipeline.SampleLength} numbers is larger than an array can be ({Array.MaxLength}); lower {key} or data.frames"));
    }
}
