using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Conversion;

public sealed class MissingFillTests
{
    private const double N = double.NaN;

    // One coordinate a joint is enough to see what happens: x of the arm's three joints, frame by frame.
    private static FilledClip Fill(MissingJoints rule, int persons, params double[] xs)
    {
        var points = xs.SelectMany(x => new[] { x, 2 * x, 0 }).ToArray();
        return new MissingFill(Toy.Arm, [true, true, true], rule).Apply(points, persons, xs.Length / 3 / persons, "arm.csv");
    }

    private static double[] Xs(FilledClip clip) => [.. clip.Points.Where((_, i) => i % 3 == 0)];

    [Fact]
    public void Between_two_places_a_joint_lies_on_their_line_and_at_the_ends_it_stays()
    {
        var clip = Fill(MissingJoints.Interpolate, 1, N, 1, 5, 2, N, 6, N, N, 7, 8, 4, N);

        Assert.Equal([2, 1, 5, 2, 2, 6, 5, 3, 7, 8, 4, 7], Xs(clip));
        Assert.Equal([4, 2, 10, 4, 4, 12, 10, 6, 14, 16, 8, 14], clip.Points.Where((_, i) => i % 3 == 1));
        Assert.Equal(("joints-missing", "arm.csv: 5 of 12 joints not seen: interpolated"), Assert.Single(clip.Notes));
    }

    [Fact]
    public void Zero_is_what_papers_on_pictures_have() => Assert.Equal([1, 0, 5, 0, 2, 6], Xs(Fill(MissingJoints.Zero, 1, 1, N, 5, N, 2, 6)));

    [Fact]
    public void Where_missing_joints_are_refused_frame_and_joint_are_named()
    {
        Assert.StartsWith("arm.csv: frame 1: joint shoulder is missing", Assert.Throws<KinemaException>(() => Fill(MissingJoints.Refuse, 1, 1, 2, 5, N, 2, 6)).Message);
        Assert.Empty(Fill(MissingJoints.Refuse, 1, 1, 2, 5, 1, 2, 6).Notes);
    }

    [Fact]
    public void A_joint_never_seen_is_zero_and_is_told()
    {
        var clip = Fill(MissingJoints.Interpolate, 1, 1, N, 5, 2, N, 6);

        Assert.Equal([1, 0, 5, 2, 0, 6], Xs(clip));
        Assert.Equal(["joint-never-seen", "joints-missing"], clip.Notes.Select(note => note.Kind));
    }

    [Fact]
    public void Frames_of_nobody_at_the_ends_are_cut_off_and_absent_persons_are_zero()
    {
        var clip = Fill(MissingJoints.Interpolate, 3,
            N, N, N, 1, 1, 1, N, N, N, 3, 3, 3, N, N, N, N, N, N,
            N, N, N, N, N, N, 5, 5, 5, N, N, N, N, N, N, N, N, N,
            N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N);

        Assert.Equal((3, 2), (clip.Frames, clip.Persons));
        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0, 0, 5, 5, 5, 0, 0, 0], Xs(clip));
        Assert.Contains(("frames-without-person", "arm.csv: 3 frames at the ends show nobody and are left out"), clip.Notes);
        Assert.Equal(0, Fill(MissingJoints.Interpolate, 1, N, N, N).Frames);
    }
}
