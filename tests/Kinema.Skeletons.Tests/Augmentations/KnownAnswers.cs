namespace Kinema.Skeletons.Tests.Augmentations;

/// <summary>
/// What <c>ClipRandom(7, 3, 11, Augmentation)</c> draws, computed apart in Python integers and doubles:
/// philox4x32-10 of counter (block, 11, 3, 3), key (7, 0); five words, a double, five integers of -60 .. 60, a Gaussian.
/// </summary>
internal static class KnownAnswers
{
    public static readonly uint[] Words = [1386657425, 3549180836, 606025816, 765297110, 4214719738];
    public const double Double = 0.3509036963987072;
    public static readonly int[] Integers = [39, 46, 41, -59, 37];
    public const double Gaussian = 0.2196342167969602;
}
