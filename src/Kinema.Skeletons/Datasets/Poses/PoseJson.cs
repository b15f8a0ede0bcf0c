using System.Text;
using System.Text.Json;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Tables;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>
/// Reads poses from JSON token by token: a clip as an object or a list of frames, a list of bodies with the image each is in, one frame, or
/// one frame a line (JSON lines). Keys are those of <see cref="PoseKeys"/>; others are passed over.
/// </summary>
internal sealed class PoseJson
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly PoseSheet sheet;

    private PoseJson(PoseSheet sheet) => this.sheet = sheet;

    /// <summary>Adds what a text holds to a sheet: the frames of a clip, or one more frame of it.</summary>
    /// <exception cref="KinemaException">The text is no poses (<see cref="ExitCode.Data"/>).</exception>
    public static void Read(ReadOnlySpan<byte> utf8, PoseSheet sheet)
    {
        var text = WithoutNaN(TableText.Content(utf8, sheet.Where));
        if (!IsLines(text))
        {
            new PoseJson(sheet).ReadValue(text, isFrame: false, null, 1);
            return;
        }
        for (var number = 1; TableText.NextLine(ref text, out var line); number++)
        {
            if (line.Trim(" \t\r"u8).Length > 0)
                new PoseJson(sheet).ReadValue(line, isFrame: true, null, number);
        }
    }

    /// <summary>Adds a text that is one frame of a clip.</summary>
    /// <exception cref="KinemaException">The text is no poses (<see cref="ExitCode.Data"/>).</exception>
    public static void ReadFrame(ReadOnlySpan<byte> utf8, PoseSheet sheet, double number) =>
        new PoseJson(sheet).ReadValue(WithoutNaN(TableText.Content(utf8, sheet.Where)), isFrame: true, sheet.Frame(number), 1);

    // One value a line: the first line that is not empty is a whole value, and another follows.
    private static bool IsLines(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\r\n"u8);
        var end = text.IndexOf((byte)'\n');
        if (end < 0 || text[end..].Trim(" \t\r\n"u8).Length == 0)
            return false;
        try
        {
            var reader = new Utf8JsonReader(text[..end], Lenient);
            return reader.Read() && reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Python writes NaN, which JSON does not know, for what was not seen; outside of texts it becomes null.
    private static ReadOnlySpan<byte> WithoutNaN(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("NaN"u8) < 0)
            return utf8;
        var copy = new List<byte>(utf8.Length + utf8.Length / 8);
        var quoted = false;
        for (var i = 0; i < utf8.Length; i++)
        {
            if (!quoted && utf8[i..].StartsWith("NaN"u8))
            {
                copy.AddRange("null"u8);
                i += 2;
                continue;
            }
            copy.Add(utf8[i]);
            if (quoted && utf8[i] == '\\' && i + 1 < utf8.Length)
                copy.Add(utf8[++i]);
            else
                quoted ^= utf8[i] == '"';
        }
        return copy.ToArray();
    }

    private void ReadValue(ReadOnlySpan<byte> text, bool isFrame, PoseFrame? frame, int line)
    {
        if (text.Trim(" \t\r\n"u8).IsEmpty)
            throw sheet.Wrong($"the file is empty");
        var reader = new Utf8JsonReader(text, Lenient);
        try
        {
            if (!reader.Read())
                throw sheet.Wrong($"the file is empty");
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    ReadObject(ref reader, isFrame ? PoseLevel.Frame : PoseLevel.Clip, frame);
                    break;
                case JsonTokenType.StartArray when isFrame:
                    Place(NumberTree.Read(ref reader, sheet), "", PoseLevel.Frame, frame ?? sheet.Frame(), new PoseFacts());
                    break;
                case JsonTokenType.StartArray:
                    ReadFrames(ref reader);
                    break;
                default:
                    throw sheet.Wrong($"a clip is a JSON object or list");
            }
            if (reader.Read())
                throw sheet.Wrong($"there is more after the clip");
        }
        catch (Exception error) when (JsonFaults.Of(error, sheet.Where, line) is { } fault)
        {
            throw fault;
        }
    }

    // A list whose members are frames, or bodies that name their image, or which is numbers all through.
    private void ReadFrames(ref Utf8JsonReader reader)
    {
        var ahead = reader;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.Null)
        {
        }
        if (ahead.TokenType == JsonTokenType.StartArray || (ahead.TokenType == JsonTokenType.StartObject && IsJoint(ahead)))
        {
            Place(NumberTree.Read(ref reader, sheet), "", PoseLevel.Clip, null, new PoseFacts());
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                ReadObject(ref reader, PoseLevel.Frame, null);
            else if (reader.TokenType == JsonTokenType.StartArray)
                Place(NumberTree.Read(ref reader, sheet), "", PoseLevel.Frame, sheet.Frame(), new PoseFacts());
            else if (reader.TokenType == JsonTokenType.Null)
                sheet.Frame();
            else
                throw sheet.Wrong($"frame {sheet.Frames.Count} is neither an object nor a list");
        }
    }

    private static bool IsJoint(Utf8JsonReader ahead) => ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName && ahead.ValueTextEquals("x"u8);

    private void ReadObject(ref Utf8JsonReader reader, PoseLevel level, PoseFrame? frame)
    {
        var facts = new PoseFacts();
        (NumberTree Tree, string Key, bool InSpace)? joints = null;
        var bodies = new List<RawPose>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var key = PoseKeys.Of(name);
            reader.Read();
            switch (key)
            {
                case PoseKey.Frames when level == PoseLevel.Clip && reader.TokenType == JsonTokenType.StartArray:
                    ReadFrames(ref reader);
                    break;
                case PoseKey.Persons when level != PoseLevel.Person && reader.TokenType == JsonTokenType.StartArray:
                    ReadPersons(ref reader, bodies);
                    break;
                case PoseKey.Joints or PoseKey.JointsInSpace or PoseKey.Persons when reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject:
                    var tree = NumberTree.Read(ref reader, sheet);
                    if (tree.Height > 0 && (joints is null || (key == PoseKey.JointsInSpace && !joints.Value.InSpace)))
                        joints = (tree, name, key == PoseKey.JointsInSpace);
                    break;
                case PoseKey.Score when reader.TokenType == JsonTokenType.StartArray:
                    facts.Scores = NumberTree.Read(ref reader, sheet);
                    break;
                default:
                    facts.Read(ref reader, key, level, sheet);
                    break;
            }
        }
        Keep(level, frame, facts, joints is { } found ? (found.Tree, found.Key) : null, bodies);
    }

    private void Keep(PoseLevel level, PoseFrame? frame, PoseFacts facts, (NumberTree Tree, string Key)? joints, List<RawPose> bodies)
    {
        if (level == PoseLevel.Clip && bodies.Count == 0 && joints is null && sheet.Frames.Count > 0)
            return;                                            // its frames were read under a key of their own
        if (level == PoseLevel.Frame || bodies.Count > 0)
        {
            frame ??= sheet.Frame(facts.Number, facts.IsImage);
        }
        foreach (var body in bodies)
            sheet.Add(frame!, body);
        if (joints is { } found)
            Place(found.Tree, found.Key, level, frame, facts);
    }

    private void ReadPersons(ref Utf8JsonReader reader, List<RawPose> bodies)
    {
        var ahead = reader;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.Null)
        {
        }
        if (ahead.TokenType == JsonTokenType.StartArray || ahead.TokenType == JsonTokenType.Number
            || (ahead.TokenType == JsonTokenType.StartObject && IsJoint(ahead)))
        {
            var (lists, _) = PoseSpread.Of(NumberTree.Read(ref reader, sheet), sheet, "poses");
            bodies.AddRange(lists.SelectMany(list => list));
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                var one = new PoseFrame(double.NaN);
                ReadObject(ref reader, PoseLevel.Person, one);
                bodies.AddRange(one.Poses);
            }
            else if (reader.TokenType != JsonTokenType.Null)
            {
                throw sheet.Wrong($"frame {sheet.Frames.Count}: a person is neither an object nor a list");
            }
        }
    }

    // Puts the bodies of a tree into a frame or, of a whole clip, into frames of their own.
    private void Place(NumberTree tree, string key, PoseLevel level, PoseFrame? frame, PoseFacts facts)
    {
        var (bodies, lists) = PoseSpread.Of(tree, sheet, key);
        if (level != PoseLevel.Clip && lists > 1)
            throw sheet.Wrong($"frame {sheet.Frames.Count}: '{key}' lies in too many lists for one frame: persons, joints, coordinates");
        var all = bodies.SelectMany(list => list).ToList();
        var scores = facts.Scores is { Numbers.Count: > 0 } given ? given.Numbers : null;
        if (scores is not null && all.Count > 0)
        {
            if (scores.Count % all.Count != 0)
                throw sheet.Wrong($"frame {sheet.Frames.Count}: {scores.Count} confidences for {all.Count} bodies");
            sheet.CheckRoom(scores.Count);
        }
        var (start, each) = (sheet.Numbers.Count, scores is null ? 0 : scores.Count / Math.Max(1, all.Count));
        if (scores is not null)
            sheet.Numbers.AddRange(scores);
        var at = 0;
        foreach (var list in level == PoseLevel.Clip && lists == 1 ? all.Select(body => new List<RawPose> { body }) : bodies)
        {
            var into = level == PoseLevel.Clip ? sheet.Frame() : frame!;
            foreach (var body in list)
            {
                var told = body with { Person = facts.Person, Score = facts.Score, Scores = each > 0 ? start + at * each : -1, ScoreCount = each };
                if (body.Count > 0)
                    sheet.Add(into, told);
                at++;
            }
        }
    }
}
