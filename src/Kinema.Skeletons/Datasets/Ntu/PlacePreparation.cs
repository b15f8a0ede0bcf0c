using System.Globalization;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// What preparations have in common that tell a body by its place in the list of a frame, not by its id, and leave its coordinates as they were
/// recorded: T is the number of frames in the file, and a frame in which a place is empty has zeros there.
/// </summary>
internal abstract class PlacePreparation : NtuPreparation
{
    /// <summary>The longest list of bodies in a frame.</summary>
    protected static int MostBodies(NtuBodies bodies) =>
        Enumerable.Range(0, bodies.Frames).Max(frame => bodies.Frame(frame) is var (first, end) ? (int?)(end - first) : null) ?? 0;

    /// <summary>The bodies in one place of the frames' lists; the references take coordinates that sum to zero for absence.</summary>
    protected static List<int> InPlace(NtuBodies bodies, int place)
    {
        var found = new List<int>();
        for (var frame = 0; frame < bodies.Frames; frame++)
        {
            var (first, end) = bodies.Frame(frame);
            if (first + place < end && ActorRows.Sum(bodies.Coordinates(first + place)) != 0)
                found.Add(first + place);
        }
        return found;
    }

    /// <summary>A clip of the bodies in some places, in that order.</summary>
    protected static ItemClips KeepPlaces(NtuBodies bodies, int[] places, NtuName name, string where)
    {
        var notes = EmptyFrames(bodies, name, where).ToList();
        if (MostBodies(bodies) is > 2 and var most)
            notes.Add(new($"{name}", "many-bodies", string.Create(CultureInfo.InvariantCulture, $"{where}: {most} bodies in a frame")));
        return Keep(name, bodies.Frames, places.Length, Coordinates(bodies, places), notes);
    }

    private static double[] Coordinates(NtuBodies bodies, int[] places)
    {
        var coordinates = new double[places.Length * bodies.Frames * NtuBodies.Values];
        for (var person = 0; person < places.Length; person++)
        {
            for (var frame = 0; frame < bodies.Frames; frame++)
            {
                var (first, end) = bodies.Frame(frame);
                if (first + places[person] >= end)
                    continue;
                var points = bodies.Coordinates(first + places[person]);
                for (var i = 0; i < NtuBodies.Values; i++)
                    coordinates[(person * bodies.Frames + frame) * NtuBodies.Values + i] = points[i];
            }
        }
        return coordinates;
    }
}
