using System.Diagnostics.CodeAnalysis;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>Clips of one layout, the names of their classes, and the splits: which clips train and which test.</summary>
public sealed class ClipDataset
{
    private string? checksum;
    private IReadOnlyList<ClipProtocol>? protocols;

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

    /// <summary>The protocol <see cref="Splits"/> are of.</summary>
    public string Protocol { get; init; } = ClipProtocol.Official;

    /// <summary>What was done to the coordinates when the set was prepared, such as <c>ctr-gcn 1</c>; empty where they are as recorded.</summary>
    public string Preparation { get; init; } = "";

    /// <summary>The type that loses nothing of the coordinates: Float32 of a packed file of it, else Float64.</summary>
    public StoredType Precision { get; init; } = StoredType.Float64;

    /// <summary>
    /// How many clips that the files of the set hold or name were left out when it was packed, by <see cref="SkippedClip.Kind"/>; empty where
    /// nothing was, or where nothing is known of it.
    /// </summary>
    public IReadOnlyDictionary<string, int> LeftOut { get; init; } = new Dictionary<string, int>();

    /// <summary>The ways to divide the set, the one meant where none is named first.</summary>
    public IReadOnlyList<ClipProtocol> Protocols
    {
        get => protocols ?? [new ClipProtocol(Protocol, Splits)];
        init => protocols = value;
    }

    /// <summary>
    /// SHA-256, in lower-case hexadecimal, of what a result depends on: layout joints, class names, and of every clip its name, label
    /// and coordinates, and the splits of all protocols. Equal for the same set from a folder, a zip or a packed file of doubles. Computed
    /// when first asked for, or, of a large packed file, the one it was written with. <see cref="Only"/> gives another one.
    /// </summary>
    [AllowNull]
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

    /// <summary>The same clips divided by another protocol. One of fewer classes numbers their labels anew and drops the names of the others.</summary>
    /// <param name="name">One of <see cref="Protocols"/>; null takes the first.</param>
    /// <exception cref="KinemaException">The set has no such protocol (<see cref="ExitCode.Configuration"/>).</exception>
    public ClipDataset Under(string? name)
    {
        var known = Protocols.Select(protocol => protocol.Name).ToList();
        var chosen = Protocols.FirstOrDefault(protocol => name is null || protocol.Name == name)
            ?? throw new KinemaException(ExitCode.Configuration,
                $"{Name}: no protocol '{name}'{Suggestion.For(name!, known)}; it has {string.Join(", ", known)}: set data.split to one of them "
                + $"(--set data.split={known[0]})");
        if (chosen.Name == Protocol && chosen.Classes is null)
            return this;
        return new ClipDataset
        {
            Name = Name,
            Layout = Layout,
            Classes = chosen.Classes is { } taken ? [.. taken.Select(label => Classes[label])] : Classes,
            Clips = chosen.Classes is null ? Clips : [.. Clips.Select(clip => clip.Labelled(IndexIn(chosen.Classes, clip.Label)))],
            Splits = chosen.Splits,
            Protocol = chosen.Name,
            Preparation = Preparation,
            Precision = Precision,
            LeftOut = LeftOut,
            Protocols = chosen.Classes is null
                ? [.. Protocols.OrderBy(protocol => protocol != chosen)]
                : [chosen with { Classes = null }],        // the others number the labels otherwise
            Checksum = Checksum,
        };
    }

    /// <summary>The same set with only some clips in one of its splits, in their order; the others stay as they are.</summary>
    /// <param name="split">The split, such as <c>train</c>.</param>
    /// <param name="names">The names of the clips that stay in it.</param>
    /// <param name="source">Where the names are from, for messages.</param>
    /// <exception cref="KinemaException">
    /// There are no names, one is not of the split, or a class would be tested that does not train (<see cref="ExitCode.Data"/>); or the set has
    /// no such split (<see cref="ExitCode.Usage"/>).
    /// </exception>
    public ClipDataset Only(string split, IReadOnlyCollection<string> names, string source)
    {
        ArgumentNullException.ThrowIfNull(names);
        var (all, wanted) = (Split(split), names.ToHashSet(StringComparer.Ordinal));
        int[] kept = [.. all.Where(index => wanted.Remove(Clips[index].Name))];
        if (wanted.Count > 0)
            throw Refusal.Data(
                $"{source}: {wanted.Count} of its clips are not of the split '{split}' of the protocol {Protocol}: {OneLine.Some(wanted)}; 'kinema data split --protocol {Protocol}' draws from it");
        if (kept.Length == 0)
            throw Refusal.Data($"{source}: names no clip");
        var splits = Splits.ToDictionary(pair => pair.Key, pair => pair.Key == split ? kept : pair.Value, StringComparer.Ordinal);
        var part = new ClipDataset
        {
            Name = Name, Layout = Layout, Classes = Classes, Clips = Clips, Splits = splits, Protocol = Protocol, Preparation = Preparation,
            Precision = Precision, LeftOut = LeftOut, Protocols = [new ClipProtocol(Protocol, splits)], Checksum = DatasetChecksum.OfPart(Checksum, split, kept),
        };
        if (MissingClasses.In(part, source, emptySplit: FaultSeverity.Warning).FirstOrDefault(fault => fault.Severity == FaultSeverity.Error) is { } missing)
            throw Refusal.Data($"{missing.Message}");
        return part;
    }

    private static int IndexIn(IReadOnlyList<int> labels, int label)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] == label)
                return i;
        }
        return -1;
    }
}
