namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>What is said about a clip, as it is written: in a column beside its coordinates, in a list, in its name. Null where nothing is.</summary>
internal sealed record ClipMarks(string? Label = null, string? Subject = null, string? Camera = null, string? Setup = null, string? Split = null)
{
    public static ClipMarks None { get; } = new();

    /// <summary>These marks, and those of another source where these say nothing.</summary>
    public ClipMarks Or(ClipMarks? other) => other is null
        ? this
        : new ClipMarks(Label ?? other.Label, Subject ?? other.Subject, Camera ?? other.Camera, Setup ?? other.Setup, Split ?? other.Split);
}
