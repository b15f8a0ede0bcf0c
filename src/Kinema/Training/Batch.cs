namespace Kinema.Training;

/// <summary>Clips ready for a network. The buffers are reused: a batch is good until it is given back.</summary>
/// <param name="capacity">The most clips it can hold.</param>
/// <param name="sampleLength">Numbers per clip, C·T·V·M.</param>
public sealed class Batch(int capacity, int sampleLength)
{
    /// <summary>(N, C, T, V, M) in C order; only the first <see cref="Count"/> samples count.</summary>
    public float[] Clips { get; } = new float[capacity * sampleLength];

    /// <summary>(N), 0-based.</summary>
    public long[] Labels { get; } = new long[capacity];

    /// <summary>(N), the number of each training instance (a repeat of a clip is an instance of its own), or of each clip in its split.</summary>
    public long[] Instances { get; } = new long[capacity];

    /// <summary>N.</summary>
    public int Count { get; internal set; }

    /// <summary>Numbers per clip.</summary>
    public int SampleLength { get; } = sampleLength;
}
