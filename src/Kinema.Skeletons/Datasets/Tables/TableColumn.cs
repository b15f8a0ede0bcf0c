namespace Kinema.Skeletons.Datasets.Tables;

/// <summary>What a column of a table holds.</summary>
internal enum ColumnKind
{
    /// <summary>Nothing we know.</summary>
    Ignored,

    /// <summary>The clip a row belongs to.</summary>
    Clip,

    /// <summary>The frame, a number or a time.</summary>
    Frame,

    /// <summary>The person.</summary>
    Person,

    /// <summary>The joint a row is about.</summary>
    Joint,

    /// <summary>A coordinate, or the confidence in it: of <see cref="TableColumn.Joint"/>, or of the joint the row is about.</summary>
    Value,

    /// <summary>The class.</summary>
    Label,

    /// <summary>Who performs.</summary>
    Subject,

    /// <summary>The camera.</summary>
    Camera,

    /// <summary>The arrangement of cameras.</summary>
    Setup,

    /// <summary>train, test, ….</summary>
    Split,
}

/// <summary>One column.</summary>
/// <param name="Name">As the header has it.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Joint">Of a value: its joint, -1 where that stands in a column of its own.</param>
/// <param name="Slot">Of a value: 0 to 2 for x, y, z; 3 for the confidence.</param>
internal readonly record struct TableColumn(string Name, ColumnKind Kind, int Joint = -1, int Slot = 0)
{
    public const int Score = 3;

    private static readonly Dictionary<string, ColumnKind> Words = new(StringComparer.Ordinal)
    {
        ["clip"] = ColumnKind.Clip, ["clipid"] = ColumnKind.Clip, ["clipname"] = ColumnKind.Clip, ["video"] = ColumnKind.Clip,
        ["videoid"] = ColumnKind.Clip, ["sequence"] = ColumnKind.Clip, ["sequenceid"] = ColumnKind.Clip, ["sample"] = ColumnKind.Clip,
        ["file"] = ColumnKind.Clip, ["filename"] = ColumnKind.Clip,
        ["frame"] = ColumnKind.Frame, ["frameid"] = ColumnKind.Frame, ["frameindex"] = ColumnKind.Frame, ["framenumber"] = ColumnKind.Frame,
        ["time"] = ColumnKind.Frame, ["timestamp"] = ColumnKind.Frame, ["t"] = ColumnKind.Frame,
        ["person"] = ColumnKind.Person, ["personid"] = ColumnKind.Person, ["body"] = ColumnKind.Person, ["bodyid"] = ColumnKind.Person,
        ["track"] = ColumnKind.Person, ["trackid"] = ColumnKind.Person,
        ["joint"] = ColumnKind.Joint, ["jointid"] = ColumnKind.Joint, ["jointname"] = ColumnKind.Joint, ["keypoint"] = ColumnKind.Joint,
        ["landmark"] = ColumnKind.Joint,
        ["label"] = ColumnKind.Label, ["class"] = ColumnKind.Label, ["action"] = ColumnKind.Label,
        ["subject"] = ColumnKind.Subject, ["performer"] = ColumnKind.Subject, ["actor"] = ColumnKind.Subject,
        ["camera"] = ColumnKind.Camera, ["view"] = ColumnKind.Camera, ["setup"] = ColumnKind.Setup, ["split"] = ColumnKind.Split,
    };

    /// <summary>The names that stand for a kind alone.</summary>
    public static IEnumerable<string> KnownNames => Words.Keys;

    /// <summary>The kind of a column whose name stands for it alone; Ignored where a joint may be meant.</summary>
    public static ColumnKind KindOf(string name) => Words.GetValueOrDefault(JointNames.Normal(name));

    /// <summary>0 to 2 for x, y, z, 3 for a word for confidence, null for anything else.</summary>
    public static int? SlotOf(string word) => word.ToLowerInvariant() switch
    {
        "x" => 0,
        "y" => 1,
        "z" => 2,
        "score" or "confidence" or "conf" or "visibility" or "likelihood" or "probability" or "c" => Score,
        _ => null,
    };

    /// <summary>
    /// Takes joint and coordinate out of a name such as <c>left-wrist.x</c>, <c>left_wrist_x</c>, <c>left wrist (x)</c>, <c>x_left_wrist</c>,
    /// <c>LeftWristX</c>, <c>x12</c> or <c>12x</c>.
    /// </summary>
    public static (string Joint, int Slot)? Split(string name)
    {
        const string separators = ".-_ :/([";
        var text = name.Trim().TrimEnd(')', ']');
        var last = text.LastIndexOfAny([.. separators]);
        if (last > 0 && SlotOf(text[(last + 1)..]) is { } suffix)
            return (text[..last], suffix);
        var first = text.IndexOfAny([.. separators]);
        if (first > 0 && first < text.Length - 1 && SlotOf(text[..first]) is { } prefix)
            return (text[(first + 1)..], prefix);
        if (text.Length < 2)
            return null;
        if (SlotOf(text[..1]) is { } letter and < Score && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
            return (text[1..], letter);
        // The end of a name in capitals (WRISTX) is as likely part of it; after a small letter or a digit it is not.
        var ending = SlotOf(text[^1..]);
        var before = text[^2];
        return ending is { } axis and < Score && ((char.IsUpper(text[^1]) && char.IsLower(before)) || char.IsDigit(before)) ? (text[..^1], axis) : null;
    }
}
