using System.Globalization;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>A body id in a made-up clip: its joints in camera coordinates, [t][v], and in which frames the sensor tracks it.</summary>
internal sealed record FakeTrack(string Id, Vector3D[] Points, bool[] Seen);

/// <summary>
/// What a made-up sensor sees of a made-up performance. The three cameras of a setup see the same performance, each with its own noise and
/// its own mistakes: bodies that come late, are lost, come back under another id, frames without anybody, chairs taken for people, and
/// people who flash up for some frames.
/// </summary>
internal sealed class NtuFakeScene(long seed)
{
    private const double Noise = 0.5;                           // of the first generation's sensor
    private const int Brief = 11;                               // frames of what flashes up, at most
    private static readonly SyntheticOptions Lengths = new() { MinFrames = 32, MaxFrames = 300 };
    private static readonly Landmark[] Joints = LandmarkNames.Of(Layouts.Ntu);

    private readonly Subject[] performers = [.. Enumerable.Range(0, 107).Select(number =>
    {
        var draws = Draws.ForSubject(seed, number);
        return Subject.Draw(ref draws);
    })];

    private readonly SyntheticCamera[] cameras = [.. Enumerable.Range(0, 33 * 3).Select(number =>
    {
        var draws = Draws.ForCamera(seed, number / 3);          // three at one height and distance, half a right angle apart
        var (pitch, height, distance) = (draws.Between(0.05, 0.2), draws.Between(1.2, 2), draws.Between(2.6, 3.8));
        return new SyntheticCamera((number % 3) switch { 0 => 0, 1 => Math.PI / 4, _ => -Math.PI / 4 }, pitch, height, distance);
    })];

    /// <summary>The tracks of a clip, in the order in which the sensor lists them; all are as long as the clip.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="draws">The camera's own random numbers.</param>
    public List<FakeTrack> Record(NtuName name, ref Draws draws)
    {
        var action = NtuFakeActions.All[name.Label];
        var acting = Draws.ForClip(seed, Number(name, 0));
        var performance = Performance.Draw(performers[name.Performer], action, Lengths, ref acting);
        var camera = cameras[name.Setup * 3 + name.Camera - 1];
        var mutual = NtuClasses.IsMutual(name.Action);
        var apart = acting.Between(0.35, 0.6);

        var turn = mutual ? -Math.PI / 2 : name.Replication == 1 ? Math.PI / 4 : -Math.PI / 4;
        var place = mutual ? new Vector3D(-apart, 0, 0) : performance.Place;
        var tracks = new List<FakeTrack> { Track(performance, turn, place, camera, 0, ref draws) };
        if (mutual)
        {
            // The other answers with a movement that belongs to the class too.
            var reaction = NtuFakeActions.All[(7 * name.Label + 3) % NtuFakeActions.All.Count];
            var partner = Performance.Draw(performers[name.Performer % 106 + 1], reaction, Lengths, ref acting) with { Frames = performance.Frames };
            tracks.Add(Track(partner, Math.PI / 2, new(apart, 0, 0), camera, 1, ref draws));
        }
        Lose(tracks, ref draws);
        Imagine(tracks, ref draws);
        if (draws.Chance(0.2))
            tracks.Reverse();
        return tracks;
    }

    /// <summary>A clip's random numbers: those of one of its cameras, or (0) those that its cameras share.</summary>
    public static int Number(NtuName name, int camera) =>
        (((name.Setup * 128 + name.Performer) * 4 + name.Replication) * 128 + name.Action) * 4 + camera;

    private static FakeTrack Track(Performance performance, double turn, Vector3D place, SyntheticCamera camera, int order, ref Draws draws)
    {
        var still = performance with { Place = default };
        var heading = Rotation.Turn(turn);
        Span<Vector3D> landmarks = new Vector3D[Figure.Landmarks];
        var (points, centers) = (new Vector3D[still.Frames * Joints.Length], new Vector3D[still.Frames]);
        for (var frame = 0; frame < still.Frames; frame++)
        {
            still.Landmarks(frame, landmarks);
            for (var joint = 0; joint < Joints.Length; joint++)
                points[frame * Joints.Length + joint] = camera.ToCamera(heading.Apply(landmarks[(int)Joints[joint]]) + place);
            centers[frame] = points[frame * Joints.Length + 1];
        }
        SensorNoise.Add(points, centers, Noise, ref draws);
        return New(points, still.Frames, order, ref draws);
    }

    // The order keeps the ids of a clip apart.
    private static FakeTrack New(Vector3D[] points, int frames, int order, ref Draws draws)
    {
        var seen = new bool[frames];
        Array.Fill(seen, true);
        return new FakeTrack(string.Create(CultureInfo.InvariantCulture, $"{72057594037900000 + 8 * draws.Below(10_000) + order}"), points, seen);
    }

    // The people who are there, not always seen.
    private static void Lose(List<FakeTrack> tracks, ref Draws draws)
    {
        var frames = tracks[0].Seen.Length;
        var last = tracks[^1];
        if (tracks.Count > 1)
        {
            if (draws.Chance(0.1))
                Hide(last, 0, 3 + draws.Below(frames / 2));
            if (draws.Chance(0.08))
                Hide(last, frames / 2 + draws.Below(frames / 2), frames);
            if (draws.Chance(0.03))
                Hide(last, 0, frames);
        }
        var middle = 12 + draws.Below(Math.Max(1, frames - 24));
        var gap = 1 + draws.Below(6);
        if (draws.Chance(0.04))
        {
            // Lost and found again, under another id.
            var again = New(last.Points, frames, 2, ref draws);
            Hide(last, middle, frames);
            Hide(again, 0, middle + gap);
            tracks.Add(again);
        }
        if (draws.Chance(0.04))
            Hide(last, middle, middle + gap);
        if (draws.Chance(0.05))
        {
            var from = draws.Chance(0.5) ? 0 : frames - gap;
            foreach (var track in tracks)
                Hide(track, from, from + gap);
        }
    }

    // Bodies that are no people.
    private static void Imagine(List<FakeTrack> tracks, ref Draws draws)
    {
        var frames = tracks[0].Seen.Length;
        if (draws.Chance(0.04))
        {
            var (middle, points) = (new Vector3D(draws.Around(0, 1), draws.Around(-0.4, 0.2), draws.Around(3.2, 0.6)), new Vector3D[frames * Joints.Length]);
            for (var joint = 0; joint < Joints.Length; joint++)
            {
                var place = middle + new Vector3D(draws.Around(0, 0.5), draws.Around(0, 0.3), draws.Around(0, 0.3));
                for (var frame = 0; frame < frames; frame++)
                    points[frame * Joints.Length + joint] = place + draws.Noise() * 0.01;
            }
            tracks.Add(New(points, frames, 3, ref draws));
        }
        if (draws.Chance(0.03))
        {
            var flash = New([.. tracks[0].Points.Select(point => point + new Vector3D(1.1, 0.1, 0.3))], frames, 4, ref draws);
            var (from, length) = (draws.Below(frames), 1 + draws.Below(Brief));
            Hide(flash, 0, from);
            Hide(flash, from + length, frames);
            tracks.Add(flash);
        }
    }

    private static void Hide(FakeTrack track, int from, int to)
    {
        for (var frame = Math.Max(from, 0); frame < Math.Min(to, track.Seen.Length); frame++)
            track.Seen[frame] = false;
    }
}
