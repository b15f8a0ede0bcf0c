using Kinema.Skeletons.Datasets.Conversion;
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
    /// <value>1 to 64; the default is 2.</value>
    public int Persons { get; init; } = 2;

    /// <summary>The layout the clips are to have, by a built-in map or equal names of joints: its name, or the path of its file.</summary>
    /// <value>Null: that of the files.</value>
    public string? To { get; init; }

    /// <summary>The path of a map of one's own between layouts; its <c>from</c> must be the layout of the files.</summary>
    /// <value>Null: none.</value>
    public string? Map { get; init; }

    /// <summary>Coordinates are multiplied by this: 0.001 makes metres of millimetres.</summary>
    /// <value>Positive; default 1.</value>
    public double Scale { get; init; } = 1;

    /// <summary>The name of a preparation, with what these options change of it. <see cref="MappedSource"/> adds what it changes itself.</summary>
    /// <param name="preparation">That of the files, such as <c>pyskl 1</c>.</param>
    internal string Named(string preparation) => preparation + Shared.PersonsNamed;

    /// <summary>The options that mean the same for clips of one's own.</summary>
    internal ConvertOptions Shared => new() { To = To, Map = Map, Scale = Scale, MaximumPersons = Persons };
}
