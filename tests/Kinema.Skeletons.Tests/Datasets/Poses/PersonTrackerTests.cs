using Kinema.Skeletons.Datasets.Poses;

namespace Kinema.Skeletons.Tests.Datasets.Poses;

public sealed class PersonTrackerTests
{
    // A body two units tall around a place.
    private static TrackedBody At(double x, double score = 1, long? person = null) => new([x, -1, 0, x, 1, 0], person, 2, score);

    private static List<List<(int Frame, TrackedBody Body)>> Follow(int most, params List<TrackedBody>[] frames) => PersonTracker.Follow(frames, most, out _);

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
        Assert.Single(Follow(2, [At(0)], [At(1.9)]));
        Assert.Equal(2, Follow(2, [At(0)], [At(2.1)]).Count);
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
        for (var t = 0; t < 32; t++) late[t] = t is 0 or 31 ? [At(0)] : [];
        for (var t = 0; t < 31; t++) soon[t] = t is 0 or 30 ? [At(0)] : [];

        Assert.Single(Follow(2, soon));
        Assert.Equal(2, Follow(2, late).Count);
    }

    [Fact]
    public void Those_of_most_confidence_are_kept_in_the_order_they_appear()
    {
        var tracks = PersonTracker.Follow([[At(0, 0.3), At(10, 0.9)], [At(0, 0.3), At(20, 0.8)]], 2, out var found);

        Assert.Equal(3, found);
        Assert.Equal([10, 20], tracks.Select(track => track[0].Body.Points[0]));
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

        PersonTracker.Follow(frames, 2, out _);

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }
}
