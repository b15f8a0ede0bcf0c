using Kinema.Skeletons.Datasets.Poses;

namespace Kinema.Skeletons.Tests.Datasets.Poses;

public sealed class PersonTrackerTests
{
    // A body two units tall around a place.
    private static TrackedBody At(double x, double score = 1, long? person = null) => new([x, -1, 0, x, 1, 0], person, 2, score);

    // Somebody whom nobody else comes near: with them the others are told apart by their places.
    private static TrackedBody Bystander => At(-1000, 0.1);

    private static IReadOnlyList<List<(int Frame, TrackedBody Body)>> Follow(int most, params List<TrackedBody>[] frames) => PersonTracker.Follow(frames, most).Kept;

    [Fact]
    public void Bodies_keep_their_track_though_their_order_changes()
    {
        var tracks = Follow(2, [At(0), At(5)], [At(5.5), At(0.5)], [At(1), At(6)]);

        Assert.Equal([[0, -1, 0], [0.5, -1, 0], [1, -1, 0]], tracks[0].Select(seen => seen.Body.Points[..3]));
        Assert.Equal([0, 1, 2], tracks[1].Select(seen => seen.Frame));
    }

    [Fact]
    public void A_body_farther_away_than_its_size_is_another_person()
    {
        Assert.Equal(2, Follow(4, [At(0), Bystander], [At(1.9), Bystander]).Count);
        Assert.Equal(3, Follow(4, [At(0), Bystander], [At(2.1), Bystander]).Count);
    }

    [Fact]
    public void Whoever_is_alone_in_every_frame_is_one_person_however_far_they_leap()
    {
        var persons = PersonTracker.Follow([[At(0)], [At(50)], [], .. Enumerable.Repeat<List<TrackedBody>>([], 40), [At(-90)]], 2);

        Assert.Equal([0, 1, 43], Assert.Single(persons.Kept).Select(seen => seen.Frame));
        Assert.Equal((1, 0), (persons.Found, persons.Splits));
    }

    [Fact]
    public void Those_who_are_alone_and_numbered_are_as_many_as_their_numbers() =>
        Assert.Equal(2, Follow(2, [At(0, 1, 1)], [At(0, 1, 2)], []).Count);

    [Fact]
    public void Nobody_at_all_is_no_person() => Assert.Equal((0, 0), (Follow(2, [], []).Count, PersonTracker.Follow([[], []], 2).Found));

    [Fact]
    public void Who_begins_where_another_is_gone_is_counted_as_split()
    {
        var leap = PersonTracker.Follow([[At(0), Bystander], [At(0), Bystander], [At(9), Bystander], [At(30), Bystander]], 4);
        var newcomer = PersonTracker.Follow([[At(0), Bystander], [At(0), Bystander, At(9)], [At(0), At(9)]], 4);
        var later = PersonTracker.Follow([[At(0), Bystander], [Bystander], [At(9), Bystander]], 4);

        Assert.Equal((2, 2), (leap.Splits, leap.FirstSplit));
        Assert.Equal((0, -1), (newcomer.Splits, newcomer.FirstSplit));
        Assert.Equal((0, -1), (later.Splits, later.FirstSplit));
    }

    [Fact]
    public void The_nearest_goes_on_and_a_newcomer_begins_a_track()
    {
        var tracks = Follow(3, [At(0)], [At(1), At(0.2)]);

        Assert.Equal([2, 1], tracks.Select(track => track.Count));
        Assert.Equal(0.2, tracks[0][1].Body.Points[0]);
    }

    [Fact]
    public void A_person_comes_back_within_a_second_and_later_is_a_new_one()
    {
        var soon = new List<TrackedBody>[31];
        var late = new List<TrackedBody>[32];
        for (var t = 0; t < 32; t++) late[t] = t is 0 or 31 ? [At(0), Bystander] : [Bystander];
        for (var t = 0; t < 31; t++) soon[t] = t is 0 or 30 ? [At(0), Bystander] : [Bystander];

        Assert.Equal(2, Follow(4, soon).Count);
        Assert.Equal(3, Follow(4, late).Count);
    }

    [Fact]
    public void Those_of_most_confidence_are_kept_in_the_order_they_appear()
    {
        var persons = PersonTracker.Follow([[At(0, 0.3), At(10, 0.9)], [At(0, 0.3), At(20, 0.8)]], 2);

        Assert.Equal(3, persons.Found);
        Assert.Equal([10, 20], persons.Kept.Select(track => track[0].Body.Points[0]));
    }

    [Fact]
    public void Numbers_of_persons_go_before_places_and_the_surer_of_two_counts()
    {
        var tracks = Follow(2, [At(0, 1, 7)], [At(50, 0.5, 7), At(40, 0.9, 7)]);

        Assert.Equal([0, 40], Assert.Single(tracks).Select(seen => seen.Body.Points[0]));
    }

    // 32 tracks, 64 bodies and every frame of a clip of the most frames there may be.
    [Fact]
    public void A_crowd_that_is_somewhere_else_in_every_frame_does_not_take_for_ever()
    {
        var frames = Enumerable.Range(0, 2000).Select(t => Enumerable.Range(0, 64).Select(body => At(100 * body + 10_000.0 * (t % 7))).ToList()).ToList();
        var clock = System.Diagnostics.Stopwatch.StartNew();

        PersonTracker.Follow(frames, 2);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }
}
