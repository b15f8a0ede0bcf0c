using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Ntu;

public sealed class SkeletonContrastPreparationTests
{
    private const string Golden = "golden/isc-ntu-raw/expected.safetensors";
    private static readonly NtuName Name = NtuName.Parse("S001C002P003R002A013")!.Value;

    [SharedFact(Golden)]
    public void The_two_places_that_move_most_are_those_of_the_reference()
    {
        using var golden = SafeTensorsFile.Open(Repository.Shared(Golden));
        var bodies = NtuRaw.Read(File.ReadAllBytes(Repository.Shared($"golden/isc-ntu-raw/{Name}.skeleton")));

        var clip = Assert.Single(new SkeletonContrastPreparation().Prepare(bodies, Name, "f").Clips);

        var expected = golden.Read("data");                                              // (C, T, V, M)
        Assert.Equal([3, clip.Frames, 25, clip.Persons], expected.Shape);
        Assert.Equal(golden.Read("num_frame").ToDoubles()[0], clip.Frames);
        Assert.Equal(golden.Read("label").ToDoubles()[0], clip.Label);
        var values = expected.ToSingles();
        for (var i = 0; i < values.Length; i++)
        {
            var (c, t, v, m) = (i / (clip.Frames * 50), i / 50 % clip.Frames, i / 2 % 25, i % 2);
            Assert.Equal(values[i], clip.Person(m)[(t * 25 + v) * 3 + c]);
        }
    }

    [Fact]
    public void A_body_is_told_by_its_place_and_frames_without_one_stay()
    {
        var raw = new NtuRaw();
        raw.Frames.Add([]);
        for (var frame = 1; frame < 8; frame++)
            raw.Frames.Add([($"{frame}", NtuRaw.Person(frame, move: 0)), ($"{100 - frame}", NtuRaw.Person(frame, x: 1, move: 2))]);
        raw.Frames.Add([("1", NtuRaw.Person(8, move: 0))]);

        var item = Prepare(raw);
        var clip = Assert.Single(item.Clips);

        Assert.Equal(("empty-frames", "f: 1 of 9 frames without a body"), (Assert.Single(item.Notes).Kind, item.Notes[0].Reason));
        Assert.Equal((9, 2), (clip.Frames, clip.Persons));
        Assert.Equal(NtuRaw.Person(3, x: 1, move: 2).Select(value => (double)value), clip.Person(0).Slice(3 * 75, 75).ToArray());
        Assert.Equal(NtuRaw.Person(8, move: 0).Select(value => (double)value), clip.Person(1).Slice(8 * 75, 75).ToArray());
        Assert.False(clip.Person(0)[..75].ContainsAnyExcept(0));
        Assert.False(clip.Person(0)[(8 * 75)..].ContainsAnyExcept(0));
    }

    [Fact]
    public void Of_more_bodies_the_fifth_is_never_looked_at_and_the_clip_noted()
    {
        var raw = NtuRaw.Of(20, [.. Enumerable.Range(0, 5).Select(body =>
            ($"{body}", 0, 19, (Func<int, float[]>)(frame => NtuRaw.Person(frame, x: body, move: body))))]);

        var item = Prepare(raw);
        var clip = Assert.Single(item.Clips);

        Assert.Equal([3, 2], [Math.Floor(clip.Person(0)[0]), Math.Floor(clip.Person(1)[0])]);
        Assert.Equal(("many-bodies", "f: 5 bodies in a frame"), (Assert.Single(item.Notes).Kind, item.Notes[0].Reason));
    }

    [Fact]
    public void One_body_is_one_person_and_none_is_no_clip()
    {
        Assert.Equal(1, Assert.Single(Prepare(NtuRaw.Of(5, ("1", 1, 3, frame => NtuRaw.Person(frame)))).Clips).Persons);
        Assert.Equal("no-frame", Assert.Single(Prepare(NtuRaw.Of(5)).Skipped).Kind);
        Assert.Equal("no-frame", Assert.Single(Prepare(NtuRaw.Of(0)).Skipped).Kind);
    }

    private static ItemClips Prepare(NtuRaw raw) => new SkeletonContrastPreparation().Prepare(raw.Bodies(), Name, "f");
}
