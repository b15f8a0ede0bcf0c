using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// The preparation of Skeleton-Contrast (Thoker et al., ACM Multimedia 2021), inherited from 2s-AGCN, before its pre-normalisation: a
/// body is told by its place in the list of a frame, not by its id, and of the first four places the two that move most are kept.
/// T is the number of frames in the file; a frame in which a place is empty has zeros there. M is 1 where the second place is empty
/// throughout.
/// </summary>
internal sealed class SkeletonContrastPreparation : PlacePreparation
{
    private const int Slots = 4;

    public override string Name => "skeleton-contrast";

    public override int Version => 1;

    public override ItemClips Prepare(NtuBodies bodies, NtuName name, string where)
    {
        var most = MostBodies(bodies);
        int[] slots = [.. Enumerable.Range(0, Math.Min(most, Slots)).Select(slot => (Slot: slot, Bodies: InPlace(bodies, slot)))
            .Where(slot => slot.Bodies.Count > 0).OrderByDescending(slot => Energy(bodies.Variance(slot.Bodies)))
            .Take(2).Select(slot => slot.Slot)];
        if (slots.Length == 0)
            return Skip(name, "no-frame", $"{where}: none of its frames has a body");
        return KeepPlaces(bodies, slots, name, where);
    }

    private static double Energy((double X, double Y, double Z) variance) =>
        Math.Sqrt(variance.X) + Math.Sqrt(variance.Y) + Math.Sqrt(variance.Z);
}
