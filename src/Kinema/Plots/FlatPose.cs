using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;

namespace Kinema.Plots;

/// <summary>
/// A clip turned about its vertical axis and looked at from the front, orthographically: u to the right, v up, in the clip's unit.
/// u is counted from the persons' common centre in each frame, so that somebody who walks stays in the picture; the floor is levelled,
/// since a camera that looks down sees somebody who walks away rise.
/// </summary>
internal sealed class FlatPose
{
    private readonly SkeletonLayout layout;
    private readonly double[] coordinates;                      // [m][t][v][3]
    private readonly int frames, right, up, depth;
    private readonly double cosine, sine;
    private readonly double[] centers;                          // (T), the persons' mean u in each frame
    private readonly double[] floor;                            // (T), how much higher the floor is there than in the mean of the frames

    public FlatPose(SkeletonLayout layout, SkeletonClip clip, double yaw)
    {
        this.layout = layout;
        coordinates = new double[clip.Length];
        clip.CopyTo(coordinates);
        frames = clip.Frames;
        (right, up) = (layout.Drawing.Right.Index, layout.Drawing.Up.Index);
        depth = 3 - right - up;
        Persons = [.. Enumerable.Range(0, clip.Persons).Where(Seen)];
        if (layout.Dimensions == 3 && layout.LeftRight.Count > 0 && Persons.Count > 0)
        {
            var turn = Facing() + yaw;
            (cosine, sine) = (Math.Cos(turn), Math.Sin(turn));
        }
        else
        {
            (cosine, sine) = (1, 0);
        }
        centers = new double[frames];
        for (var t = 0; t < frames; t++)
        {
            double[] us = [.. Persons.Where(m => Known(m, t, layout.Center)).Select(m => Turned(m, t, layout.Center).U)];
            centers[t] = us.Length > 0 ? us.Average() : t > 0 ? centers[t - 1] : 0;
        }
        floor = Floor();
    }

    /// <summary>The persons seen in at least one frame.</summary>
    public IReadOnlyList<int> Persons { get; }

    /// <summary>False for a joint the sensor lost: sensors write those as exactly (0, 0, 0). A centre at the origin is a centred
    /// clip's.</summary>
    public bool Known(int person, int frame, int joint)
    {
        var point = Point(person, frame, joint);
        return double.IsFinite(point[0]) && double.IsFinite(point[1]) && double.IsFinite(point[2])
            && (point[0] != 0 || point[1] != 0 || point[2] != 0 || (joint == layout.Center && AnyOther(person, frame)));
    }

    public (double U, double V) At(int person, int frame, int joint)
    {
        var (u, v, _) = Turned(person, frame, joint);
        return (u - centers[frame], v - floor[frame]);
    }

    /// <summary>Larger is nearer to the onlooker.</summary>
    public double Nearness(int person, int frame, int joint) => -Turned(person, frame, joint).Away;

    public IEnumerable<(int Person, int Frame, int Joint)> All(IEnumerable<int> chosen) =>
        from frame in chosen from person in Persons from joint in Enumerable.Range(0, layout.JointCount)
        where Known(person, frame, joint) select (person, frame, joint);

    /// <summary>The turn that brings the mean line from the right to the left joints parallel to the picture, left on its right.</summary>
    private double Facing()
    {
        double across = 0, along = 0;
        foreach (var pair in layout.LeftRight)
        {
            for (var frame = 0; frame < frames; frame++)
            {
                if (!Known(Persons[0], frame, pair.Left) || !Known(Persons[0], frame, pair.Right)) { continue; }
                var left = Point(Persons[0], frame, pair.Left);
                var other = Point(Persons[0], frame, pair.Right);
                across += layout.Drawing.Right.Of(left) - layout.Drawing.Right.Of(other);
                along += left[depth] - other[depth];
            }
        }
        return across == 0 && along == 0 ? 0 : -Math.Atan2(along, across);
    }

    /// <summary>
    /// The slope of the floor along the camera's axis, by least squares on each frame's lowest joint against its distance. The
    /// ridge of a tenth of the body's height keeps the slope at 0 for somebody who stays put, and a jump a jump.
    /// </summary>
    private double[] Floor()
    {
        var heights = new double[frames];
        if (layout.Dimensions != 3 || Persons.Count == 0) { return heights; }
        var seen = Enumerable.Range(0, frames).Select(t => All([t]).Select(at => Point(at.Person, t, at.Joint).ToArray()).ToArray())
            .Select((points, t) => (Frame: t, Points: points)).Where(f => f.Points.Length > 0)
            .Select(f => (f.Frame, Low: f.Points.Min(p => layout.Drawing.Up.Of(p)), Tall: f.Points.Max(p => layout.Drawing.Up.Of(p)),
                Away: f.Points.Average(p => p[depth]))).ToArray();
        if (seen.Length == 0) { return heights; }
        var (low, away, tall) = (seen.Average(f => f.Low), seen.Average(f => f.Away), seen.Max(f => f.Tall - f.Low));
        var spread = seen.Average(f => (f.Away - away) * (f.Away - away)) + Math.Max(1e-12, 0.01 * tall * tall);
        var slope = seen.Average(f => (f.Away - away) * (f.Low - low)) / spread;
        foreach (var f in seen) { heights[f.Frame] = slope * (f.Away - away); }
        return heights;
    }

    private (double U, double V, double Away) Turned(int person, int frame, int joint)
    {
        var point = Point(person, frame, joint);
        var (u, w) = (layout.Drawing.Right.Of(point), point[depth]);
        return (cosine * u - sine * w, layout.Drawing.Up.Of(point), sine * u + cosine * w);
    }

    private bool AnyOther(int person, int frame)
    {
        for (var joint = 0; joint < layout.JointCount; joint++)
        {
            if (joint != layout.Center && Point(person, frame, joint).ContainsAnyExcept(0.0)) { return true; }
        }
        return false;
    }

    private ReadOnlySpan<double> Point(int person, int frame, int joint) =>
        coordinates.AsSpan(((person * frames + frame) * layout.JointCount + joint) * 3, 3);

    private bool Seen(int person) => Enumerable.Range(0, frames).Any(frame =>
        Enumerable.Range(0, layout.JointCount).Any(joint => Known(person, frame, joint)));
}
