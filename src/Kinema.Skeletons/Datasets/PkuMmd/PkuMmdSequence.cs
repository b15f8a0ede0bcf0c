using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.PkuMmd;

/// <summary>
/// The skeletons of one video: a line a frame, 150 numbers, two bodies of 25 joints x y z; a body that is absent is all zeros. Frames are found
/// first and read when asked for, so that a long video costs no more memory than its text and the clips cut from it.
/// </summary>
internal readonly ref struct PkuMmdSequence
{
    /// <summary>The most bytes a file may have. Real ones reach some 16 MB.</summary>
    public const int Bytes = 64 << 20;

    /// <summary>The most frames a video may have: half an hour.</summary>
    public const int MostFrames = 60_000;

    private const int Persons = 2;

    private readonly ReadOnlySpan<byte> text;
    private readonly string where;
    private readonly List<int> starts = [];                  // of every frame, and where the last one ends

    /// <summary>Finds the frames and reads the last one, in which a file that was cut off would end.</summary>
    /// <param name="text">The file.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <exception cref="KinemaException">There are none or too many, or the last one is damaged (<see cref="ExitCode.Data"/>).</exception>
    public PkuMmdSequence(ReadOnlySpan<byte> text, string where)
    {
        this.text = text.TrimEnd(" \t\r\n"u8);
        this.where = where;
        for (var at = 0; at < this.text.Length;)
        {
            if (starts.Count == MostFrames)
                throw new KinemaException(ExitCode.Data, $"{where}: more than {MostFrames} frames, the most that is read of one video");
            starts.Add(at);
            var length = this.text[at..].IndexOf((byte)'\n');
            at = length < 0 ? this.text.Length : at + length + 1;
        }
        if (starts.Count == 0)
            throw new KinemaException(ExitCode.Data, $"{where}: the video has no frames");
        starts.Add(this.text.Length);
        ReadFrame(Frames - 1, new double[Persons * Layouts.Ntu.JointCount * 3]);
    }

    /// <summary>T.</summary>
    public int Frames => starts.Count - 1;

    /// <summary>Some frames of the bodies that are there in any of them.</summary>
    /// <param name="name">The clip's name.</param>
    /// <param name="video">The video's name.</param>
    /// <param name="label">The class, 0-based.</param>
    /// <param name="first">The first frame, 0-based.</param>
    /// <param name="count">How many, at least one.</param>
    /// <returns>M = 2, or 1 if there is no second body; null if there is no body at all.</returns>
    /// <exception cref="KinemaException">One of the frames is damaged (<see cref="ExitCode.Data"/>).</exception>
    public SkeletonClip? Cut(string name, PkuMmdName video, int label, int first, int count)
    {
        var person = Layouts.Ntu.JointCount * 3;
        var coordinates = new double[Persons * count * person];
        var frame = new double[Persons * person];
        for (var t = 0; t < count; t++)
        {
            ReadFrame(first + t, frame);
            for (var m = 0; m < Persons; m++)
                frame.AsSpan(m * person, person).CopyTo(coordinates.AsSpan(((m * count) + t) * person));
        }
        var second = coordinates.AsSpan(count * person).ContainsAnyExcept(0.0);
        if (!second && !coordinates.AsSpan(0, count * person).ContainsAnyExcept(0.0))
            return null;
        return new SkeletonClip(name, count, Layouts.Ntu.JointCount, second ? 2 : 1, second ? coordinates : coordinates[..(count * person)])
        {
            Label = label,
            Subject = video.Subject,
            Camera = video.Camera,
        };
    }

    private void ReadFrame(int frame, Span<double> numbers)
    {
        var line = new NumberLines(text[starts[frame]..starts[frame + 1]], where, firstLine: frame + 1);
        if (!line.NextLine())
            throw line.Wrong($"is blank where a frame is due");
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = line.NextCoordinate(Layouts.Ntu);
        line.EndLine();
    }
}
