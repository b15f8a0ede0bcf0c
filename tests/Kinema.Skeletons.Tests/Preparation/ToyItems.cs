using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Preparation;

/// <summary>A source of sound items of one clip each, whose stored sizes are not known.</summary>
internal abstract class ToyItems(int items) : ClipSource
{
    public override string Name => "toy";

    public override string Preparation => "none 1";

    public override SkeletonLayout Layout => Layouts.NwUcla;

    public override IReadOnlyList<string> Classes { get; } = ["first", "second"];

    public override IReadOnlyList<SourceItem> Items { get; } = [.. Enumerable.Range(0, items).Select(i => new SourceItem($"item-{i:000}", 0))];

    public override IReadOnlyList<Protocol> Protocols { get; } = [new Protocol("official", clip => clip.Subject % 2 == 0 ? "test" : "train")];

    public override ItemReader Open() => new Reader(this);

    protected abstract SkeletonClip Read(int item);

    private sealed class Reader(ToyItems source) : ItemReader
    {
        public override ItemClips Read(int item) => ItemClips.One(source.Read(item));
    }
}
