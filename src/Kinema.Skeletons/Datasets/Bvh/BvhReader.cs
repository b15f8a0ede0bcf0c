using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Bvh;

/// <summary>A BVH file: a hierarchy of joints, and the numbers of its channels frame by frame.</summary>
/// <param name="Skeleton">The hierarchy.</param>
/// <param name="Frames">T.</param>
/// <param name="Motion">(T, channels).</param>
internal sealed record BvhMotion(BvhSkeleton Skeleton, int Frames, double[] Motion);

/// <summary>
/// Reads BVH (Biovision Hierarchy) word by word: <c>HIERARCHY</c>, <c>ROOT</c>, <c>OFFSET</c>, <c>CHANNELS</c>, <c>JOINT</c>,
/// <c>End Site</c>, <c>MOTION</c>, <c>Frames:</c>, <c>Frame Time:</c>, then T lines of numbers. One root.
/// </summary>
internal ref struct BvhReader
{
    /// <summary>Joints of one hierarchy, ends of bones included.</summary>
    private const int MostJoints = 512;

    private readonly string where;
    private ReadOnlySpan<byte> rest;
    private int line = 1;

    private BvhReader(ReadOnlySpan<byte> bytes, string where)
    {
        this.where = where;
        rest = Tables.TableText.Content(bytes, where);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="KinemaException">It is no BVH, or damaged (<see cref="ExitCode.Data"/>): file, line, what.</exception>
    public static BvhMotion Read(ReadOnlySpan<byte> bytes, string where)
    {
        var reader = new BvhReader(bytes, where);
        var skeleton = reader.Hierarchy();
        return reader.Motion(skeleton);
    }

    /// <summary>Reads the hierarchy alone.</summary>
    /// <exception cref="KinemaException">It is no BVH, or damaged (<see cref="ExitCode.Data"/>): file, line, what.</exception>
    public static BvhSkeleton ReadSkeleton(ReadOnlySpan<byte> bytes, string where) => new BvhReader(bytes, where).Hierarchy();

    private BvhSkeleton Hierarchy()
    {
        Expect("HIERARCHY");
        Expect("ROOT");
        var joints = new List<BvhJoint>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<int>();
        Begin(joints, names, open, isEnd: false);
        while (open.Count > 0)
        {
            var word = Word("JOINT, End Site or }");
            if (Is(word, "JOINT"))
            {
                Begin(joints, names, open, isEnd: false);
            }
            else if (Is(word, "End"))
            {
                Expect("Site");
                Begin(joints, names, open, isEnd: true);
            }
            else if (Is(word, "}"))
            {
                open.Pop();
            }
            else
            {
                throw Wrong($"'{OneLine.Of(word)}' where JOINT, End Site or }} is expected");
            }
        }
        return new BvhSkeleton(joints);
    }

    // NAME { OFFSET x y z CHANNELS n ...; an end site has neither name nor channels.
    private void Begin(List<BvhJoint> joints, HashSet<string> names, Stack<int> open, bool isEnd)
    {
        if (joints.Count == MostJoints)
            throw Wrong($"more than {MostJoints} joints");
        var parent = open.Count > 0 ? open.Peek() : -1;
        if (parent >= 0 && joints[parent].IsEnd)
            throw Wrong($"an End Site has no joints");
        var name = isEnd ? $"{joints[parent].Name}-end" : Name();
        // A joint may have several ends.
        for (var again = 2; isEnd && names.Contains(name); again++)
            name = string.Create(CultureInfo.InvariantCulture, $"{joints[parent].Name}-end-{again}");
        if (!names.Add(name))
            throw Wrong($"joint '{OneLine.Of(name)}' is there twice");
        Expect("{");
        Expect("OFFSET");
        double[] offset = [Number("an offset"), Number("an offset"), Number("an offset")];
        var channels = new List<BvhChannel>();
        if (!isEnd)
        {
            Expect("CHANNELS");
            var count = Number("the number of channels");
            if (count is not (>= 0 and <= 6) || count != Math.Floor(count))
                throw Wrong($"{count} channels; a joint has 0 to 6");
            for (var i = 0; i < count; i++)
                channels.Add(Channel(channels));
        }
        open.Push(joints.Count);
        joints.Add(new BvhJoint(name, parent, offset, channels, isEnd));
    }

    private BvhMotion Motion(BvhSkeleton skeleton)
    {
        Expect("MOTION");
        Expect("Frames:");
        var claimed = Number("the number of frames");
        if (!(claimed >= 1) || claimed != Math.Floor(claimed))
            throw Wrong($"Frames: {claimed}; a clip has at least 1");
        Expect("Frame");
        Expect("Time:");
        Number("the time of a frame");
        RawClip.CheckSize(1, claimed > int.MaxValue ? int.MaxValue : (long)claimed, skeleton.Joints.Count, where);
        var (channels, frames) = (skeleton.ChannelCount, (int)claimed);
        var numbers = new List<double>();                      // grows with what is there, not with what is claimed
        for (var t = 0; t < frames; t++)
        {
            for (var i = 0; i < channels; i++)
            {
                if (AtEnd())
                    throw Wrong($"the file ends in frame {t} of {frames} (number {i} of {channels}): it is cut off");
                numbers.Add(Number($"number {i} of frame {t}"));
            }
        }
        return AtEnd()
            ? new BvhMotion(skeleton, frames, [.. numbers])
            : throw Wrong($"more numbers than Frames: {frames} and {channels} channels say");
    }

    private BvhChannel Channel(List<BvhChannel> before)
    {
        var word = Word("a channel");
        foreach (var (suffix, isRotation) in new[] { ("position", false), ("rotation", true) })
        {
            for (var axis = 0; axis < 3; axis++)
            {
                if (Is(word, $"{"XYZ"[axis]}{suffix}"))
                {
                    var channel = new BvhChannel(axis, isRotation);
                    return before.Contains(channel) ? throw Wrong($"channel {OneLine.Of(word)} is there twice") : channel;
                }
            }
        }
        throw Wrong($"'{OneLine.Of(word)}' is no channel: Xposition, …, Zrotation are");
    }

    // A name may have spaces in it; it ends with its line, or before the brace.
    private string Name()
    {
        var end = rest.IndexOfAny((byte)'\n', (byte)'{');
        var text = (end < 0 ? rest : rest[..end]).Trim(" \t\r"u8);
        if (text.Length is 0 or > 200)
            throw Wrong($"a joint has no name, or one of more than 200 bytes");
        if (!Utf8.IsValid(text) || text.ContainsAnyInRange((byte)0, (byte)31))
            throw Wrong($"the name '{OneLine.Of(text)}' is not valid UTF-8, or has control characters");
        rest = rest[(end < 0 ? rest.Length : end)..];
        return Encoding.UTF8.GetString(text);
    }

    private bool AtEnd()
    {
        SkipSpace();
        return rest.Length == 0;
    }

    private void SkipSpace()
    {
        var i = 0;
        for (; i < rest.Length && rest[i] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n'; i++)
            line += rest[i] == '\n' ? 1 : 0;
        rest = rest[i..];
    }

    private ReadOnlySpan<byte> Word(string expected)
    {
        if (AtEnd())
            throw Wrong($"the file ends where {expected} is expected: it is cut off, or no BVH");
        var end = rest.IndexOfAny(" \t\r\n"u8);
        var word = end < 0 ? rest : rest[..end];
        // Braces may stand close to a word.
        var brace = word.IndexOfAny((byte)'{', (byte)'}');
        if (brace >= 0)
            word = word[..Math.Max(1, brace)];
        rest = rest[word.Length..];
        return word;
    }

    private void Expect(string expected)
    {
        var word = Word(expected);
        if (!Is(word, expected))
            throw Wrong($"'{OneLine.Of(word)}' where {expected} is expected");
    }

    private double Number(string what)
    {
        var word = Word(what);
        return PlainNumber.TryParse(word, out var value) && double.IsFinite(value)
            ? value
            : throw Wrong($"{what} is '{OneLine.Of(word)}', no finite number");
    }

    private static bool Is(ReadOnlySpan<byte> word, string text) => Ascii.EqualsIgnoreCase(word, text);

    private readonly KinemaException Wrong(FormattableString what) =>
        Refusal.At(where, line, what);
}
