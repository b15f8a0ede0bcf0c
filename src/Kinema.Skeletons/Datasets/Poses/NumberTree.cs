using System.Text.Json;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Poses;

/// <summary>
/// Numbers in lists in lists, as JSON has coordinates: (V·C), (V, C), (M, V, C), (T, M, V, C). A joint may be an object
/// <c>{"x": …, "y": …, "z": …, "visibility": …}</c> in place of a list; null is a number, joint or body that was not seen.
/// </summary>
internal sealed class NumberTree(PoseSheet sheet)
{
    private const int Highest = 4;
    private const int Unknown = -1;

    /// <summary>x, y, z and confidence of a joint that is an object.</summary>
    public const int NamedWidth = 4;

    /// <summary>The numbers, those of deeper lists in the order of the text.</summary>
    public List<double> Numbers { get; } = [];

    /// <summary>By height: how many members each list has, in the order of the text. Lists of numbers have height 1.</summary>
    public List<int>[] Counts { get; } = [[], [], [], [], []];

    /// <summary>Whether joints are objects.</summary>
    public bool Named { get; private set; }

    /// <summary>The height of the outermost list; 0 for nothing at all.</summary>
    public int Height { get; private set; }

    /// <summary>Reads the list, object, number or null the reader stands on.</summary>
    /// <exception cref="KinemaException">There is something else than numbers in it, or lists of unlike depth.</exception>
    public static NumberTree Read(ref Utf8JsonReader reader, PoseSheet sheet)
    {
        var tree = new NumberTree(sheet);
        tree.Height = Math.Max(0, tree.Node(ref reader));
        return tree;
    }

    private int Node(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                Numbers.Add(Value(ref reader));
                return 0;
            case JsonTokenType.StartObject:
                return Object(ref reader);
            case JsonTokenType.StartArray:
                return Array(ref reader);
            case JsonTokenType.Null:
                return Unknown;
            default:
                throw sheet.Wrong($"frame {sheet.Frames.Count}: a coordinate is {Described(reader.TokenType)}, not a number");
        }
    }

    // What is null or empty takes the height of its neighbours; before the first of them that is known it waits.
    private int Array(ref Utf8JsonReader reader)
    {
        var (height, count, nulls, empties) = (Unknown, 0, 0, 0);
        Span<int> marks = stackalloc int[Highest + 1];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var isNull = reader.TokenType == JsonTokenType.Null;
            if (height == Unknown)
            {
                marks[0] = Numbers.Count;
                for (var level = 1; level <= Highest; level++)
                    marks[level] = Counts[level].Count;
            }
            var child = Node(ref reader);
            count++;
            if (child == Unknown && height == Unknown)
            {
                (nulls, empties) = (nulls + (isNull ? 1 : 0), empties + (isNull ? 0 : 1));
                continue;
            }
            if (child == Unknown)
            {
                Missing(height, isNull, Numbers.Count, height > 0 ? Counts[height].Count : 0, 1);
            }
            else if (height == Unknown)
            {
                height = child;
                Missing(height, empties == 0, marks[0], marks[height], nulls + empties);
            }
            else if (child != height)
            {
                throw sheet.Wrong($"frame {sheet.Frames.Count}: lists of coordinates are not equally deep");
            }
        }
        if (height == Unknown)
        {
            if (nulls == 0 || empties > 0)
                return Unknown;
            // Nothing but nulls: the numbers of a joint that was not seen.
            height = 0;
            Missing(height, true, Numbers.Count, 0, nulls);
        }
        if (++height > Highest)
            throw sheet.Wrong($"coordinates lie in more than {Highest} lists: frames, persons, joints, coordinates");
        if (height == 1 && Named)
            throw sheet.Wrong($"frame {sheet.Frames.Count}: some joints are objects and some are lists");
        Counts[height].Add(count);
        return height;
    }

    private void Missing(int height, bool isNull, int number, int list, int times)
    {
        if (times == 0)
            return;
        if (height == 0 && !isNull)
            throw sheet.Wrong($"frame {sheet.Frames.Count}: a list stands beside numbers");
        if (height == 0)
            Numbers.InsertRange(number, Enumerable.Repeat(double.NaN, times));
        else
            Counts[height].InsertRange(list, Enumerable.Repeat(0, times));
    }

    // A joint by name, or an object around a list of them.
    private int Object(ref Utf8JsonReader reader)
    {
        Span<double> point = stackalloc double[NamedWidth];
        point.Fill(double.NaN);
        var inner = Unknown;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var slot = reader.ValueTextEquals("x"u8) ? 0 : reader.ValueTextEquals("y"u8) ? 1 : reader.ValueTextEquals("z"u8) ? 2
                : reader.ValueTextEquals("visibility"u8) || reader.ValueTextEquals("score"u8) || reader.ValueTextEquals("confidence"u8) ? 3 : -1;
            var isList = slot < 0 && (reader.ValueTextEquals("landmark"u8) || reader.ValueTextEquals("landmarks"u8) || reader.ValueTextEquals("keypoints"u8));
            reader.Read();
            if (slot >= 0 && reader.TokenType == JsonTokenType.Number)
                point[slot] = Value(ref reader);
            else if (slot >= 0 && reader.TokenType != JsonTokenType.Null)
                throw sheet.Wrong($"frame {sheet.Frames.Count}: '{"xyzv"[slot]}' of a joint is {Described(reader.TokenType)}, not a number");
            else if (isList && reader.TokenType == JsonTokenType.StartArray && inner == Unknown)
                inner = Array(ref reader);
            else
                reader.Skip();
        }
        if (inner != Unknown)
            return inner;
        if (Numbers.Count > 0 && !Named)
            throw sheet.Wrong($"frame {sheet.Frames.Count}: some joints are objects and some are lists");
        Named = true;
        Numbers.AddRange(point);
        Counts[1].Add(NamedWidth);
        return 1;
    }

    private double Value(ref Utf8JsonReader reader)
    {
        if (!reader.TryGetDouble(out var value) || !double.IsFinite(value))
            throw sheet.Wrong($"frame {sheet.Frames.Count}: a coordinate is no finite number");
        return value;
    }

    private static string Described(JsonTokenType token) => token switch
    {
        JsonTokenType.String => "a text",
        JsonTokenType.True or JsonTokenType.False => "true or false",
        _ => "something else",
    };
}
