using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class MirrorFitTests
{
    [Theory]
    [InlineData("swipe left", "swipe right")]
    [InlineData("Left hand up", "right hand up")]
    [InlineData("swipe_left", "swipe_right")]
    [InlineData("SwipeLeft", "SwipeRight")]
    [InlineData("kick, right foot", "kick, left foot")]
    [InlineData("left arm to the right", "right arm to the left")]
    [InlineData("->", "<-")]
    [InlineData("swipe →", "swipe ←")]
    public void Classes_that_only_left_and_right_tell_apart_are_named(string one, string other) => Assert.Equal(
        $"data.mirror: classes '{one}' and '{other}' tell left from right; mirrored clips would be taught as the wrong one: set data.mirror to 0",
        MirrorFit.Remark(0.5, ["sit", one, "stand", other]));

    [Theory]
    [InlineData("swipe left", "wave right")]
    [InlineData("up", "upright")]
    [InlineData("leftover", "rightover")]
    [InlineData("sit", "stand")]
    [InlineData("left", "left")]
    public void Of_others_nothing_is_said(string one, string other) => Assert.Null(MirrorFit.Remark(1, [one, other]));

    [Fact]
    public void Without_a_mirror_nothing_is_said() => Assert.Null(MirrorFit.Remark(0, ["swipe left", "swipe right"]));

    [Fact]
    public void Of_many_a_few_are_named()
    {
        string[] classes = [.. "abcd".SelectMany(letter => new[] { $"{letter} left", $"{letter} right" })];

        Assert.StartsWith(
            "data.mirror: classes 'a left' and 'a right', 'b left' and 'b right', 'c left' and 'c right', … tell left from right;",
            MirrorFit.Remark(0.5, classes), StringComparison.Ordinal);
    }
}
