namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// The bodies of one raw file: in every frame those the sensor tracked, in its order, each with the id it was tracked by and the places
/// of its 25 joints. Kept by a reader and filled again for every file.
/// </summary>
internal sealed class NtuBodies
{
    /// <summary>V.</summary>
    public const int Joints = 25;

    /// <summary>V·3, the coordinates of a body in one frame.</summary>
    public const int Values = Joints * 3;

    private readonly List<int> starts = [0];
    private readonly List<int> identities = [];
    private readonly List<string> names = [];
    private readonly Dictionary<string, int> byName = new(StringComparer.Ordinal);
    private float[] coordinates = new float[200 * Values];

    /// <summary>T, frames without a body included.</summary>
    public int Frames => starts.Count - 1;

    /// <summary>The ids, in the order of their first appearance.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>How many times a body was seen in a frame: bodies are numbered through all frames.</summary>
    public int Count => identities.Count;

    /// <summary>The bodies of a frame, as the first of their numbers and the one after the last.</summary>
    public (int First, int End) Frame(int frame) => (starts[frame], starts[frame + 1]);

    /// <summary>Whose body it is: an index into <see cref="Names"/>.</summary>
    public int Identity(int body) => identities[body];

    /// <summary>The coordinates of a body, [v][x, y, z], metres.</summary>
    public ReadOnlySpan<float> Coordinates(int body) => coordinates.AsSpan(body * Values, Values);

    /// <summary>
    /// The population variance of x, of y and of z over all joints of some bodies together. The choice of actors only compares such numbers,
    /// so they are computed in double precision where the references have single.
    /// </summary>
    public (double X, double Y, double Z) Variance(IReadOnlyList<int> some)
    {
        // Two passes: the spread of a body is small against its distance from the camera.
        var (meanX, meanY, meanZ) = (0.0, 0.0, 0.0);
        foreach (var body in some)
        {
            var points = Coordinates(body);
            for (var i = 0; i < Values; i += 3)
                (meanX, meanY, meanZ) = (meanX + points[i], meanY + points[i + 1], meanZ + points[i + 2]);
        }
        var count = (double)some.Count * Joints;
        (meanX, meanY, meanZ) = (meanX / count, meanY / count, meanZ / count);
        var (x, y, z) = (0.0, 0.0, 0.0);
        foreach (var body in some)
        {
            var points = Coordinates(body);
            for (var i = 0; i < Values; i += 3)
            {
                var (dx, dy, dz) = (points[i] - meanX, points[i + 1] - meanY, points[i + 2] - meanZ);
                (x, y, z) = (x + dx * dx, y + dy * dy, z + dz * dz);
            }
        }
        return (x / count, y / count, z / count);
    }

    public void Clear()
    {
        starts.Clear();
        starts.Add(0);
        identities.Clear();
        names.Clear();
        byName.Clear();
    }

    /// <summary>Adds a body to the frame that is being filled.</summary>
    /// <param name="name">Its id.</param>
    /// <param name="twice">Whether the frame has a body of this id already.</param>
    /// <returns>Where its coordinates are to be written, before the next body is added.</returns>
    public Span<float> Add(string name, out bool twice)
    {
        if (!byName.TryGetValue(name, out var identity))
        {
            byName.Add(name, identity = names.Count);
            names.Add(name);
        }
        twice = identities.LastIndexOf(identity, identities.Count - 1, identities.Count - starts[^1]) >= 0;
        identities.Add(identity);
        var end = identities.Count * Values;
        if (end > coordinates.Length)
            Array.Resize(ref coordinates, 2 * end);
        return coordinates.AsSpan(end - Values, Values);
    }

    public void EndFrame() => starts.Add(identities.Count);
}
