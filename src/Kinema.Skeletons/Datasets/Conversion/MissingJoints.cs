namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>What becomes of a joint that was not seen in a frame in which its person was, or between two of them.</summary>
public enum MissingJoints
{
    /// <summary>
    /// It lies on the line between its places before and after; before its first and after its last it keeps that place. One that is never
    /// seen in the clip is (0, 0, 0).
    /// </summary>
    Interpolate,

    /// <summary>It is (0, 0, 0), as in the data of the papers on picture joints.</summary>
    Zero,

    /// <summary>The clip is refused.</summary>
    Refuse,
}
