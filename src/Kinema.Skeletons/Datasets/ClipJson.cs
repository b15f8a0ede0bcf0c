using System.Globalization;
using System.Text;
using System.Text.Json;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// One clip in the JSON form of NW-UCLA: <c>{"file_name": "…", "skeletons": [frame][joint][x, y, z], "label": 1-based}</c>; only
/// <c>skeletons</c> must be there. A 2-dimensional layout has pairs instead of triples. Read token by token, without a tree.
/// </summary>
public static class ClipJson
{
    /// <summary>Reads a clip file; the clip is named after the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layout">The joints it must have.</param>
    /// <exception cref="KinemaException">The file is missing or no such clip (<see cref="ExitCode.Data"/>).</exception>
    public static SkeletonClip Read(string path, SkeletonLayout layout)
    {
        if (!File.Exists(path))
            throw new KinemaException(ExitCode.Data, $"{path}: no such clip file");
        try
        {
            using var stream = File.OpenRead(path);
            return Read(stream, Path.GetFileNameWithoutExtension(path), path, layout);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads a clip from a stream, to its end; at most 16 MiB.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="name">The name of the clip.</param>
    /// <param name="where">What to call the text in messages: a path, or <c>standard input</c>.</param>
    /// <param name="layout">The joints it must have.</param>
    /// <exception cref="KinemaException">The text is no such clip, or too long for one (<see cref="ExitCode.Data"/>).</exception>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public static SkeletonClip Read(Stream utf8, string name, string where, SkeletonLayout layout)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        return Read(ClipLimits.ReadAll(utf8, where), name, where, layout);
    }

    /// <summary>Reads a clip from memory.</summary>
    /// <param name="utf8">The JSON text.</param>
    /// <param name="name">The name of the clip.</param>
    /// <param name="where">What to call the text in messages: a path, or <c>standard input</c>.</param>
    /// <param name="layout">The joints it must have.</param>
    /// <exception cref="KinemaException">The text is no such clip (<see cref="ExitCode.Data"/>).</exception>
    public static SkeletonClip Read(ReadOnlySpan<byte> utf8, string name, string where, SkeletonLayout layout)
    {
        var content = Parse(utf8, where, layout);
        return new SkeletonClip(name, content.Coordinates.Length / (layout.JointCount * 3), layout.JointCount, 1, content.Coordinates)
        {
            Label = content.Label is { } label ? label - 1 : -1,
        };
    }

    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    internal static Content Parse(ReadOnlySpan<byte> utf8, string where, SkeletonLayout layout)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble))
            utf8 = utf8[3..];
        var reader = new Utf8JsonReader(utf8, Lenient);
        var state = new State(layout, where);
        if (utf8.TrimStart(" \t\r\n"u8).IsEmpty)
            throw state.Wrong("is empty");
        try
        {
            return ReadClip(ref reader, state);
        }
        catch (JsonException error)
        {
            // Python writes NaN and Infinity, which JSON does not know: say so, rather than "invalid start of a value".
            var next = utf8[(int)reader.BytesConsumed..].TrimStart(", \n\r\t"u8);
            if (next.StartsWith("NaN"u8) || next.StartsWith("Infinity"u8) || next.StartsWith("-Infinity"u8))
                throw state.BadCoordinate(next.StartsWith("NaN"u8) ? "NaN" : "infinite");
            throw JsonFaults.Of(error, where)!;
        }
        catch (InvalidOperationException error)
        {
            throw JsonFaults.Of(error, where)!;
        }
    }

    private static Content ReadClip(ref Utf8JsonReader reader, State state)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw state.Wrong("a clip is a JSON object with the key 'skeletons'");
        string? name = null;
        int? label = null;
        double[]? coordinates = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("file_name"))
            {
                reader.Read();
                name = reader.TokenType == JsonTokenType.String ? reader.GetString() : throw state.Wrong("file_name is not a text");
            }
            else if (reader.ValueTextEquals("label"))
            {
                reader.Read();
                label = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number)
                    ? number
                    : throw state.Wrong("label is not a whole number");
            }
            else if (reader.ValueTextEquals("skeletons"))
            {
                reader.Read();
                coordinates = ReadFrames(ref reader, state);
            }
            else
            {
                reader.Skip();
            }
        }
        if (reader.Read())
            throw state.Wrong("there is more after the clip");
        return new Content(name, label, coordinates ?? throw state.Wrong("the key 'skeletons' is missing"));
    }

    private static double[] ReadFrames(ref Utf8JsonReader reader, State state)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw state.Wrong("'skeletons' is not a list of frames");
        var (v, dimensions) = (state.Layout.JointCount, state.Layout.Dimensions);
        var all = new List<double>(64 * v * 3);
        for (state.Frame = 0; reader.Read() && reader.TokenType == JsonTokenType.StartArray; state.Frame++)
        {
            if (state.Frame == ClipLimits.Frames)
                throw state.Wrong(
                    string.Create(CultureInfo.InvariantCulture, $"the clip has more than {ClipLimits.Frames} frames, the most a clip may have; cut it"));
            for (state.Joint = 0; reader.Read() && reader.TokenType == JsonTokenType.StartArray; state.Joint++)
            {
                state.CheckJoint();
                for (state.Axis = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; state.Axis++)
                {
                    if (reader.TokenType != JsonTokenType.Number || !reader.TryGetDouble(out var value))
                        throw state.BadCoordinate("not a number");
                    if (!double.IsFinite(value))
                        throw state.BadCoordinate("infinite");
                    if (Math.Abs(value) > state.Layout.Limit)
                        throw state.BadCoordinate(value.ToString("R", CultureInfo.InvariantCulture));
                    if (state.Axis < dimensions)
                        all.Add(value);
                }
                if (state.Axis != dimensions)
                {
                    throw state.Wrong($"frame {state.Frame}, joint {state.JointName} has {state.Axis} coordinates; "
                        + $"the layout {state.Layout.Name} has {dimensions}");
                }
                if (dimensions == 2)
                    all.Add(0);
            }
            if (state.Joint != v || reader.TokenType != JsonTokenType.EndArray)
                throw state.Wrong($"frame {state.Frame} has {state.Joint} joints; the layout {state.Layout.Name} has {v}");
        }
        if (reader.TokenType != JsonTokenType.EndArray)
            throw state.Wrong($"frame {state.Frame} is not a list of joints");
        return state.Frame > 0 ? [.. all] : throw state.Wrong("the clip has no frames");
    }

    /// <summary>What a clip file holds; the label as written, 1-based.</summary>
    internal sealed record Content(string? FileName, int? Label, double[] Coordinates);

    // Where in the clip the reader is, for messages.
    private sealed class State(SkeletonLayout layout, string where)
    {
        public SkeletonLayout Layout => layout;
        public int Frame { get; set; }
        public int Joint { get; set; }
        public int Axis { get; set; }
        public string JointName => $"{Joint} ({layout.Joints[Joint]})";

        public void CheckJoint()
        {
            if (Joint >= layout.JointCount)
                throw Wrong($"frame {Frame} has more than {layout.JointCount} joints, the number of the layout {layout.Name}");
        }

        public KinemaException Wrong(string what) => new(ExitCode.Data, $"{where}: {what}");

        public KinemaException BadCoordinate(string value) => Joint < layout.JointCount && Axis < 3
            ? Wrong(CoordinateCheck.Describe(layout, Frame, Joint, Axis, value))
            : Wrong($"a coordinate is {value}");
    }
}
