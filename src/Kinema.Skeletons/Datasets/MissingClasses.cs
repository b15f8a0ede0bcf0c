namespace Kinema.Skeletons.Datasets;

/// <summary>Finds classes that one of the two main splits has no clip of: a network cannot learn them, or not be tested on them.</summary>
internal static class MissingClasses
{
    private static readonly string[] MainSplits = ["train", "test"];

    public static IEnumerable<DatasetFault> In(ClipDataset dataset, string path)
    {
        foreach (var split in MainSplits)
        {
            if (!dataset.Splits.TryGetValue(split, out var clips) || clips.Count == 0)
            {
                yield return new DatasetFault(FaultSeverity.Error, "empty-split", $"{path}: split '{split}' has no clips");
                continue;
            }
            var present = clips.Select(index => dataset.Clips[index].Label).ToHashSet();
            // A set without any label is for learning without labels; then no class is expected.
            if (present.SetEquals([-1]))
                continue;
            for (var label = 0; label < dataset.Classes.Count; label++)
            {
                if (!present.Contains(label))
                {
                    yield return new DatasetFault(FaultSeverity.Error, "missing-class",
                        $"{path}: split '{split}' has no clip of class {label} ({dataset.Classes[label]})");
                }
            }
        }
    }
}
