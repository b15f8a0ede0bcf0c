using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>Clips of one layout, the names of their classes, and the splits: which clips train and which test.</summary>
public sealed class ClipDataset
{
    private string? checksum;

    /// <summary>What the set is called, such as <c>nw-ucla</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The joints of every clip.</summary>
    public required SkeletonLayout Layout { get; init; }

    /// <summary>The names of the classes; a label is an index into this list.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>All clips.</summary>
    public required IReadOnlyList<SkeletonClip> Clips { get; init; }

    /// <summary>The splits by name, usually <c>train</c> and <c>test</c>: indices into <see cref="Clips"/>, in instance order.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<int>> Splits { get; init; }

    /// <summary>
    /// SHA-256, in lower-case hexadecimal, of what a result depends on: layout joints, class names, and of every clip its name, label
    /// and coordinates, and the splits. Equal for the same set from a folder, a zip or a packed file of doubles. Computed when first
    /// asked for.
    /// </summary>
    public string Checksum
    {
        get => checksum ??= DatasetChecksum.Of(this);
        init => checksum = value;
    }

    /// <summary>The clips of a split, as indices into <see cref="Clips"/>.</summary>
    /// <param name="name">The split's name.</param>
    /// <exception cref="KinemaException">The set has no such split (<see cref="ExitCode.Usage"/>).</exception>
    public IReadOnlyList<int> Split(string name) => Splits.TryGetValue(name, out var clips)
        ? clips
        : throw new KinemaException(ExitCode.Usage,
            $"{Name}: no split '{name}'{Suggestion.For(name, Splits.Keys)}; it has {string.Join(", ", Splits.Keys)}");
}
