namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// All that was seen of one body id. Its frames are counted on from the first by one an appearance, as the reference does, whatever the
/// true frame is: a body that vanishes and comes back is stored without its gap, shifted forward in time. Frames without any body are
/// not counted at all.
/// </summary>
internal sealed class BodyTrack
{
    private readonly NtuBodies bodies;
    private readonly List<int> appearances = [];

    private BodyTrack(NtuBodies bodies, string name, int start) => (this.bodies, Name, Start) = (bodies, name, start);

    /// <summary>The id.</summary>
    public string Name { get; }

    /// <summary>Its first frame, among those that have a body.</summary>
    public int Start { get; }

    /// <summary>Its last frame by the count of its appearances.</summary>
    public int End => Start + Length - 1;

    /// <summary>The number of its appearances.</summary>
    public int Length => appearances.Count;

    /// <summary>How much it moves: the variance of x, of y and of z over all its frames, added up.</summary>
    public double Motion { get; set; }

    /// <summary>The coordinates of an appearance, [v][x, y, z].</summary>
    public ReadOnlySpan<float> this[int appearance] => bodies.Coordinates(appearances[appearance]);

    /// <summary>The tracks of a file, in the order of first appearance, and the number of frames that have a body.</summary>
    public static (List<BodyTrack> Tracks, int Frames) Of(NtuBodies bodies)
    {
        var tracks = new List<BodyTrack>();
        var frames = 0;
        for (var frame = 0; frame < bodies.Frames; frame++)
        {
            var (first, end) = bodies.Frame(frame);
            for (var body = first; body < end; body++)
            {
                var identity = bodies.Identity(body);
                if (identity == tracks.Count)
                    tracks.Add(new BodyTrack(bodies, bodies.Names[identity], frames));
                tracks[identity].appearances.Add(body);
            }
            frames += end > first ? 1 : 0;
        }
        foreach (var track in tracks)
            track.Motion = track.MotionOf(track.appearances);
        return (tracks, frames);
    }

    /// <summary><see cref="Motion"/> over the appearances that a rule holds for.</summary>
    public double MotionWhere(Func<int, bool> holds) => MotionOf([.. appearances.Where((_, appearance) => holds(appearance))]);

    private double MotionOf(List<int> some)
    {
        var (x, y, z) = bodies.Variance(some);
        return x + y + z;
    }
}
