namespace Kinema.Skeletons.Preparation;

/// <summary>
/// What may be chosen when a source is opened; null leaves it to the set. Which of them a set takes, and which values, says its
/// <see cref="ClipSourceKind.Options"/>; any other is a mistake of the caller.
/// </summary>
public sealed record SourceOptions
{
    /// <summary>Which published preparation of the coordinates is followed.</summary>
    public string? Preparation { get; init; }

    /// <summary>How the frames that labels name are cut out of long recordings.</summary>
    public string? Cutting { get; init; }

    /// <summary>Which of the clips are read, where it is usual to leave some out.</summary>
    public string? Clips { get; init; }

    /// <summary>Those that are given, by the names they have in <see cref="SourceOption.Name"/>.</summary>
    internal IEnumerable<(string Name, string Value)> Given()
    {
        if (Preparation is not null) yield return ("preparation", Preparation);
        if (Cutting is not null) yield return ("cutting", Cutting);
        if (Clips is not null) yield return ("clips", Clips);
    }
}

/// <summary>An option that a kind of source takes.</summary>
/// <param name="Name"><c>preparation</c>, <c>cutting</c> or <c>clips</c>.</param>
/// <param name="Values">What it may be; the first is taken where none is given.</param>
/// <param name="Description">One line: what it decides.</param>
public sealed record SourceOption(string Name, IReadOnlyList<string> Values, string Description);
