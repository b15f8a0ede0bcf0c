namespace Kinema.Skeletons.Datasets;

/// <summary>How many clips the splits of one protocol have.</summary>
/// <param name="Name">The protocol.</param>
/// <param name="Clips">The clips of each of <see cref="DatasetStatistics.SplitNames"/>; null where the protocol has no such split.</param>
/// <param name="Classes">The classes it takes.</param>
public sealed record ProtocolCounts(string Name, IReadOnlyList<int?> Clips, int Classes)
{
    /// <summary>The names of all splits, training first.</summary>
    internal static IReadOnlyList<string> SplitNames(ClipDataset dataset) =>
        [.. dataset.Protocols.SelectMany(protocol => protocol.Splits.Keys).Distinct().OrderBy(split => split is "train" ? 0 : 1)];

    /// <summary>One row for every protocol.</summary>
    internal static IReadOnlyList<ProtocolCounts> Of(ClipDataset dataset, IReadOnlyList<string> splits) =>
    [
        .. dataset.Protocols.Select(protocol => new ProtocolCounts(
            protocol.Name,
            [.. splits.Select(split => protocol.Splits.TryGetValue(split, out var clips) ? clips.Count : (int?)null)],
            protocol.Classes?.Count ?? dataset.Classes.Count)),
    ];
}
