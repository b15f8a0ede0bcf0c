namespace Kinema.Skeletons.Datasets.PkuMmd;

/// <summary>
/// How the numbers of a label file are understood. Both conventions are in use, and differ by one frame.
/// </summary>
internal enum PkuMmdCutting
{
    /// <summary>Frames start … end - 1, counted from 0: as CMD (Mao et al., ECCV 2022) and its successors.</summary>
    HalfOpen,

    /// <summary>Frames start … end, counted from 1: as AimCLR (Guo et al., AAAI 2022) and its successors.</summary>
    Inclusive,
}
