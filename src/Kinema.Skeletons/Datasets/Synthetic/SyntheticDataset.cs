using System.Globalization;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Synthetic;

/// <summary>
/// Made-up clips to try things on: a jointed figure with the limb lengths of several subjects does everyday actions in front of several
/// depth cameras. Where it stands, where it faces, how fast and how widely it moves, which hand it prefers, where the clip is cut and what
/// the sensor gets wrong all vary, so that raw joints say little about the action, yet a network learns it from a few hundred clips.
/// Every clip is a performance of its own: none is a copy of another, or another camera's view of it.
/// </summary>
/// <remarks>
/// Coordinates are a Kinect's: metres, camera at the origin, y up, z ahead; one person (M = 1), 30 frames a second. Classes differ by
/// movement, never by scale alone, since the NW-UCLA pipeline removes scale. Clips are the same on every platform: they come from
/// <c>ClipRandom</c> through + − × ÷ and square roots, sine and cosine included.
/// </remarks>
/// <example>
/// <code>
/// var set = SyntheticDataset.Generate(new SyntheticOptions { Classes = 10, Clips = 500, Seed = 7 });
/// var train = set.Split("train");
/// </code>
/// </example>
public static class SyntheticDataset
{
    /// <summary>Frames a second of every clip.</summary>
    public const double FramesPerSecond = 30;

    /// <summary>Makes the clips, in parallel; several thousand a second.</summary>
    /// <param name="options">What to make.</param>
    /// <exception cref="KinemaException">An option is out of range, or the layout is unknown or has joints the figure lacks.</exception>
    public static ClipDataset Generate(SyntheticOptions options)
    {
        options.Validate();
        var layout = Layouts.Get(options.Layout);
        var landmarks = LandmarkNames.Of(layout);
        var stage = new Stage(options);
        var clips = new SkeletonClip[options.Clips];
        Parallel.For(0, clips.Length, i => clips[i] = Record(stage, i, landmarks, layout.Drawing.Up));
        return new ClipDataset
        {
            Name = options.Hard ? "synthetic-hard" : "synthetic",
            Layout = layout,
            Classes = [.. stage.Actions.Select(action => action.Name)],
            Clips = clips,
            Splits = Split(clips, options),
        };
    }

    private static SkeletonClip Record(Stage stage, int index, Landmark[] joints, SignedAxis up)
    {
        var (action, camera, subject, repetition) = stage.Turn(index);
        var draws = Draws.ForClip(stage.Options.Seed, index);
        var performance = Performance.Draw(stage.Subjects[subject], stage.Actions[action], stage.Options, ref draws);
        var (t, v) = (performance.Frames, joints.Length);

        var landmarks = new Vector3D[Figure.Landmarks];
        var seen = new Vector3D[t * v];
        var centers = new Vector3D[t];
        for (var frame = 0; frame < t; frame++)
        {
            performance.Landmarks(frame, landmarks);
            centers[frame] = stage.Cameras[camera].ToCamera(landmarks[(int)Landmark.SpineMid]);
            for (var joint = 0; joint < v; joint++)
            {
                seen[frame * v + joint] = stage.Cameras[camera].ToCamera(landmarks[(int)joints[joint]]);
            }
        }

        SensorNoise.Add(seen, centers, stage.Options.Noise, ref draws);
        var coordinates = new double[3 * seen.Length];
        for (var i = 0; i < seen.Length; i++)
        {
            (coordinates[3 * i], coordinates[3 * i + 1], coordinates[3 * i + 2]) = Along(up, seen[i]);
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"a{action + 1:00}_s{subject + 1:00}_e{repetition:00}_v{camera + 1:00}");
        return new SkeletonClip(name, t, v, persons: 1, coordinates)
        {
            Label = action,
            Subject = subject + 1,
            Camera = camera + 1,
            Setup = 1,
        };
    }

    // Turned, never mirrored, so that the layout's way up is up: in pictures y grows downwards.
    private static (double X, double Y, double Z) Along(SignedAxis up, Vector3D seen) => (up.Index, up.Sign) switch
    {
        (0, > 0) => (seen.Y, -seen.X, seen.Z),
        (0, _) => (-seen.Y, seen.X, seen.Z),
        (1, > 0) => (seen.X, seen.Y, seen.Z),
        (1, _) => (-seen.X, -seen.Y, seen.Z),
        (_, > 0) => (seen.X, -seen.Z, seen.Y),
        _ => (seen.X, seen.Z, -seen.Y),
    };

    private static Dictionary<string, IReadOnlyList<int>> Split(SkeletonClip[] clips, SyntheticOptions options)
    {
        var trainSubjects = options.Subjects - Math.Max(1, options.Subjects / 3);
        var all = Enumerable.Range(0, clips.Length).ToLookup(i =>
            options.Split == SyntheticSplit.CrossView ? clips[i].Camera == options.Cameras : clips[i].Subject > trainSubjects);
        return new() { ["train"] = [.. all[false]], ["test"] = [.. all[true]] };
    }
}
