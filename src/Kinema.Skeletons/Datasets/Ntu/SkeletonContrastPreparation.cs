using System.Globalization;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// The preparation of Skeleton-Contrast (Thoker et al., ACM Multimedia 2021), inherited from 2s-AGCN, before its pre-normalisation: a
/// body is told by its place in the list of a frame, not by its id, and of the first four places the two that move most are kept.
/// T is the number of frames in the file; a frame in which a place is empty has zeros there. M is 1 where the second place is empty
/// throughout.
/// </summary>
internal sealed class SkeletonContrastPreparation : NtuPreparation
{
    private const int Slots = 4;

    public override string Name => "skeleton-contrast";

    public override int Version => 1;

    public override ItemClips Prepare(NtuBodies bodies, NtuName name, string where)
    {
        var most = Enumerable.Range(0, bodies.Frames).Max(frame => bodies.Frame(frame) is var (first, end) ? (int?)(end - first) : null) ?? 0;
        int[] slots = [.. Enumerable.Range(0, Math.Min(most, Slots)).Select(slot => (Slot: slot, Bodies: Bodies(bodies, slot)))
            .Where(slot => slot.Bodies.Count > 0).OrderByDescending(slot => Energy(bodies.Variance(slot.Bodies)))
            .Take(2).Select(slot => slot.Slot)];
        if (slots.Length == 0)
            return Skip(name, "no-frame", $"{where}: none of its frames has a body");
        var notes = EmptyFrames(bodies, name, where).ToList();
        if (most > 2)
            notes.Add(new($"{name}", "many-bodies", string.Create(CultureInfo.InvariantCulture, $"{where}: {most} bodies in a frame")));
        return Keep(name, bodies.Frames, slots.Length, Coordinates(bodies, slots), notes);
    }

    // The bodies in one place of the frames' lists; the reference takes coordinates that sum to zero for absence.
    private static List<int> Bodies(NtuBodies bodies, int slot)
    {
        var found = new List<int>();
        for (var frame = 0; frame < bodies.Frames; frame++)
        {
            var (first, end) = bodies.Frame(frame);
            if (first + slot < end && ActorRows.Sum(bodies.Coordinates(first + slot)) != 0)
                found.Add(first + slot);
        }
        return found;
    }

    private static double Energy((double X, double Y, double Z) variance) =>
        Math.Sqrt(variance.X) + Math.Sqrt(variance.Y) + Math.Sqrt(variance.Z);

    private static double[] Coordinates(NtuBodies bodies, int[] slots)
    {
        var coordinates = new double[slots.Length * bodies.Frames * NtuBodies.Values];
        for (var person = 0; person < slots.Length; person++)
        {
            for (var frame = 0; frame < bodies.Frames; frame++)
            {
                var (first, end) = bodies.Frame(frame);
                if (first + slots[person] >= end)
                    continue;
                var points = bodies.Coordinates(first + slots[person]);
                for (var i = 0; i < NtuBodies.Values; i++)
                    coordinates[(person * bodies.Frames + frame) * NtuBodies.Values + i] = points[i];
            }
        }
        return coordinates;
    }
}
