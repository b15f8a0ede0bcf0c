namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Finds classes that one of the two main splits has no clip of. One that is tested and never learned cannot be recognised: an error. One
/// that is learned and never tested, or has no clip at all, costs nothing but has to be known: of PKU-MMD's second phase ten of 51
/// classes do not occur, and who leaves one recording out tests what is in it.
/// </summary>
internal static class MissingClasses
{
    private const int Shown = 8;
    private const string EmptySplit = "empty-split";

    /// <summary>
    /// Looks at every protocol. What one of them lacks is a warning where another can be trained on: who names that one never meets it.
    /// </summary>
    /// <param name="dataset">The set with all its protocols.</param>
    /// <param name="path">What to call it in messages.</param>
    public static IReadOnlyList<DatasetFault> InEvery(ClipDataset dataset, string path)
    {
        var several = dataset.Protocols.Count > 1;
        DatasetFault[][] each =
        [
            .. dataset.Protocols.Select(protocol => In(dataset.Under(protocol.Name), path, FaultSeverity.Error, several).ToArray()),
        ];
        // Usable is what DatasetReader.Open takes, which refuses an empty split. In the list that is a warning always: a part of a set is fine.
        var usable = each.Any(faults => faults.All(fault => fault.Severity != FaultSeverity.Error));
        return [.. each.SelectMany(faults => faults).Select(fault => fault.Severity == FaultSeverity.Error && (usable || fault.Kind == EmptySplit)
            ? fault with { Severity = FaultSeverity.Warning }
            : fault)];
    }

    /// <summary>Looks at the protocol a set is divided by.</summary>
    /// <param name="dataset">The set, divided as it will be used.</param>
    /// <param name="path">What to call it in messages.</param>
    /// <param name="emptySplit">How bad a main split without clips is: an error for whoever asks for both.</param>
    /// <param name="several">Whether the set has other protocols, so that messages name this one; null asks <paramref name="dataset"/>.</param>
    public static IEnumerable<DatasetFault> In(ClipDataset dataset, string path, FaultSeverity emptySplit, bool? several = null)
    {
        // Of a set with one protocol its name says nothing that is not known.
        var under = several ?? dataset.Protocols.Count > 1 ? $"protocol {dataset.Protocol}: " : "";
        var (train, test) = (Labels("train"), Labels("test"));
        foreach (var (name, labels) in new[] { ("train", train), ("test", test) })
        {
            if (labels.Count == 0)
                yield return new DatasetFault(emptySplit, EmptySplit, $"{path}: {under}split '{name}' has no clips");
        }
        // A split without any label is for learning without labels; then no class is expected in it.
        if (IsUnlabelled(train) || IsUnlabelled(test))
            yield break;
        foreach (var group in Enumerable.Range(0, dataset.Classes.Count).GroupBy(label => (Trains: train.Contains(label), Tests: test.Contains(label)))
            .OrderByDescending(group => group.Key.Tests))
        {
            // One line for all: of the first clips of a set, a hundred classes are missing.
            var (them, named) = (group.Count() == 1 ? "it" : "them", Named(dataset, [.. group]));
            var fault = group.Key switch
            {
                (false, true) when train.Count > 0 =>
                    (FaultSeverity.Error, $"split 'train' has no clip of {named}, and 'test' has: nothing can learn {them}"),
                (true, false) when test.Count > 0 => (FaultSeverity.Warning, $"split 'test' has no clip of {named}"),
                (false, false) => (FaultSeverity.Note, $"no clip in 'train' or 'test' is of {named}"),
                _ => ((FaultSeverity, string)?)null,
            };
            if (fault is var (severity, message))
                yield return new DatasetFault(severity, "missing-class", $"{path}: {under}{message}");
        }

        HashSet<int> Labels(string split) =>
            dataset.Splits.TryGetValue(split, out var clips) ? [.. clips.Select(index => dataset.Clips[index].Label)] : [];
    }

    private static string Named(ClipDataset dataset, int[] labels)
    {
        string[] names = [.. labels.Select(label => FormattableString.Invariant($"{label} ({dataset.Classes[label]})"))];
        return names is [var only] ? $"class {only}" : FormattableString.Invariant($"{names.Length} classes: {OneLine.Some(names, Shown)}");
    }

    private static bool IsUnlabelled(HashSet<int> labels) => labels.SetEquals([-1]);
}
