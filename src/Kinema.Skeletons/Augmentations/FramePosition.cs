namespace Kinema.Skeletons.Augmentations;

/// <summary>
/// Where a frame of a sample lies between two frames of a clip when L frames are stretched or shrunk to T by linear interpolation:
///   s = max(0, (i + 0.5)·L/T - 0.5), between frames ⌊s⌋ and ⌊s⌋ + 1; the last frame where that is beyond it.
/// </summary>
/// <param name="First">⌊s⌋.</param>
/// <param name="Next">The frame after it.</param>
/// <param name="Weight">s - ⌊s⌋, the share of the frame after.</param>
internal readonly record struct FramePosition(int First, int Next, double Weight)
{
    /// <summary>The place of a frame.</summary>
    /// <param name="i">Its number in the sample.</param>
    /// <param name="frames">T.</param>
    /// <param name="length">L.</param>
    public static FramePosition Of(int i, int frames, int length)
    {
        var at = Math.Max(0, ((i + 0.5) * length / frames) - 0.5);
        var first = Math.Min((int)at, length - 1);
        return new FramePosition(first, Math.Min(first + 1, length - 1), at - first);
    }

    /// <summary>What lies at the place, of a number in both frames.</summary>
    public double Between(double near, double next) => (near * (1 - Weight)) + (next * Weight);
}
