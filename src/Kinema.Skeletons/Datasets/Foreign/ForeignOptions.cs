using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Datasets.Foreign;

/// <summary>What files of others leave open.</summary>
public sealed record ForeignOptions
{
    /// <summary>The joints; null takes the built-in layout with as many of them, if that is clear.</summary>
    public SkeletonLayout? Layout { get; init; }

    /// <summary>The names of the classes, by label; null takes those of the files, or numbers.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>What the set is called; null takes the name of the file or folder.</summary>
    public string? Name { get; init; }

    /// <summary>How many persons of a clip are kept at most: the first ones that are there. Networks take two.</summary>
    /// <value>The default is 2.</value>
    public int Persons { get; init; } = 2;
}
