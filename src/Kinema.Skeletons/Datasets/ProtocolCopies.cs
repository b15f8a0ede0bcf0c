namespace Kinema.Skeletons.Datasets;

/// <summary>Test clips of one protocol that are copies of its training clips.</summary>
/// <param name="Protocol">The part that the names of its two splits share, such as <c>xsub</c>, else the protocol's.</param>
/// <param name="Train">The split that trains.</param>
/// <param name="Test">The split that tests.</param>
/// <param name="TestClips">How many clips test.</param>
/// <param name="Copies">The copies, in the order of the test split.</param>
public sealed record ProtocolCopies(string Protocol, string Train, string Test, int TestClips, IReadOnlyList<ClipCopy> Copies)
{
    private static readonly string[] Tests = ["test", "val"];

    /// <summary>
    /// Looks through every protocol of a set: a split whose name ends in <c>train</c> and one that begins alike and ends in <c>test</c> or
    /// <c>val</c>.
    /// </summary>
    internal static IReadOnlyList<ProtocolCopies> Of(ClipDataset dataset, Func<int, ulong> fingerprint) =>
        [.. from protocol in dataset.Protocols from train in protocol.Splits.Keys.Order(StringComparer.Ordinal)
            where train.EndsWith("train", StringComparison.Ordinal)
            let shared = train[..^"train".Length]
            from end in Tests where protocol.Splits.ContainsKey(shared + end)
            let test = protocol.Splits[shared + end]
            select new ProtocolCopies(Name(protocol, shared), train, shared + end, test.Count,
                ClipCopies.Find(dataset.Clips, test, protocol.Splits[train], fingerprint))];

    private static string Name(ClipProtocol protocol, string shared) =>
        protocol.Name == ClipProtocol.Official && shared.TrimEnd('.', '-', '_', '/') is { Length: > 0 } part ? part : protocol.Name;
}
