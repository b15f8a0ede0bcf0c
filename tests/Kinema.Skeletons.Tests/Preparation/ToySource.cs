using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Preparation;

/// <summary>A source of made-up items: every seventh is damaged, every fifth holds two clips, one with a name that was there before.</summary>
internal sealed class ToySource(int items) : ClipSource
{
    /// <summary>Called before an item is read.</summary>
    public Action<int> Reading { get; init; } = _ => { };

    /// <summary>Called when a reader is opened.</summary>
    public Action Opening { get; init; } = () => { };

    /// <summary>Where the second protocol takes its classes from.</summary>
    public IReadOnlyList<int> Taken { get; init; } = [1];

    /// <summary>What tells the content of its files.</summary>
    public string Key { get; init; } = "";

    /// <summary>What the set is called.</summary>
    public string Set { get; init; } = "toy";

    /// <summary>Of the way in which it is prepared.</summary>
    public int Version { get; init; } = 1;

    public override string Name => Set;

    public override string Preparation => $"none {Version}";

    public override SkeletonLayout Layout => Layouts.NwUcla;

    public override IReadOnlyList<string> Classes { get; } = ["first", "second"];

    public override IReadOnlyList<SourceItem> Items { get; } = [.. Enumerable.Range(0, items).Select(i => new SourceItem($"item-{i:000}", 100 + i))];

    public override IReadOnlyList<SkippedClip> Known { get; } = [new SkippedClip("listed", "listed-missing", "listed is on the list")];

    public override StoredType Precision => StoredType.Float64;

    public override IReadOnlyList<Protocol> Protocols =>
    [
        new Protocol(ClipProtocol.Official, clip => clip.Subject % 2 == 0 ? "test" : "train"),
        new Protocol("seconds", clip => clip.Label == 1 ? clip.Camera == 1 ? "train" : "test" : null, Taken),
    ];

    protected internal override string ContentKey => Key;

    public override ItemReader Open()
    {
        Opening();
        return new Reader(this);
    }

    public static SkeletonClip Clip(string name, int item) => new(name, 2 + (item % 9), 20, 1 + (item % 2), Toy.Clip(name, 2 + (item % 9), persons: 1 + (item % 2), seed: item).Coordinates.ToArray())
    {
        Label = item % 2, Subject = 1 + (item % 3), Camera = 1 + (item % 4 / 2), Setup = 1,
    };

    private sealed class Reader(ToySource source) : ItemReader
    {
        public override ItemClips Read(int item)
        {
            source.Reading(item);
            if (item % 7 == 6) throw new KinemaException(ExitCode.Data, $"item-{item:000}: line 3: not a number");
            var clip = Clip($"clip-{item:000}", item);
            return item % 5 == 4
                ? new ItemClips([clip, Clip($"clip-{item - 1:000}", item)], [], [new SkippedClip(clip.Name, "odd", "two in one")])
                : ItemClips.One(clip);
        }
    }
}
