using Kinema.Encoders.Kernels;

namespace Kinema.Tests.Encoders.Kernels;

public sealed unsafe class FrameLanesTests
{
    [Theory]
    [InlineData(16, 24)]
    [InlineData(16, 9)]
    [InlineData(16, 1)]
    [InlineData(5, 24)]
    [InlineData(8, 17)]
    [InlineData(12, 16)]
    [InlineData(1, 3)]
    public void Numbers_of_frames_lie_side_by_side_and_come_back(int frames, int count)
    {
        const int Step = 31;
        var from = Enumerable.Range(0, frames * Step).Select(i => i + 0.5f).ToArray();
        var side = new float[(count * FrameLanes.Count) + 1];
        var back = new float[frames * Step];
        var sums = new float[count];
        Array.Fill(side, -1);
        fixed (float* pFrom = from, pSide = side, pBack = back, pSums = sums)
        {
            FrameLanes.Gather(pFrom, Step, frames, count, pSide);
            FrameLanes.Scatter(pSide, pBack, Step, frames, count);
            FrameLanes.Sum(pSide, count, pSums);
        }

        for (var i = 0; i < count; i++)
        {
            for (var frame = 0; frame < FrameLanes.Count; frame++)
                Assert.Equal(frame < frames ? from[(frame * Step) + i] : 0, side[(i * FrameLanes.Count) + frame]);
            Assert.Equal(Enumerable.Range(0, frames).Sum(frame => from[(frame * Step) + i]), sums[i]);
        }

        Assert.Equal(-1, side[^1]);
        for (var i = 0; i < back.Length; i++) Assert.Equal(i % Step < count ? from[i] : 0, back[i]);
    }
}
