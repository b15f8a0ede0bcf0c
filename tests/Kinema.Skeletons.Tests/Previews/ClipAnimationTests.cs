using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Drawing;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Previews;
using Kinema.Skeletons.Tests.Drawing;

namespace Kinema.Skeletons.Tests.Previews;

public sealed class ClipAnimationTests
{
    [Theory]
    [InlineData(12, 30, 12, 40)]
    [InlineData(12, 24, 12, 50)]
    [InlineData(90, 120, 30, 75)]                               // every third frame: readers show no more than 50 a second
    [InlineData(1, 30, 1, 3)]
    [InlineData(1300, 30, 434, 4340)]                           // every third, so that no more than 600 are kept; the last stays its time
    public void As_many_frames_as_the_clip_and_as_long_in_hundredths_of_a_second(int frames, double rate, int shown, int hundredths)
    {
        var (_, _, repeats, seen) = Read(Bodies.Standing(Layouts.NwUcla, frames), rate);

        Assert.True(repeats);
        Assert.Equal((shown, hundredths), (seen.Count, seen.Sum(frame => frame.Delay)));
        Assert.All(seen, frame => Assert.True(frame.Delay >= 2));
    }

    [Fact]
    public void Somebody_who_walks_moves_across_the_picture_and_never_leaves_it()
    {
        var (width, _, _, seen) = Read(Bodies.Standing(Layouts.NwUcla, 10, step: 0.1), 30);
        var head = PlotTheme.Colour(Ink.Person(0, Shade.Middle));

        int[] xs = [.. seen.Select(frame => Enumerable.Range(0, frame.Pixels.Length).Where(i => frame.Pixels[i] == head && i / width < 60)
            .Select(i => i % width).Order().ToArray() is { Length: > 0 } found ? found[found.Length / 2] : -1)];

        Assert.Equal(xs.Order(), xs);
        Assert.True(xs[0] > 0 && xs[^1] - xs[0] > 60 && xs[^1] < width, string.Join(' ', xs));
    }

    [Theory, InlineData(0), InlineData(double.NaN), InlineData(1e6)]
    public void An_impossible_rate_is_refused(double rate) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(Bodies.Standing(Layouts.NwUcla), rate));

    [Fact]
    public void Coordinates_without_measure_still_make_a_file()
    {
        double[] wild = [double.NaN, double.PositiveInfinity, double.MaxValue, -double.MaxValue, 1e-320, 0];
        var points = Enumerable.Range(0, 3 * 20 * 3).Select(i => wild[i * 7 % wild.Length]).ToArray();
        var clip = new SkeletonClip("wild", 3, 20, 1, points);

        Assert.Equal(3, Read(clip, 30).Frames.Count);
        ClipPictures.Sheet(Layouts.NwUcla, [new LabelledClip(clip, "wild")], "wild").ToCanvas(1);
        Assert.DoesNotContain("NaN", ClipPictures.Stills(Layouts.NwUcla, clip, "wild").ToFigure().ToSvg(), StringComparison.Ordinal);
    }

    private static (int Width, int Height, bool Repeats, List<GifFrame> Frames) Read(SkeletonClip clip, double rate)
    {
        using var file = new MemoryStream();
        ClipAnimation.WriteGif(file, Layouts.NwUcla, clip, "standing", rate);
        return GifDecoder.Read(file.ToArray());
    }
}
