namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Finds classes that one of the two main splits has no clip of. One that is tested and never learned cannot be recognised: an error. One
/// that is learned and never tested, or has no clip at all, costs nothing but has to be known: of PKU-MMD's second phase ten of 51
/// classes do not occur, and who leaves one recording out tests what is in it.
/// </summary>
internal static class MissingClasses
{
    /// <param name="dataset">The set, divided as it will be used.</param>
    /// <param name="path">What to call it in messages.</param>
    /// <param name="emptySplit">How bad a main split without clips is: an error for whoever asks for both.</param>
    public static IEnumerable<DatasetFault> In(ClipDataset dataset, string path, FaultSeverity emptySplit)
    {
        var (train, test) = (Labels("train"), Labels("test"));
        foreach (var (name, labels) in new[] { ("train", train), ("test", test) })
        {
            if (labels.Count == 0)
                yield return new DatasetFault(emptySplit, "empty-split", $"{path}: split '{name}' has no clips");
        }
        // A split without any label is for learning without labels; then no class is expected in it.
        if (IsUnlabelled(train) || IsUnlabelled(test))
            yield break;
        for (var label = 0; label < dataset.Classes.Count; label++)
        {
            var which = $"class {label} ({dataset.Classes[label]})";
            var fault = (train.Contains(label), test.Contains(label)) switch
            {
                (false, true) when train.Count > 0 =>
                    (FaultSeverity.Error, $"split 'train' has no clip of {which}, and 'test' has: nothing can learn it"),
                (true, false) when test.Count > 0 => (FaultSeverity.Warning, $"split 'test' has no clip of {which}"),
                (false, false) => (FaultSeverity.Note, $"{which} has no clip in 'train' or 'test'"),
                _ => ((FaultSeverity, string)?)null,
            };
            if (fault is var (severity, message))
                yield return new DatasetFault(severity, "missing-class", $"{path}: {message}");
        }

        HashSet<int> Labels(string split) =>
            dataset.Splits.TryGetValue(split, out var clips) ? [.. clips.Select(index => dataset.Clips[index].Label)] : [];
    }

    private static bool IsUnlabelled(HashSet<int> labels) => labels.SetEquals([-1]);
}
