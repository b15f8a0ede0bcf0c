namespace Kinema.Skeletons.Preparation;

/// <summary>How a preparation is run.</summary>
public sealed record PreparationOptions
{
    /// <summary>Threads that read.</summary>
    /// <value>Default: one per processor.</value>
    public int Jobs { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether the first clip that cannot be read ends the preparation; those of official lists do not.</summary>
    public bool Strict { get; init; }

    /// <summary>
    /// Whether what an interrupted preparation left is thrown away. Otherwise what it left of the same input is gone on with; of anything else, the
    /// preparation is refused.
    /// </summary>
    public bool Fresh { get; init; }
}

/// <summary>How far a preparation is.</summary>
/// <param name="Items">Items done, those of an interrupted run included.</param>
/// <param name="OfItems">Items there are.</param>
/// <param name="Clips">Clips written.</param>
/// <param name="Skipped">Clips that could not be used.</param>
public readonly record struct PreparationProgress(int Items, int OfItems, int Clips, int Skipped);

/// <summary>What a preparation came to.</summary>
public sealed record PreparationReport
{
    /// <summary>The packed file.</summary>
    public required string Path { get; init; }

    /// <summary>Clips in it.</summary>
    public required int Clips { get; init; }

    /// <summary>ΣT of its clips.</summary>
    public required long Frames { get; init; }

    /// <summary>Clips by number of persons M.</summary>
    public required IReadOnlyDictionary<int, int> Persons { get; init; }

    /// <summary>Clips per split, by protocol and split, in the order of the source.</summary>
    public required IReadOnlyList<(string Protocol, string Split, int Clips)> Splits { get; init; }

    /// <summary>Clips that are not in it, in the order of the source, those known beforehand first.</summary>
    public required IReadOnlyList<SkippedClip> Skipped { get; init; }

    /// <summary>What is odd about clips that are in it.</summary>
    public required IReadOnlyList<SkippedClip> Notes { get; init; }

    /// <summary>The checksum of the set.</summary>
    public required string Checksum { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long Bytes { get; init; }

    /// <summary>Items that an interrupted run had done.</summary>
    public required int ResumedItems { get; init; }

    /// <summary>Items that an interrupted run had done and whose bytes were not there any more, or not whole: they were made again.</summary>
    public int DiscardedItems { get; init; }

    /// <summary>How long this run took.</summary>
    public required TimeSpan Elapsed { get; init; }
}
