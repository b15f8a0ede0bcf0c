using System.Globalization;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// Who acts: the denoising that CTR-GCN's preparation inherited from the data set's authors and that most papers since have used. Bodies
/// seen too briefly, and bodies wider than people are, are taken for noise; of the rest the one that moves most comes first, and bodies
/// that do not overlap in time are put together as one actor. A file with a single body id is left as it is.
/// </summary>
internal static class CtrGcnActors
{
    /// <summary>Bodies seen in no more frames than this are dropped.</summary>
    private const int TooShort = 11;

    /// <summary>A frame is bad if a body's width is more than this part of its height...</summary>
    private const double WidestShare = 0.8;

    /// <summary>...and a body is dropped if this share of its frames or more is bad.</summary>
    private const double BadShare = 0.69754;

    /// <summary>One or two actors.</summary>
    /// <param name="bodies">The file.</param>
    /// <param name="say">Is told what was left out: kind and reason.</param>
    /// <returns>Null if nobody is left: no frame has a body, or all bodies are too short.</returns>
    public static ActorRows? Choose(NtuBodies bodies, Action<string, string> say)
    {
        var (tracks, frames) = BodyTrack.Of(bodies);
        if (tracks.Count == 0)
            return null;
        if (tracks.Count == 1)
            return Alone(tracks[0], frames);
        DropShort(tracks, say);
        if (tracks.Count == 0)
            return null;
        if (tracks.Count > 1)
            DropWide(tracks, say);
        return (tracks.Count == 1 ? Alone(tracks[0], frames) : Together(tracks, frames, say)).WithoutEmptyFrames();
    }

    private static void DropShort(List<BodyTrack> tracks, Action<string, string> say)
    {
        var dropped = tracks.FindAll(track => track.Length <= TooShort);
        tracks.RemoveAll(track => track.Length <= TooShort);
        if (dropped.Count > 0)
            say("body-short", $"{Names(dropped)} seen in {TooShort} frames or fewer");
    }

    private static void DropWide(List<BodyTrack> tracks, Action<string, string> say)
    {
        var dropped = new List<BodyTrack>();
        foreach (var track in tracks.ToArray())
        {
            if (tracks.Count == 1)
                break;
            var bad = Enumerable.Range(0, track.Length).Count(appearance => !IsUpright(track[appearance]));
            if (bad == 0)
                continue;
            if ((double)bad / track.Length >= BadShare)
            {
                dropped.Add(track);
                tracks.Remove(track);
            }
            else
            {
                track.Motion = Math.Min(track.Motion, track.MotionWhere(appearance => IsUpright(track[appearance])));
            }
        }
        if (dropped.Count > 0)
            say("body-wide", $"{Names(dropped)} wider than a person is");
    }

    private static bool IsUpright(ReadOnlySpan<float> points)
    {
        var (left, right, bottom, top) = (points[0], points[0], points[1], points[1]);
        for (var i = 3; i < points.Length; i += 3)
        {
            (left, right) = (Math.Min(left, points[i]), Math.Max(right, points[i]));
            (bottom, top) = (Math.Min(bottom, points[i + 1]), Math.Max(top, points[i + 1]));
        }
        return right - left <= WidestShare * (top - bottom);
    }

    private static ActorRows Alone(BodyTrack track, int frames)
    {
        var rows = new ActorRows(new float[frames * NtuBodies.Values], persons: 1);
        Write(track, rows, 0);
        return rows;
    }

    private static ActorRows Together(List<BodyTrack> tracks, int frames, Action<string, string> say)
    {
        var rows = new ActorRows(new float[frames * 2 * NtuBodies.Values], persons: 2);
        var dropped = new List<BodyTrack>();
        var (first, second) = (default((int Start, int End)?), (Start: 0, End: 0));      // the reference counts nobody as [0, 0]
        foreach (var track in tracks.OrderByDescending(track => track.Motion))           // stable
        {
            if (first is not { } taken || IsFree(taken, track))
            {
                Write(track, rows, 0);
                first = first is { } before ? Union(before, track) : (track.Start, track.End);
            }
            else if (IsFree(second, track))
            {
                Write(track, rows, 1);
                second = Union(second, track);
            }
            else
            {
                dropped.Add(track);
            }
        }
        if (dropped.Count > 0)
            say("body-third", $"{Names(dropped)} seen while two others act");
        return rows;
    }

    private static bool IsFree((int Start, int End) taken, BodyTrack track) =>
        Math.Min(taken.End, track.End) - Math.Max(taken.Start, track.Start) <= 0;

    private static (int Start, int End) Union((int Start, int End) taken, BodyTrack track) =>
        (Math.Min(taken.Start, track.Start), Math.Max(taken.End, track.End));

    private static void Write(BodyTrack track, ActorRows rows, int person)
    {
        for (var appearance = 0; appearance < track.Length; appearance++)
            track[appearance].CopyTo(rows.Actor(track.Start + appearance, person));
    }

    private static string Names(List<BodyTrack> tracks) => string.Create(CultureInfo.InvariantCulture,
        $"{(tracks.Count == 1 ? "body" : $"{tracks.Count} bodies:")} {string.Join(", ", tracks.Take(3).Select(track => track.Name))}");
}
