using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// The preparation of ST-GCN (Yan et al., AAAI 2018), on which CrosSCLR, AimCLR and ActCLR build: the bodies in the first and the second place of
/// each frame's list, in that order, before the padding with zeros to 300 frames. M is 1 where the second place is empty throughout.
/// </summary>
internal sealed class StGcnPreparation : PlacePreparation
{
    public override string Name => "st-gcn";

    public override int Version => 1;

    public override ItemClips Prepare(NtuBodies bodies, NtuName name, string where)
    {
        if (InPlace(bodies, 0).Count == 0 && InPlace(bodies, 1).Count == 0)
            return Skip(name, "no-frame", $"{where}: none of its frames has a body");
        return KeepPlaces(bodies, InPlace(bodies, 1).Count > 0 ? [0, 1] : [0], name, where);
    }
}
