using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Preparation;

public sealed class SelectedSourceTests
{
    [Fact]
    public void Only_the_items_named_like_the_pattern_are_read_and_by_their_own_names()
    {
        using var source = new SelectedSource(new ToySource(40), "item-?1*");

        Assert.Equal(["item-010", "item-011", "item-012", "item-013"], source.Items.Take(4).Select(item => item.Name));
        Assert.Equal(10, source.Items.Count);
        Assert.Equal("10 of 40 items are read: those named like 'item-?1*'", source.Remarks[^1]);
        Assert.Empty(source.Known);
        Assert.Equal(
            ("toy", "none 1, only 'item-?1*'", "nw-ucla", StoredType.Float64, false),
            (source.Name, source.Preparation, source.Layout.Name, source.Precision, source.InOrder));
        Assert.Equal(["official", "seconds"], source.Protocols.Select(protocol => protocol.Name));
        Assert.Equal(["first", "second"], source.Classes);
        using var reader = source.Open();
        Assert.Equal("clip-011", Assert.Single(reader.Read(1).Clips).Name);
        Assert.Contains("item-013: line 3", Assert.Throws<KinemaException>(() => reader.Read(3)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prepared_part_holds_the_same_clips_as_the_whole()
    {
        using var folder = new TemporaryFolder();
        using var whole = new ToySource(30);
        using var part = new SelectedSource(new ToySource(30), "*-02?");
        var all = ClipCollection.Of(whole).Clips.Where(clip => string.CompareOrdinal(clip.Name, "clip-020") >= 0).ToList();
        var some = ClipCollection.Of(part).Clips;

        Assert.NotEmpty(some);
        Assert.Equal(all.Select(clip => clip.Name), some.Select(clip => clip.Name));
        foreach (var (one, other) in all.Zip(some)) Assert.Equal(one.Coordinates.ToArray(), other.Coordinates.ToArray());
        var report = ClipPreparation.Run(part, folder.File("part.safetensors"));
        Assert.Equal(some.Select(clip => clip.Name).Distinct().Count(), report.Clips);
        Assert.Contains("*-02?", Assert.Single(part.Remarks), StringComparison.Ordinal);
    }

    [Theory, InlineData("*", 1), InlineData("*t*e*", 1), InlineData("item-*", 0)]
    public void Skipped_clips_known_beforehand_are_those_of_the_pattern(string pattern, int known)
    {
        using var source = new SelectedSource(new ToySource(3), pattern);
        Assert.Equal(Enumerable.Repeat("listed", known), source.Known.Select(clip => clip.Name));
    }

    [Fact]
    public void A_part_does_not_go_on_with_what_was_begun_of_the_whole_though_all_its_items_are_the_same()
    {
        using var whole = new ToySource(3);
        using var part = new SelectedSource(new ToySource(3), "item-*");
        Assert.NotEqual(PreparationJournal.FingerprintOf(whole, 3), PreparationJournal.FingerprintOf(part, 3));
    }

    [Theory, InlineData("item-9*"), InlineData("ITEM*"), InlineData("item-0")]
    public void A_pattern_that_nothing_is_like_is_refused_with_an_example(string pattern)
    {
        var error = Assert.Throws<KinemaException>(() => new SelectedSource(new ToySource(3), pattern));
        Assert.Equal((ExitCode.Data, $"toy: none of the names of its 3 items, which are like item-000, is like '{pattern}'"), (error.ExitCode, error.Message));
    }
}
