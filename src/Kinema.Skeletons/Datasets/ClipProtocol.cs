namespace Kinema.Skeletons.Datasets;

/// <summary>A way to divide the clips of a set, and what it comes to.</summary>
/// <param name="Name">Such as <c>xsub</c>; <see cref="Official"/> where the set has only one.</param>
/// <param name="Splits">The parts by name, usually <c>train</c> and <c>test</c>: indices into <see cref="ClipDataset.Clips"/>.</param>
/// <param name="Classes">The labels that take part, numbered anew in this order; null where all do, as they are.</param>
public sealed record ClipProtocol(
    string Name, IReadOnlyDictionary<string, IReadOnlyList<int>> Splits, IReadOnlyList<int>? Classes = null)
{
    /// <summary>The name of the only protocol of a set that has no choice.</summary>
    public const string Official = "official";
}
