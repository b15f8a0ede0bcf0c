namespace Kinema.Skeletons.Datasets;

/// <summary>What is odd about a bone.</summary>
public enum BoneOddity
{
    /// <summary>Its median length in the clip is less than half, or more than twice, the set's median for that bone.</summary>
    Length,

    /// <summary>Its length is not the same throughout the clip: the middle half of its values spans more than its median.</summary>
    Unsteady,
}

/// <summary>The oddest bone of a clip that has an odd one. Bones do not change: the sensor, the unit or the order of joints is wrong.</summary>
/// <param name="Clip">An index into <see cref="ClipDataset.Clips"/>.</param>
/// <param name="Oddity">What is odd.</param>
/// <param name="Joint">The bone's child joint, 0-based.</param>
/// <param name="Length">Its median length in the clip, in the sensor's unit.</param>
/// <param name="Usual">The set's median for that bone: of the clips' medians.</param>
/// <param name="Spread">Between the quartiles of its lengths in the clip, as a part of the median.</param>
public readonly record struct BoneOutlier(int Clip, BoneOddity Oddity, int Joint, double Length, double Usual, double Spread)
{
    /// <summary>How odd it is: how many times as long or short as usual, or the spread.</summary>
    public double Size => Oddity == BoneOddity.Unsteady ? Spread : Math.Max(Length / Usual, Usual / Length);
}
