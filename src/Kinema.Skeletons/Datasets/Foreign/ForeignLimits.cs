using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>What is believed of a whole set, beside the limits of one clip (<see cref="ClipLimits"/>). Real sets stay far below.</summary>
internal static class ForeignLimits
{
    /// <summary>N: NTU RGB+D 120 has 113,945 clips, Kinetics-400 some 260,000.</summary>
    public const int Clips = 5_000_000;

    /// <summary>The largest number of classes.</summary>
    public const int Classes = 10_000;

    /// <summary>M, before persons are chosen.</summary>
    public const int Persons = 100;

    /// <summary>M·T·V: ten minutes of sixteen persons of 25 joints.</summary>
    public const int Points = 8_000_000;

    /// <summary>Refuses a number of frames, joints or persons that no clip has.</summary>
    public static void Check(long frames, long joints, long persons, string where)
    {
        if (frames is < 1 or > ClipLimits.Frames || joints is < 1 or > 1000 || persons is < 1 or > Persons || frames * joints * persons > Points)
        {
            throw new KinemaException(ExitCode.Data, FormattableString.Invariant(
                $"{where}: T = {frames} frames, V = {joints} joints and M = {persons} persons are no clip; ")
                + FormattableString.Invariant($"at most {ClipLimits.Frames}, 1000, {Persons}, and T·V·M = {Points} are read"));
        }
    }
}
