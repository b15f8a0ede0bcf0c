using Kinema.Skeletons.Augmentations;

namespace Kinema.Skeletons.Tests.Augmentations;

public sealed class FrameSamplingTests
{
    [Theory, InlineData(1), InlineData(19), InlineData(52), InlineData(201)]
    public void Drawn_frames_ascend_and_lie_inside_the_clip(int clipFrames)
    {
        var random = new ClipRandom(1, 0, 0, RandomPurpose.Augmentation);
        var frames = new int[52];
        FrameSampling.Draw(clipFrames, ref random, frames);

        Assert.Equal(frames.Order(), frames);
        Assert.All(frames, frame => Assert.InRange(frame, 0, clipFrames - 1));
        Assert.True(clipFrames == 1 || frames.Distinct().Count() > 1);
    }

    // Of 52 drawn from 100 copies each of L frames, a given frame is expected 52/L times with the variance of the hypergeometric law.
    [Theory, InlineData(2), InlineData(40)]
    public void Every_frame_is_drawn_as_often_as_the_law_says(int clipFrames)
    {
        const int samples = 4000;
        var frames = new int[52];
        var (sum, squares, last) = (0.0, 0.0, 0.0);
        for (var i = 0; i < samples; i++)
        {
            var random = new ClipRandom(3, 0, i, RandomPurpose.Augmentation);
            FrameSampling.Draw(clipFrames, ref random, frames);
            var hits = frames.Count(frame => frame == 0);
            sum += hits;
            squares += hits * hits;
            last += frames.Count(frame => frame == clipFrames - 1);
        }

        var p = 1.0 / clipFrames;
        var (mean, variance) = (52 * p, 52 * p * (1 - p) * (100.0 * clipFrames - 52) / (100.0 * clipFrames - 1));
        var error = Math.Sqrt(variance / samples);
        Assert.InRange(sum / samples, mean - 4 * error, mean + 4 * error);
        Assert.InRange(last / samples, mean - 4 * error, mean + 4 * error);
        Assert.InRange(squares / samples - sum / samples * sum / samples, variance * 0.88, variance * 1.12);
    }

    [Fact]
    public void A_sample_longer_than_a_hundred_copies_still_fits()
    {
        var random = new ClipRandom(1, 0, 0, RandomPurpose.Augmentation);
        var frames = new int[300];
        FrameSampling.Draw(1, ref random, frames);

        Assert.All(frames, frame => Assert.Equal(0, frame));
    }

    [Theory, InlineData(1), InlineData(19), InlineData(52), InlineData(201)]
    public void Test_frames_spread_from_the_first_to_the_last(int clipFrames)
    {
        var frames = new int[52];
        FrameSampling.Spread(clipFrames, frames);

        Assert.Equal(Enumerable.Range(0, 52).Select(i => i * (clipFrames - 1) / 51), frames);
        Assert.Equal((0, clipFrames - 1), (frames[0], frames[^1]));
    }
}
