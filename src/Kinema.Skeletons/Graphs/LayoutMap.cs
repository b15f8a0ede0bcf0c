using Kinema.Skeletons.Clips;
using Kinema.Storage;

namespace Kinema.Skeletons.Graphs;

/// <summary>
/// Turns clips of one joint layout into clips of another: every target joint is a joint of the source, the mean of several, or missing.
/// Axes may be exchanged or turned round on the way; a third coordinate that the target lacks is dropped, one that the source lacks is 0.
/// </summary>
/// <example>
/// <code>
/// var map = LayoutMap.Between(Layouts.Get("coco-17"), Layouts.Get("openpose-18"));      // neck = mean of the shoulders
/// var clip = map.Apply(detected);
/// </code>
/// </example>
public sealed class LayoutMap
{
    internal LayoutMap(SkeletonLayout from, SkeletonLayout to, IReadOnlyList<IReadOnlyList<int>> sources, IReadOnlyList<SignedAxis> axes)
    {
        (From, To, Sources, Axes) = (from, to, sources, axes);
    }

    /// <summary>The layout of the clips that go in.</summary>
    public SkeletonLayout From { get; }

    /// <summary>The layout of the clips that come out.</summary>
    public SkeletonLayout To { get; }

    /// <summary>
    /// For every joint of <see cref="To"/> the joints of <see cref="From"/> whose mean it is; none for a joint that the source cannot give.
    /// A joint named twice counts twice.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>> Sources { get; }

    /// <summary>For x, y and z of the target the axis of the source it is measured along.</summary>
    public IReadOnlyList<SignedAxis> Axes { get; }

    /// <summary>The map between two layouts: a built-in one or, where the source has all joints of the target, that of equal names.</summary>
    /// <param name="from">The layout there is.</param>
    /// <param name="to">The layout that is wanted.</param>
    /// <exception cref="KinemaException">No such map is known (<see cref="ExitCode.Usage"/>); the message names the joints that lack one.</exception>
    public static LayoutMap Between(SkeletonLayout from, SkeletonLayout to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (LayoutMaps.Find(from, to) is { } known)
            return known;
        var missing = to.Joints.Where(joint => from.IndexOf(joint) is null).ToList();
        if (missing.Count == 0)
            return new LayoutMap(from, to, [.. to.Joints.Select(joint => new[] { from.IndexOf(joint)!.Value })], LayoutMaps.SameAxes);
        var targets = LayoutMaps.All.Where(map => map.From.Name == from.Name).Select(map => map.To.Name).ToList();
        throw new KinemaException(ExitCode.Usage,
            $"no map from layout {from.Name} to {to.Name} is built in, and {from.Name} has no joint "
            + string.Join(", ", missing.Select(joint => $"'{joint}'"))
            + ": write a map file (keys from, to, joints) for --map"
            + (targets.Count > 0 ? $", or map --to {string.Join(" or ", targets)}" : ""));
    }

    /// <summary>A map from a YAML file; layouts in it are built-in names or paths as seen from the file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="KinemaException">The file is missing or wrong (<see cref="ExitCode.Data"/>); the message names the line.</exception>
    public static LayoutMap Load(string path)
    {
        if (!File.Exists(path))
            throw new KinemaException(ExitCode.Data, $"{path}: no such layout map");
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return LayoutMapReader.Read(File.ReadAllText(path), path, name =>
                Path.Combine(folder, name) is var beside && File.Exists(beside) ? Layouts.Get(beside) : Layouts.Get(name));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A map from YAML text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What to call the text in messages: usually its path.</param>
    /// <exception cref="KinemaException">The text is no valid map (<see cref="ExitCode.Data"/>); the message names the line.</exception>
    public static LayoutMap Parse(string yaml, string source) => LayoutMapReader.Read(yaml, source, Layouts.Get);

    /// <summary>A clip of the target layout with the facts of the given one; joints that are missing lie at (0, 0, 0).</summary>
    /// <param name="clip">A clip of the source layout.</param>
    /// <exception cref="ArgumentException">The clip has another number of joints than <see cref="From"/>.</exception>
    public SkeletonClip Apply(SkeletonClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        if (clip.Joints != From.JointCount)
        {
            throw new ArgumentException(
                $"clip {clip.Name}: V = {From.JointCount} joints of layout {From.Name} expected; got {clip.Joints}", nameof(clip));
        }
        var points = Apply(clip.Coordinates, clip.Persons * clip.Frames);
        for (var target = 0; target < To.JointCount; target++)
        {
            for (var row = 0; Sources[target].Count == 0 && row < clip.Persons * clip.Frames; row++)
                points.AsSpan((row * To.JointCount + target) * 3, 3).Clear();
        }
        return clip.With(To.JointCount, points);
    }

    /// <summary>Points [row][v][x, y, z] of the source as points of the target; NaN where a joint is missing, or one it is made of is.</summary>
    internal double[] Apply(ReadOnlySpan<double> points, int rows)
    {
        var (from, to) = (From.JointCount, To.JointCount);
        var mapped = new double[rows * to * 3];
        for (var row = 0; row < rows; row++)
        {
            for (var target = 0; target < to; target++)
            {
                var result = mapped.AsSpan((row * to + target) * 3, 3);
                for (var axis = 0; axis < 3; axis++)
                {
                    var sum = 0.0;
                    foreach (var source in Sources[target])
                        sum += Axes[axis].Of(points.Slice((row * from + source) * 3, 3));
                    result[axis] = sum / Sources[target].Count;                    // 0/0 is NaN: missing
                }
                if (To.Dimensions == 2 && !double.IsNaN(result[0]))
                    result[2] = 0;
            }
        }
        return mapped;
    }
}
