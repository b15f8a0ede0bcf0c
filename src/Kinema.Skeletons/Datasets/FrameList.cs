using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>The coordinates of a clip while they are read frame by frame. Grows with what is there, to the length a clip may have.</summary>
/// <param name="layout">The joints.</param>
/// <param name="persons">M.</param>
internal sealed class FrameList(SkeletonLayout layout, int persons = 1)
{
    private readonly int width = persons * layout.JointCount * 3;
    private double[] numbers = new double[64 * persons * layout.JointCount * 3];

    /// <summary>T so far.</summary>
    public int Count { get; private set; }

    /// <summary>A frame, [m][v][x, y, z].</summary>
    /// <param name="frame">Which, 0-based.</param>
    public Span<double> this[int frame] => numbers.AsSpan(frame * width, width);

    /// <summary>Room for one more frame, which is counted at once.</summary>
    /// <param name="lines">Where its numbers come from, for the complaint.</param>
    /// <exception cref="KinemaException">There are as many frames as a clip may have (<see cref="ExitCode.Data"/>).</exception>
    public Span<double> Add(in NumberLines lines)
    {
        if (Count == ClipLimits.Frames)
            throw lines.Wrong($"more than {ClipLimits.Frames} frames, the most a clip may have; cut it");
        if (numbers.Length == Count * width)
            Array.Resize(ref numbers, numbers.Length * 2);
        return this[Count++];
    }

    /// <summary>Takes the last frame away.</summary>
    public void RemoveLast() => Count--;

    /// <summary>The frames as a clip.</summary>
    /// <param name="name">The clip's name.</param>
    /// <param name="label">The class, 0-based.</param>
    /// <param name="subject">The person, from 1.</param>
    /// <param name="where">What to call the file in the complaint.</param>
    /// <exception cref="KinemaException">There are none (<see cref="ExitCode.Data"/>).</exception>
    public SkeletonClip ToClip(string name, int label, int subject, string where) => Count > 0
        ? ToClip(name, label, subject, first: 0, Count)
        : throw new KinemaException(ExitCode.Data, $"{where}: the clip has no frames");

    /// <summary>Some of the frames as a clip.</summary>
    /// <param name="name">The clip's name.</param>
    /// <param name="label">The class, 0-based.</param>
    /// <param name="subject">The person, from 1.</param>
    /// <param name="first">The first of them.</param>
    /// <param name="count">How many, at least one.</param>
    public SkeletonClip ToClip(string name, int label, int subject, int first, int count)
    {
        var (person, coordinates) = (width / persons, new double[count * width]);
        for (var m = 0; m < persons; m++)
        {
            for (var t = 0; t < count; t++)
                this[first + t].Slice(m * person, person).CopyTo(coordinates.AsSpan(((m * count) + t) * person));
        }
        return new SkeletonClip(name, count, layout.JointCount, persons, coordinates) { Label = label, Subject = subject };
    }
}
