using Kinema.Skeletons.Clips;

namespace Kinema.Skeletons.Tests;

public sealed class SkeletonClipTests
{
    [Fact]
    public void Sizes_whose_product_overflows_are_refused()
    {
        // 2^16 · 2^14 · 4 · 3 wraps around to 0 in 32 bits, the length of the array.
        var error = Assert.Throws<ArgumentException>(() => new SkeletonClip("huge", 1 << 16, 1 << 14, 4, new double[0]));

        Assert.StartsWith("clip huge: M·T·V·3 = 4·65536·16384·3 numbers are more than an array holds", error.Message, StringComparison.Ordinal);
    }
}
