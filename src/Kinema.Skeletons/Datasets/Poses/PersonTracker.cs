namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>A body in one frame.</summary>
/// <param name="Points">(V, 3), NaN where a joint is not seen.</param>
/// <param name="Person">Who it is, where the file says so.</param>
/// <param name="Seen">The number of joints that are seen, at least 1.</param>
/// <param name="Score">The confidence in it.</param>
internal sealed record TrackedBody(double[] Points, long? Person, int Seen, double Score)
{
    private readonly (double X, double Y, double Z, double Size) place = PlaceOf(Points);

    /// <summary>The distance of the centres of two bodies, by the size of the larger one.</summary>
    public double DistanceTo(TrackedBody other)
    {
        var (dx, dy, dz) = (place.X - other.place.X, place.Y - other.place.Y, place.Z - other.place.Z);
        var size = Math.Max(place.Size, other.place.Size);
        return Math.Sqrt(dx * dx + dy * dy + dz * dz) / (size > 0 ? size : 1);
    }

    // The mean of the joints that are seen, and the diagonal of the box around them.
    private static (double, double, double, double) PlaceOf(double[] points)
    {
        Span<double> sum = [0, 0, 0], low = [1e300, 1e300, 1e300], high = [-1e300, -1e300, -1e300];
        var seen = 0;
        for (var i = 0; i < points.Length; i += 3)
        {
            if (double.IsNaN(points[i]))
                continue;
            seen++;
            for (var axis = 0; axis < 3; axis++)
            {
                sum[axis] += points[i + axis];
                low[axis] = Math.Min(low[axis], points[i + axis]);
                high[axis] = Math.Max(high[axis], points[i + axis]);
            }
        }
        if (seen == 0)
            return (0, 0, 0, 0);
        var (width, height, depth) = (high[0] - low[0], high[1] - low[1], high[2] - low[2]);
        return (sum[0] / seen, sum[1] / seen, sum[2] / seen, Math.Sqrt(width * width + height * height + depth * depth));
    }
}

/// <summary>The persons of a clip.</summary>
/// <param name="Kept">As lists of (frame, body), in the order they appear.</param>
/// <param name="Found">How many there were.</param>
/// <param name="Splits">
/// How many of them began in the frame in which another one was gone, too far away to be the same: one person who leaps, maybe.
/// </param>
/// <param name="FirstSplit">The frame in which the first of these began; -1 if there is none.</param>
internal sealed record TrackedPersons(IReadOnlyList<List<(int Frame, TrackedBody Body)>> Kept, int Found, int Splits, int FirstSplit);

/// <summary>
/// Follows persons from frame to frame. Where the file numbers them, by their number. Else, where no frame shows two bodies, all are one person,
/// however far they leap. Else a body goes on with the track whose last body's centre is nearest, if it is no farther than a body's size, and was
/// seen in the last second (30 frames).
/// </summary>
internal static class PersonTracker
{
    private const double Farthest = 1;
    private const int Patience = 30;

    /// <summary>Tracks that are followed at a time; the one not seen for longest makes room.</summary>
    private const int MostTracks = 32;

    /// <summary>The persons, at most so many: those with the largest sum of confidences, in the order they appear.</summary>
    /// <param name="frames">The bodies of every frame.</param>
    /// <param name="most">How many are kept.</param>
    public static TrackedPersons Follow(IReadOnlyList<List<TrackedBody>> frames, int most)
    {
        if (frames.All(bodies => bodies.Count <= 1) && !frames.Any(bodies => bodies is [{ Person: not null }]))
            return Alone(frames);
        var all = new List<List<(int Frame, TrackedBody Body)>>();
        var open = new List<List<(int Frame, TrackedBody Body)>>();
        var numbered = new Dictionary<long, List<(int Frame, TrackedBody Body)>>();
        var (splits, firstSplit) = (0, -1);
        for (var t = 0; t < frames.Count; t++)
        {
            var free = new List<TrackedBody>();
            foreach (var body in frames[t])
            {
                if (body.Person is not { } person)
                {
                    free.Add(body);
                    continue;
                }
                if (!numbered.TryGetValue(person, out var track))
                    all.Add(numbered[person] = track = []);
                if (track.Count == 0 || track[^1].Frame < t)
                    track.Add((t, body));
                else if (track[^1].Body.Score < body.Score)
                    track[^1] = (t, body);                     // the same person twice in a frame: the surer one
            }
            open.RemoveAll(track => t - track[^1].Frame > Patience);
            Match(open, free, t);
            if (Math.Min(free.Count, open.Count(track => track[^1].Frame == t - 1)) is var here and > 0)
                (splits, firstSplit) = (splits + here, firstSplit < 0 ? t : firstSplit);
            foreach (var body in free)
            {
                if (open.Count == MostTracks)
                    open.Remove(open.MinBy(track => track[^1].Frame)!);
                List<(int, TrackedBody)> track = [(t, body)];
                open.Add(track);
                all.Add(track);
            }
        }
        var kept = all.Index().OrderByDescending(track => track.Item.Sum(seen => seen.Body.Score)).ThenBy(track => track.Index)
            .Take(most).OrderBy(track => track.Item[0].Frame).ThenBy(track => track.Index).Select(track => track.Item);
        return new TrackedPersons([.. kept], all.Count, splits, firstSplit);
    }

    // Nobody else is ever there, and nothing says that one went and another came: a leap is the person's own, or the sensor's.
    private static TrackedPersons Alone(IReadOnlyList<List<TrackedBody>> frames)
    {
        List<(int, TrackedBody)> track = [.. frames.Index().Where(frame => frame.Item.Count > 0).Select(frame => (frame.Index, frame.Item[0]))];
        return track.Count == 0 ? new TrackedPersons([], 0, 0, -1) : new TrackedPersons([track], 1, 0, -1);
    }

    // Nearest pairs first; what goes on with a track is taken off the list.
    private static void Match(List<List<(int Frame, TrackedBody Body)>> open, List<TrackedBody> free, int t)
    {
        var pairs = new List<(double Distance, int Track, int Body)>();
        for (var track = 0; track < open.Count; track++)
        {
            for (var body = 0; body < free.Count; body++)
            {
                if (open[track][^1].Body.DistanceTo(free[body]) is var distance and <= Farthest)
                    pairs.Add((distance, track, body));
            }
        }
        pairs.Sort();
        var (taken, gone) = (new HashSet<int>(), new HashSet<TrackedBody>(ReferenceEqualityComparer.Instance));
        foreach (var (_, track, body) in pairs)
        {
            if (taken.Contains(track) || gone.Contains(free[body]))
                continue;
            taken.Add(track);
            gone.Add(free[body]);
            open[track].Add((t, free[body]));
        }
        free.RemoveAll(gone.Contains);
    }
}
