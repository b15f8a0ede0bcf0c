namespace Kinema.Skeletons.Clips;

/// <summary>
/// One recorded movement: the coordinates of V joints of M persons over T frames, and who, what and where if known.
/// Coordinates are [m][t][v][x, y, z], in the sensor's unit (metres for the built-in sets); a 2-dimensional layout has z = 0.
/// </summary>
public sealed class SkeletonClip
{
    private readonly CoordinateStore store;

    /// <summary>A clip around an array, which it keeps and does not copy.</summary>
    /// <param name="name">The clip's name: unique in its data set, named in messages.</param>
    /// <param name="frames">T, at least 1.</param>
    /// <param name="joints">V.</param>
    /// <param name="persons">M.</param>
    /// <param name="coordinates">M·T·V·3 numbers, [m][t][v][x, y, z].</param>
    /// <exception cref="ArgumentException">A size is not positive, or the array has another length.</exception>
    public SkeletonClip(string name, int frames, int joints, int persons, double[] coordinates)
        : this(name, frames, joints, persons, new ArrayStore(coordinates))
    {
        if (coordinates.Length != Length)
        {
            throw new ArgumentException(
                $"clip {name}: M·T·V·3 = {persons}·{frames}·{joints}·3 numbers expected; got {coordinates.Length}", nameof(coordinates));
        }
    }

    internal SkeletonClip(string name, int frames, int joints, int persons, CoordinateStore store)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(joints, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(persons, 1);
        Name = name;
        Frames = frames;
        Joints = joints;
        Persons = persons;
        var length = (Int128)persons * frames * joints * 3;
        if (length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"clip {name}: M·T·V·3 = {persons}·{frames}·{joints}·3 numbers are more than an array holds ({Array.MaxLength})", nameof(frames));
        }
        Length = (int)length;
        this.store = store;
    }

    /// <summary>The clip's name, unique in its data set.</summary>
    public string Name { get; }

    /// <summary>The class, 0-based; -1 if unknown.</summary>
    public int Label { get; init; } = -1;

    /// <summary>The person who performs, counted from 1; 0 if unknown.</summary>
    public int Subject { get; init; }

    /// <summary>The camera or view, counted from 1; 0 if unknown.</summary>
    public int Camera { get; init; }

    /// <summary>The arrangement of cameras, counted from 1; 0 if unknown.</summary>
    public int Setup { get; init; }

    /// <summary>T, the number of frames.</summary>
    public int Frames { get; }

    /// <summary>V, the number of joints.</summary>
    public int Joints { get; }

    /// <summary>M, the number of persons.</summary>
    public int Persons { get; }

    /// <summary>M·T·V·3, the number of coordinates.</summary>
    public int Length { get; }

    /// <summary>
    /// All coordinates, [m][t][v][x, y, z]. Free for a clip in memory; a clip in a file is read into a new array
    /// at every call, so loops use <see cref="CopyTo"/> with a buffer of their own.
    /// </summary>
    public ReadOnlySpan<double> Coordinates => store.Array ?? ToArray();

    /// <summary>The coordinates of one person, [t][v][x, y, z]; costs what <see cref="Coordinates"/> costs.</summary>
    /// <param name="person">The person, 0-based.</param>
    public ReadOnlySpan<double> Person(int person) => Coordinates.Slice(person * Frames * Joints * 3, Frames * Joints * 3);

    /// <summary>Copies all coordinates, [m][t][v][x, y, z], without allocating.</summary>
    /// <param name="destination">Takes <see cref="Length"/> numbers.</param>
    public void CopyTo(Span<double> destination) => store.Read(destination[..Length]);

    /// <summary>The same clip, its coordinates shared, with another label.</summary>
    internal SkeletonClip Labelled(int label) => label == Label ? this
        : new SkeletonClip(Name, Frames, Joints, Persons, store) { Label = label, Subject = Subject, Camera = Camera, Setup = Setup };

    /// <summary>The same recording, its frames and persons the same, with other joints.</summary>
    /// <param name="joints">V.</param>
    /// <param name="coordinates">M·T·V·3 numbers, [m][t][v][x, y, z].</param>
    internal SkeletonClip With(int joints, double[] coordinates) =>
        new(Name, Frames, joints, Persons, coordinates) { Label = Label, Subject = Subject, Camera = Camera, Setup = Setup };

    /// <inheritdoc/>
    public override string ToString() => Name;

    private double[] ToArray()
    {
        var copy = new double[Length];
        store.Read(copy);
        return copy;
    }
}
