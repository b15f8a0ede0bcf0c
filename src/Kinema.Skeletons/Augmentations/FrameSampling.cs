namespace Kinema.Skeletons.Augmentations;

/// <summary>Which frames of a clip a sample shows.</summary>
public static class FrameSampling
{
    /// <summary>
    /// NW-UCLA's training rule: T frame numbers drawn without replacement from the multiset that holds every frame of the clip one hundred
    /// times, ascending. A short clip repeats frames, a long one skips some. (More than a hundred copies where T would not fit otherwise.)
    /// </summary>
    /// <param name="clipFrames">L, the frames of the clip.</param>
    /// <param name="random">The random numbers.</param>
    /// <param name="frames">Receives T frame numbers in 0 .. L - 1.</param>
    public static void Draw(int clipFrames, ref ClipRandom random, Span<int> frames)
    {
        var copies = Math.Max(100, (frames.Length + clipFrames - 1) / clipFrames);
        var size = checked(clipFrames * copies);
        // Floyd's sampling: T distinct numbers of `size`, all subsets equally likely, T draws.
        for (var i = 0; i < frames.Length; i++)
        {
            var highest = size - frames.Length + i;
            var drawn = random.NextInt(highest + 1);
            frames[i] = frames[..i].Contains(drawn) ? highest : drawn;
        }
        for (var i = 0; i < frames.Length; i++)
            frames[i] /= copies;
        frames.Sort();
    }

    /// <summary>NW-UCLA's test rule: frame i·(L - 1)/(T - 1), rounded down; one frame alone is the first.</summary>
    /// <param name="clipFrames">L, the frames of the clip.</param>
    /// <param name="frames">Receives T frame numbers in 0 .. L - 1.</param>
    public static void Spread(int clipFrames, Span<int> frames)
    {
        for (var i = 0; i < frames.Length; i++)
            frames[i] = (int)((long)i * (clipFrames - 1) / Math.Max(1, frames.Length - 1));
    }
}
