using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Previews;

/// <summary>
/// A clip turned about its vertical axis and looked at orthographically, u to the right and v up, in the clip's unit: one person is seen
/// from the front, several side by side. A 2-dimensional clip is shown as it is. The floor is levelled, since a camera that looks down sees
/// somebody who walks away rise.
/// </summary>
/// <remarks>Space is taken as right-handed, as the clips of both Kinects are: whoever looks stands where right × up points to.</remarks>
internal sealed class FlatPose
{
    private readonly SkeletonLayout layout;
    private readonly double[] coordinates;                      // [m][t][v][3]
    private readonly SeenJoints seen;
    private readonly int frames, depth, away;                   // the third axis, and the sign that makes it point away from the onlooker
    private readonly double cosine = 1, sine;
    private readonly double[] centers;                          // (T), the u that is 0 in the picture
    private readonly double[] floor;                            // (T), how much higher the floor is there than in the mean of the frames

    /// <param name="layout">The clip's joints.</param>
    /// <param name="clip">The clip.</param>
    /// <param name="yaw">A further turn, radians.</param>
    /// <param name="follow">
    /// Whether u is counted from the persons' common centre in each frame, so that somebody who walks stays in the picture; else from the
    /// middle of all their way.
    /// </param>
    public FlatPose(SkeletonLayout layout, SkeletonClip clip, double yaw, bool follow)
    {
        if (clip.Joints != layout.JointCount)
        {
            throw new ArgumentException($"clip {clip.Name} has {clip.Joints} joints; layout {layout.Name} has {layout.JointCount}", nameof(clip));
        }
        this.layout = layout;
        coordinates = new double[clip.Length];
        clip.CopyTo(coordinates);
        frames = clip.Frames;
        seen = SeenJoints.In(layout, coordinates, frames);
        var (right, up) = (layout.Drawing.Right, layout.Drawing.Up);
        depth = 3 - right.Index - up.Index;
        away = ((right.Index + 1) % 3 == up.Index ? -1 : +1) * right.Sign * up.Sign;
        Persons = [.. Enumerable.Range(0, clip.Persons).Where(person => Enumerable.Range(0, frames).Any(frame => Seen(person, frame)))];
        Turn = layout.Dimensions == 3 && Persons.Count > 0 ? Facing() : 0;
        if (layout.Dimensions == 3 && Persons.Count > 0) (cosine, sine) = (Math.Cos(Turn + yaw), Math.Sin(Turn + yaw));
        centers = Centers(follow);
        floor = Floor();
    }

    /// <summary>The persons seen in at least one frame.</summary>
    public IReadOnlyList<int> Persons { get; }

    /// <summary>The persons seen in one of these frames.</summary>
    public IEnumerable<int> PersonsIn(IReadOnlyList<int> chosen) => Persons.Where(person => chosen.Any(frame => Seen(person, frame)));

    /// <summary>As many of the frames in which somebody is seen as wanted, spread evenly over them; of one, the middle.</summary>
    public int[] Choose(int wanted)
    {
        int[] seen = [.. Enumerable.Range(0, frames).Where(frame => Persons.Any(person => Seen(person, frame)))];
        if (seen.Length == 0) seen = [.. Enumerable.Range(0, frames)];              // of nobody, as many empty pictures as of anybody
        return [.. ClipPictures.Spread(seen.Length, wanted).Select(i => seen[i])];
    }

    /// <summary>The turn about the vertical, radians, that shows the clip from the front, before any further one.</summary>
    public double Turn { get; }

    /// <summary>Whether the layout's centre is known where it lies at the origin.</summary>
    public bool CenterMayBeOrigin => seen.CenterMayBeOrigin;

    /// <summary>False for a joint the sensor lost (<see cref="SeenJoints"/>), or one that is not a number.</summary>
    public bool Known(int person, int frame, int joint)
    {
        var point = Point(person, frame, joint);
        return double.IsFinite(point[0]) && double.IsFinite(point[1]) && double.IsFinite(point[2]) && seen.IsSeen(Body(person, frame), joint);
    }

    public (double U, double V) At(int person, int frame, int joint)
    {
        var (u, v, _) = Turned(person, frame, joint);
        return (u - centers[frame], v - floor[frame]);
    }

    /// <summary>Larger is nearer to the onlooker.</summary>
    public double Nearness(int person, int frame, int joint) => -Turned(person, frame, joint).Away;

    /// <summary>What the figures cover in these frames; a unit square around the origin if nobody is seen.</summary>
    public (double Left, double Right, double Bottom, double Top) Bounds(IEnumerable<int> chosen)
    {
        var (left, right, bottom, top) = (double.MaxValue, double.MinValue, double.MaxValue, double.MinValue);
        foreach (var (person, frame, joint) in All(chosen))
        {
            var (u, v) = At(person, frame, joint);
            (left, right, bottom, top) = (Math.Min(left, u), Math.Max(right, u), Math.Min(bottom, v), Math.Max(top, v));
        }
        return right >= left ? (left, right, bottom, top) : (-0.5, 0.5, -0.5, 0.5);
    }

    private IEnumerable<(int Person, int Frame, int Joint)> All(IEnumerable<int> chosen) =>
        from frame in chosen from person in Persons from joint in Enumerable.Range(0, layout.JointCount)
        where Known(person, frame, joint) select (person, frame, joint);

    /// <summary>
    /// The turn that brings a line parallel to the picture: from the first person to the second, who stands on the right then, or, of one
    /// person, from the right joints to the left ones, which are on the right of a picture from the front.
    /// </summary>
    private double Facing()
    {
        double across = 0, along = 0;
        for (var frame = 0; frame < frames; frame++)
        {
            if (Persons.Count > 1)
            {
                Add(Persons[0], layout.Center, Persons[1], layout.Center);
                continue;
            }
            foreach (var pair in layout.LeftRight) Add(Persons[0], pair.Right, Persons[0], pair.Left);

            void Add(int fromPerson, int fromJoint, int toPerson, int toJoint)
            {
                if (!Known(fromPerson, frame, fromJoint) || !Known(toPerson, frame, toJoint)) return;
                var from = Point(fromPerson, frame, fromJoint);
                var to = Point(toPerson, frame, toJoint);
                across += layout.Drawing.Right.Of(to) - layout.Drawing.Right.Of(from);
                along += away * (to[depth] - from[depth]);
            }
        }
        return across == 0 && along == 0 ? 0 : -Math.Atan2(along, across);
    }

    private double[] Centers(bool follow)
    {
        var us = new double[frames];
        for (var t = 0; t < frames; t++)
        {
            double[] seen = [.. Persons.Where(m => Known(m, t, layout.Center)).Select(m => Turned(m, t, layout.Center).U)];
            us[t] = seen.Length > 0 ? seen.Average() : t > 0 ? us[t - 1] : 0;
        }
        if (!follow) Array.Fill(us, (us.Min() + us.Max()) / 2);
        return us;
    }

    /// <summary>
    /// The slope of the floor along the camera's axis, by least squares on each frame's lowest joint against its distance. The
    /// ridge of a tenth of the body's height keeps the slope at 0 for somebody who stays put, and a jump a jump.
    /// </summary>
    private double[] Floor()
    {
        var heights = new double[frames];
        if (layout.Dimensions != 3 || Persons.Count == 0) return heights;
        var seen = Enumerable.Range(0, frames).Select(t => All([t]).Select(at => Point(at.Person, t, at.Joint).ToArray()).ToArray())
            .Select((points, t) => (Frame: t, Points: points)).Where(f => f.Points.Length > 0)
            .Select(f => (f.Frame, Low: f.Points.Min(p => layout.Drawing.Up.Of(p)), Tall: f.Points.Max(p => layout.Drawing.Up.Of(p)),
                Away: f.Points.Average(p => p[depth]))).ToArray();
        if (seen.Length == 0) return heights;
        var (low, distance, tall) = (seen.Average(f => f.Low), seen.Average(f => f.Away), seen.Max(f => f.Tall - f.Low));
        var spread = seen.Average(f => (f.Away - distance) * (f.Away - distance)) + Math.Max(1e-12, 0.01 * tall * tall);
        var slope = seen.Average(f => (f.Away - distance) * (f.Low - low)) / spread;
        foreach (var f in seen) heights[f.Frame] = slope * (f.Away - distance);
        return heights;
    }

    private (double U, double V, double Away) Turned(int person, int frame, int joint)
    {
        var point = Point(person, frame, joint);
        var (u, w) = (layout.Drawing.Right.Of(point), away * point[depth]);
        return (cosine * u - sine * w, layout.Drawing.Up.Of(point), sine * u + cosine * w);
    }

    private ReadOnlySpan<double> Point(int person, int frame, int joint) => Body(person, frame).Slice(joint * 3, 3);

    private ReadOnlySpan<double> Body(int person, int frame) =>
        coordinates.AsSpan((person * frames + frame) * layout.JointCount * 3, layout.JointCount * 3);

    private bool Seen(int person, int frame) => Enumerable.Range(0, layout.JointCount).Any(joint => Known(person, frame, joint));
}
