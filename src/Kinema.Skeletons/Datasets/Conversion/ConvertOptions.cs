using System.Globalization;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>How clips of one's own are read. Everything that the files say themselves may be left away.</summary>
public sealed record ConvertOptions
{
    private const int UsualPersons = 2;
    private const string PersonsPart = ", persons ";

    /// <summary>The forms there are: a table for every clip, tables of many clips, JSON for every clip, JSON for every frame, BVH.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["csv", "table", "json", "frames", "bvh"];

    /// <summary>One of <see cref="Formats"/>, or <c>openpose</c> (frames), <c>mediapipe</c>, <c>alphapose</c> or <c>coco</c> (json).</summary>
    /// <value>Null: recognised by content.</value>
    public string? Format { get; init; }

    /// <summary>What the set is called.</summary>
    /// <value>Null: as the file or folder.</value>
    public string? Name { get; init; }

    /// <summary>The joints of the files: a built-in layout or the path of one.</summary>
    /// <value>Null: recognised, where names of joints or keys leave no doubt; of BVH, the hierarchy.</value>
    public string? Layout { get; init; }

    /// <summary>The layout the clips are to have, by a built-in map or equal names of joints.</summary>
    /// <value>Null: that of the files.</value>
    public string? To { get; init; }

    /// <summary>The path of a map of one's own between layouts; its <c>from</c> must be the layout of the files.</summary>
    /// <value>Null: none.</value>
    public string? Map { get; init; }

    /// <summary>A list of the clips: CSV with <c>clip,label,subject,camera,setup,split</c>, or YAML with <c>clip: label</c> under <c>labels</c>.</summary>
    /// <value>Null: none.</value>
    public string? Labels { get; init; }

    /// <summary>
    /// <c>folder</c>: the folder of a clip is its label. Else a regular expression (.NET, without look-around and back references) over the
    /// clip's name, with groups named label, subject, camera, setup, split. The list of labels comes first.
    /// </summary>
    /// <value>Null: neither.</value>
    public string? LabelFrom { get; init; }

    /// <summary>The names of the classes: CSV with <c>label,name</c>, or YAML with the key <c>classes</c>.</summary>
    /// <value>Null: the labels that occur.</value>
    public string? Classes { get; init; }

    /// <summary>Whether clips may be without label, as for learning without labels.</summary>
    /// <value>Default false.</value>
    public bool Unlabelled { get; init; }

    /// <summary>What becomes of joints that were not seen.</summary>
    /// <value>Default <see cref="MissingJoints.Interpolate"/>.</value>
    public MissingJoints Missing { get; init; }

    /// <summary>A joint of less confidence counts as not seen; one of confidence 0 always does.</summary>
    /// <value>0 to 1; default 0.</value>
    public double MinimumScore { get; init; }

    /// <summary>M at most. Of more persons those of the largest sum of confidences are kept or, of tables, those in most frames.</summary>
    /// <value>1 to 64; default 2.</value>
    public int MaximumPersons { get; init; } = UsualPersons;

    /// <summary>Coordinates are multiplied by this: 0.01 makes metres of centimetres.</summary>
    /// <value>Positive; default 1.</value>
    public double Scale { get; init; } = 1;

    /// <summary>Whether the ends of the last bones of a BVH file are joints.</summary>
    /// <value>Default false.</value>
    public bool EndSites { get; init; }

    /// <summary>How the clips are divided.</summary>
    /// <value>Null: by what the files or the list say; if they say nothing, all clips train.</value>
    public SplitRule? Split { get; init; }

    /// <summary>What the name of a preparation says of <see cref="MaximumPersons"/>: a set of other persons is another set.</summary>
    internal string PersonsNamed => MaximumPersons == UsualPersons ? "" : FormattableString.Invariant($"{PersonsPart}{MaximumPersons}");

    /// <summary>The <see cref="MaximumPersons"/> that the name of a preparation tells of, of a conversion or of anything else.</summary>
    internal static int PersonsNamedIn(string preparation)
    {
        var at = preparation.IndexOf(PersonsPart, StringComparison.Ordinal);
        var digits = at < 0 ? "" : preparation[(at + PersonsPart.Length)..].Split(',')[0];
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var persons) && persons is >= 1 and <= RawClip.MostPersons
            ? persons
            : UsualPersons;
    }

    /// <summary>Checks every value that can be wrong by itself.</summary>
    /// <exception cref="KinemaException">A value is out of range (<see cref="ExitCode.Usage"/>).</exception>
    internal void Validate()
    {
        var fault = this switch
        {
            { Map: not null, To: not null } => "--map names its target itself: leave one of --map and --to away",
            { MaximumPersons: < 1 or > RawClip.MostPersons } => $"the number of persons is 1 to {RawClip.MostPersons}",
            { MinimumScore: not (>= 0 and <= 1) } => "the least confidence is 0 to 1",
            { Scale: not (> 0 and < double.PositiveInfinity) } => "the scale is a positive number",
            { Missing: not (MissingJoints.Interpolate or MissingJoints.Zero or MissingJoints.Refuse) } => "missing joints are interpolated, zero or refused",
            _ => null,
        };
        if (fault is not null)
            throw new KinemaException(ExitCode.Usage, $"convert: {fault}");
    }
}
