using System.Text;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// Reads the raw text of NTU RGB+D: one record a line, of fields with blanks between them, lines ending in LF or CR LF.
/// <code>
/// number of frames
///   number of bodies                                                              in each frame, 0 allowed
///     id, 9 fields that are not used                                              of each body
///     25
///       x y z (metres, camera coordinates), 9 fields that are not used            of each joint
/// </code>
/// Numbers become the nearest float32. No count is believed before the lines are there.
/// </summary>
internal ref struct NtuText
{
    private const int BodyFields = 10, JointFields = 12;
    private const int MostBodies = 100;                            // in a frame; the sensor tracks six
    private const int LongestId = 40;

    private readonly ReadOnlySpan<byte> text;
    private readonly string where;
    private readonly SkeletonLayout layout;
    private int next, line, frames, frame;

    private NtuText(ReadOnlySpan<byte> text, string where, SkeletonLayout layout)
    {
        this.text = text.StartsWith(Encoding.UTF8.Preamble) ? text[3..] : text;
        (this.where, this.layout) = (where, layout);
    }

    /// <summary>Whether there is nothing in the text but blanks.</summary>
    public static bool IsEmpty(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    /// <summary>Reads a whole file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="where">What to call it in messages.</param>
    /// <param name="layout">The joints' names and limit for messages and the check: 25 joints.</param>
    /// <param name="bodies">Is filled anew; of no use after an error.</param>
    /// <exception cref="KinemaException">It is damaged: <c>file: line N: what</c> (<see cref="ExitCode.Data"/>).</exception>
    public static void Read(ReadOnlySpan<byte> text, string where, SkeletonLayout layout, NtuBodies bodies) =>
        new NtuText(text, where, layout).Read(bodies);

    private void Read(NtuBodies bodies)
    {
        bodies.Clear();
        frames = Count("the number of frames", ClipLimits.Frames);
        for (frame = 0; frame < frames; frame++)
        {
            var count = Count("the number of bodies", MostBodies);
            for (var body = 0; body < count; body++)
                ReadBody(bodies);
            bodies.EndFrame();
        }
        var rest = text[next..].IndexOfAnyExcept(" \t\r\n"u8);
        if (rest >= 0)
        {
            line += text.Slice(next, rest).Count((byte)'\n') + 1;
            throw Wrong($"there is more after the {frames} frames that line 1 tells of");
        }
    }

    private void ReadBody(NtuBodies bodies)
    {
        var fields = Line();
        Expect(fields, BodyFields, "a body");
        var id = Field(fields, 0);
        if (id.Length > LongestId)
            throw Wrong($"the id of a body is '{OneLine.Of(id)}'; it has at most {LongestId} digits");
        var coordinates = bodies.Add(Encoding.Latin1.GetString(id), out var twice);
        if (twice)
            throw Wrong($"body {OneLine.Of(id)} is in frame {frame} twice");
        var joints = Count("the number of joints", int.MaxValue);
        if (joints != NtuBodies.Joints)
            throw Wrong($"a body of {joints} joints; it has {NtuBodies.Joints}");
        for (var joint = 0; joint < NtuBodies.Joints; joint++)
            ReadJoint(coordinates.Slice(3 * joint, 3), joint);
    }

    private void ReadJoint(Span<float> point, int joint)
    {
        var fields = Line();
        var at = 0;
        for (var axis = 0; axis < 3; axis++)
        {
            while ((uint)at < (uint)fields.Length && fields[at] <= ' ')
                at++;
            var start = at;
            var read = NtuNumber.TryRead(fields, ref at, out point[axis]);
            if (read && Math.Abs(point[axis]) <= layout.Limit)         // false for NaN
                continue;
            Expect(fields, JointFields, "a joint");                    // a line cut off is named as such
            throw Wrong($"{CoordinateCheck.Describe(layout, frame, joint, axis, Complaint(read, point[axis], Field(fields, start)))}");
        }
        if (Fields(fields[at..]) != JointFields - 3)
            Expect(fields, JointFields, "a joint");
    }

    private static string Complaint(bool isNumber, float value, ReadOnlySpan<byte> text) =>
        !isNumber ? $"'{OneLine.Of(text)}', which is not a number" : float.IsNaN(value) ? "NaN" : float.IsInfinity(value) ? "infinite" : OneLine.Of(text);

    private int Count(string what, int most)
    {
        var token = Line().Trim(" \t\r"u8);
        var value = 0L;
        foreach (var digit in token)
        {
            if (digit is < (byte)'0' or > (byte)'9' || token.Length > 10)
                throw Wrong($"{what} is '{OneLine.Of(token)}', not a whole number");
            value = 10 * value + (digit - '0');
        }
        if (token.IsEmpty)
            throw Wrong($"{what} is missing: the line is empty");
        return value <= most ? (int)value : throw Wrong($"{what} is {value}; at most {most} are believed");
    }

    private ReadOnlySpan<byte> Line()
    {
        if (next >= text.Length)
        {
            line++;
            throw line == 1
                ? Wrong($"the file is empty")
                : Wrong($"the file ends in frame {frame} of {frames}: it is cut off, or line 1 tells of too many frames");
        }
        line++;
        var rest = text[next..];
        var length = rest.IndexOf((byte)'\n');
        next += length < 0 ? rest.Length : length + 1;
        return length < 0 ? rest : rest[..length];
    }

    private readonly void Expect(ReadOnlySpan<byte> fields, int count, string of)
    {
        var found = Fields(fields);
        if (found != count)
            throw Wrong($"{found} fields where {of} has {count}{(next >= text.Length ? ": the file is cut off" : "")}");
    }

    // The field at a place or behind it.
    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> line, int from)
    {
        while (from < line.Length && line[from] <= ' ')
            from++;
        var end = from;
        while (end < line.Length && line[end] > ' ')
            end++;
        return line[from..end];
    }

    // A field begins where a blank, or nothing, is followed by something else.
    private static int Fields(ReadOnlySpan<byte> line)
    {
        var count = 0;
        var blank = true;
        foreach (var c in line)
        {
            var isBlank = c <= ' ';
            count += blank & !isBlank ? 1 : 0;
            blank = isBlank;
        }
        return count;
    }

    private readonly KinemaException Wrong(FormattableString message) =>
        Refusal.At(where, line, message);
}
