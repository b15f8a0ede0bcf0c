using Kinema.Skeletons.Datasets;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class IncompleteSetTests
{
    [Fact]
    public void A_set_that_lacks_clips_says_how_many_and_why() => Assert.Equal(
        "toy: is not whole: it was packed without 38 clips (37 absent, 1 damaged), so that numbers of it are not those of the whole set; "
        + "'kinema data inspect' says more",
        IncompleteSet.Remark(Lacking(("damaged", 1), ("listed-missing", 302), ("absent", 37))));

    [Fact]
    public void A_whole_set_and_one_without_what_is_left_out_by_rule_say_nothing()
    {
        Assert.Null(IncompleteSet.Remark(Lacking()));
        Assert.Null(IncompleteSet.Remark(Lacking(("listed-missing", 302))));
    }

    private static ClipDataset Lacking(params (string Kind, int Count)[] leftOut)
    {
        var whole = PackedDatasetTests.Small();
        return new ClipDataset
        {
            Name = whole.Name, Layout = whole.Layout, Classes = whole.Classes, Clips = whole.Clips, Splits = whole.Splits,
            LeftOut = leftOut.ToDictionary(kind => kind.Kind, kind => kind.Count),
        };
    }
}
