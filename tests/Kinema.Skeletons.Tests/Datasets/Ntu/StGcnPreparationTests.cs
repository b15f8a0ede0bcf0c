using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed class StGcnPreparationTests
{
    private static readonly NtuName Name = NtuName.Parse("S001C002P003R002A013")!.Value;

    [Fact]
    public void The_first_two_places_stay_in_their_order_whoever_moves_more()
    {
        var raw = NtuRaw.Of(20, [.. Enumerable.Range(0, 4).Select(body =>
            ($"{body}", body == 1 ? 5 : 0, 19, (Func<int, float[]>)(frame => NtuRaw.Person(frame, x: body, move: body))))]);

        var item = Prepare(raw);
        var clip = Assert.Single(item.Clips);

        Assert.Equal((20, 2), (clip.Frames, clip.Persons));
        Assert.Equal(NtuRaw.Person(7, x: 0, move: 0).Select(value => (double)value), clip.Person(0).Slice(7 * 75, 75).ToArray());
        Assert.Equal(NtuRaw.Person(7, x: 1, move: 1).Select(value => (double)value), clip.Person(1).Slice(7 * 75, 75).ToArray());
        // Before the second body came the third was second in the list: a body is told by its place.
        Assert.Equal(NtuRaw.Person(2, x: 2, move: 2).Select(value => (double)value), clip.Person(1).Slice(2 * 75, 75).ToArray());
        Assert.Equal(("many-bodies", "f: 4 bodies in a frame"), (Assert.Single(item.Notes).Kind, item.Notes[0].Reason));
    }

    [Fact]
    public void Frames_without_a_body_stay_and_are_zero()
    {
        var item = Prepare(NtuRaw.Of(9, ("1", 2, 6, frame => NtuRaw.Person(frame))));
        var clip = Assert.Single(item.Clips);

        Assert.Equal((9, 1), (clip.Frames, clip.Persons));
        Assert.False(clip.Coordinates[..(2 * 75)].ContainsAnyExcept(0));
        Assert.Equal("empty-frames", Assert.Single(item.Notes).Kind);
    }

    [Fact]
    public void A_clip_without_anybody_is_skipped()
    {
        Assert.Equal("no-frame", Assert.Single(Prepare(NtuRaw.Of(5)).Skipped).Kind);
        Assert.Equal("no-frame", Assert.Single(Prepare(NtuRaw.Of(0)).Skipped).Kind);
        Assert.Equal("no-frame", Assert.Single(Prepare(NtuRaw.Of(3, ("1", 0, 2, _ => new float[75]))).Skipped).Kind);
    }

    private static ItemClips Prepare(NtuRaw raw) => new StGcnPreparation().Prepare(raw.Bodies(), Name, "f");
}
