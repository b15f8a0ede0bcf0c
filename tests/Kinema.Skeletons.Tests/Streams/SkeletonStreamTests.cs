using Kinema.Skeletons.Streams;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Streams;

public sealed class SkeletonStreamTests
{
    [Fact]
    public void Every_stream_is_found_by_its_name()
    {
        Assert.Equal(["joint", "bone", "joint-motion", "bone-motion"], SkeletonStreams.All.Select(stream => stream.Name()));
        Assert.All(SkeletonStreams.All, stream => Assert.Equal(stream, SkeletonStreams.Parse(stream.Name())));
    }

    [Fact]
    public void An_unknown_stream_is_refused_with_the_nearest_name()
    {
        var error = Assert.Throws<KinemaException>(() => SkeletonStreams.Parse("bone_motion"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains("did you mean 'bone-motion'?", error.Message, StringComparison.Ordinal);
    }
}
