using System.Text.Json;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>
/// One clip of Kinetics-skeleton: <c>{"data": [{"frame_index": 1, "skeleton": [{"pose": [x, y, …], "score": […]}, …]}, …], "label": "…",
/// "label_index": 199}</c>. Of each frame the best bodies are kept as ST-GCN's reader keeps them.
/// </summary>
internal sealed class KineticsClip
{
    /// <summary>V.</summary>
    public const int Joints = 18;

    /// <summary>Bodies of a frame that are looked at, and those that are kept, as in ST-GCN.</summary>
    private const int MostBodies = 5, Kept = 2;

    private readonly string where;
    private readonly List<(int Frame, double[] Bodies)> frames = [];
    private readonly HashSet<int> seen = [];

    private KineticsClip(string where) => this.where = where;

    /// <summary>The name of the class; null if the file does not say.</summary>
    public string? Label { get; private set; }

    /// <summary>The class; -1 if the file does not say.</summary>
    public int LabelIndex { get; private set; } = -1;

    /// <summary>Whether some frame shows more bodies than are kept.</summary>
    public bool HasMoreBodies { get; private set; }

    /// <summary>T, from the first to the last frame that shows somebody; 0 if none does.</summary>
    public int Frames => frames.Count == 0 ? 0 : frames.Max(frame => frame.Frame) - frames.Min(frame => frame.Frame) + 1;

    /// <summary>
    /// [m][t][v][x, y, 0] of two persons. Coordinates are parts of the picture's size, less 0.5, so that 0 is its middle; a joint of score 0
    /// was not seen and is 0.
    /// </summary>
    public double[] Points()
    {
        var first = frames.Min(frame => frame.Frame);
        var length = Frames;
        var points = new double[Kept * length * Joints * 3];
        foreach (var (frame, bodies) in frames)
        {
            for (var body = 0; body < Kept; body++)
                bodies.AsSpan(body * Joints * 3, Joints * 3).CopyTo(points.AsSpan((body * length + frame - first) * Joints * 3));
        }
        return points;
    }

    /// <summary>Whether a text is such a clip and shows somebody: other forms have no key <c>pose</c> beside these.</summary>
    public static bool Is(ReadOnlySpan<byte> utf8) => Looks(utf8) && utf8.IndexOf("\"pose\""u8) >= 0;

    /// <summary>Whether a text begins like such a clip.</summary>
    public static bool Looks(ReadOnlySpan<byte> utf8) =>
        utf8[..Math.Min(utf8.Length, 4096)] is var start && start.IndexOf("\"frame_index\""u8) >= 0 && start.IndexOf("\"skeleton\""u8) >= 0;

    /// <summary>Reads a clip token by token.</summary>
    /// <exception cref="KinemaException">The text is no such clip (<see cref="ExitCode.Data"/>).</exception>
    public static KineticsClip Parse(ReadOnlySpan<byte> utf8, string where)
    {
        var clip = new KineticsClip(where);
        var reader = new Utf8JsonReader(utf8);
        try
        {
            clip.Read(ref reader);
            return clip;
        }
        catch (Exception error) when (JsonFaults.Of(error, where) is { } fault)
        {
            throw fault;
        }
    }

    private void Read(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw Wrong("is no object with the key 'data'");
        var hasData = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("data"u8))
            {
                if (hasData)
                    throw Wrong("has two keys 'data'");
                hasData = true;
                Expect(ref reader, JsonTokenType.StartArray, "data is no list of frames");
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                    ReadFrame(ref reader);
                if (reader.TokenType != JsonTokenType.EndArray)
                    throw Wrong("data is no list of frames");
            }
            else if (reader.ValueTextEquals("label"u8))
            {
                reader.Read();
                Label = reader.TokenType == JsonTokenType.String ? ClipNames.Clean(reader.GetString()) : null;
                reader.TrySkip();
            }
            else if (reader.ValueTextEquals("label_index"u8))
            {
                reader.Read();
                LabelIndex = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var label) ? label : -1;
                reader.TrySkip();
            }
            else
            {
                reader.Skip();
            }
        }
        while (reader.Read())
        {
        }
        if (!hasData)
            throw Wrong("has no key 'data'");
    }

    private void ReadFrame(ref Utf8JsonReader reader)
    {
        var index = -1;
        List<(double[] Pose, double[] Score)> bodies = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("frame_index"u8))
            {
                Expect(ref reader, JsonTokenType.Number, "a frame_index is no number");
                if (!reader.TryGetInt32(out index) || index < 0 || index > ClipLimits.Frames)
                    throw Wrong(FormattableString.Invariant($"a frame_index is not one of 0 to {ClipLimits.Frames}"));
            }
            else if (reader.ValueTextEquals("skeleton"u8))
            {
                Expect(ref reader, JsonTokenType.StartArray, "skeleton is no list of bodies");
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                    bodies.Add(ReadBody(ref reader));
                if (reader.TokenType != JsonTokenType.EndArray)
                    throw Wrong("skeleton is no list of bodies");
            }
            else
            {
                reader.Skip();
            }
        }
        if (index < 0)
            throw Wrong("a frame has no frame_index");
        if (!seen.Add(index))
            throw Wrong(FormattableString.Invariant($"frame {index} is there twice"));
        if (bodies.Count > 0)
            frames.Add((index, Best(bodies)));
        HasMoreBodies |= bodies.Count > Kept;
    }

    private (double[] Pose, double[] Score) ReadBody(ref Utf8JsonReader reader)
    {
        double[]? pose = null, score = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("pose"u8))
                pose = ReadNumbers(ref reader, 2 * Joints, "pose");
            else if (reader.ValueTextEquals("score"u8))
                score = ReadNumbers(ref reader, Joints, "score");
            else
                reader.Skip();
        }
        return pose is not null && score is not null ? (pose, score) : throw Wrong("a body has no pose or no score");
    }

    private double[] ReadNumbers(ref Utf8JsonReader reader, int count, string key)
    {
        Expect(ref reader, JsonTokenType.StartArray, $"a {key} is no list of numbers");
        var numbers = new double[count];
        var at = 0;
        for (; reader.Read() && reader.TokenType == JsonTokenType.Number; at++)
        {
            if (at < count && (!reader.TryGetDouble(out numbers[at]) || !double.IsFinite(numbers[at])))
                throw Wrong($"a {key} has a number that is not finite");
        }
        return reader.TokenType == JsonTokenType.EndArray && at == count
            ? numbers
            : throw Wrong(FormattableString.Invariant($"a {key} has {at} numbers; {Joints} joints want {count}"));
    }

    // Of the first five bodies the two with the highest scores, best first; equal ones stay in their order.
    private static double[] Best(List<(double[] Pose, double[] Score)> bodies)
    {
        var kept = new double[Kept * Joints * 3];
        var body = 0;
        foreach (var (pose, score) in bodies.Take(MostBodies).OrderByDescending(one => one.Score.Sum()).Take(Kept))
        {
            for (var joint = 0; joint < Joints; joint++)
            {
                if (score[joint] == 0)
                    continue;
                var at = (body * Joints + joint) * 3;
                (kept[at], kept[at + 1]) = (pose[2 * joint] - 0.5, pose[2 * joint + 1] - 0.5);
            }
            body++;
        }
        return kept;
    }

    private void Expect(ref Utf8JsonReader reader, JsonTokenType type, string complaint)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw Wrong(complaint);
    }

    private KinemaException Wrong(string what) => new(ExitCode.Data, $"{where}: {what}");
}
