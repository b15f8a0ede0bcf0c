using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests.Datasets;

public class ClipJsonWriterTests
{
    [Theory, InlineData(2), InlineData(-1)]
    public void A_clip_that_was_written_reads_back_number_for_number(int label)
    {
        var layout = Layouts.NwUcla;
        var points = Enumerable.Range(0, 3 * layout.JointCount * 3).Select(i => Math.Sin(i) / 3).ToArray();
        var path = Path.Combine(Path.GetTempPath(), $"kinema-{Guid.NewGuid():N}.json");
        try
        {
            ClipJsonWriter.Write(new SkeletonClip("sit", 3, layout.JointCount, 1, points) { Label = label }, layout, path);

            var read = ClipJson.Read(path, layout);
            Assert.Equal(label, read.Label);
            Assert.Equal(3, read.Frames);
            Assert.Equal(points, read.Coordinates.ToArray());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Two_persons_have_no_place_in_the_form()
    {
        var layout = Layouts.NwUcla;
        var clip = new SkeletonClip("hug", 1, layout.JointCount, 2, new double[2 * layout.JointCount * 3]);

        Assert.Throws<ArgumentException>(() => ClipJsonWriter.Write(clip, layout, Path.GetTempFileName()));
    }
}
