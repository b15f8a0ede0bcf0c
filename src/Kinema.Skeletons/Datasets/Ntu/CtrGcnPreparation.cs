using System.Globalization;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// The preparation of CTR-GCN (Chen et al., ICCV 2021): denoised, one or two actors, moved to the origin; float32 arithmetic. Neither
/// padded to the longest clip nor, as for NTU RGB+D 120, given a copy of a lone actor in the second place: the pipeline does that.
/// M is 2 whenever two bodies were left after denoising, even where both became one actor: that second place stays zero in either set.
/// </summary>
internal sealed class CtrGcnPreparation : NtuPreparation
{
    private const string Called = "ctr-gcn";

    public override string Name => Called;

    public override int Version => 1;

    /// <summary>
    /// Whether the clips of a set were moved so that a joint of the first person, in the first frame that shows that person, is the origin: a
    /// joint at (0, 0, 0) that was seen. Other joints, another unit or a part of the set, which its preparation names behind, change nothing in that.
    /// </summary>
    /// <param name="preparation">What the set says was done to its coordinates.</param>
    public static bool MovedToOrigin(string preparation) => preparation.StartsWith($"{Called} ", StringComparison.Ordinal);

    public override ItemClips Prepare(NtuBodies bodies, NtuName name, string where)
    {
        var notes = new List<SkippedClip>(EmptyFrames(bodies, name, where));
        if (bodies.Names.Count > 2)
            Say("many-bodies", string.Create(CultureInfo.InvariantCulture, $"{bodies.Names.Count} bodies"));
        if (bodies.Count == 0)
            return Skip(name, "no-frame", $"{where}: none of its frames has a body");
        if (CtrGcnActors.Choose(bodies, Say) is not { } rows)
            return Skip(name, "no-actor", $"{where}: every body is too short to be a person");
        return rows.MoveToOrigin()
            ? Keep(name, rows.Frames, rows.Persons, rows.ToCoordinates(), notes)
            : Skip(name, "no-actor", $"{where}: the joints of its first actor are all at the origin");

        void Say(string kind, string what) => notes.Add(new SkippedClip($"{name}", kind, $"{where}: {what}"));
    }
}
