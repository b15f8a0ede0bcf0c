using Kinema.Skeletons.Datasets;
using Kinema.Training;

namespace Kinema.Tests.Training;

public sealed class PreparationFitTests
{
    [Theory]
    [InlineData("ntu", "ctr-gcn 1", null)]
    [InlineData("ntu", "skeleton-contrast 1", "ctr-gcn")]
    [InlineData("ntu", "st-gcn 1, scale 2", "ctr-gcn")]
    [InlineData("2s-agcn", "skeleton-contrast 1", null)]
    [InlineData("2s-agcn", "ctr-gcn 1", "skeleton-contrast")]
    [InlineData("2s-agcn", "2s-agcn 1", null)]                                  // arrays of its authors' own preparation
    [InlineData("ntu", "2s-agcn 1", "ctr-gcn")]
    [InlineData("actclr", "2s-agcn 1", "st-gcn")]
    [InlineData("actclr", "st-gcn 1", null)]
    [InlineData("actclr", "ctr-gcn 1", "st-gcn")]
    [InlineData("2s-agcn", "convert 2, missing interpolate", null)]             // clips of one's own
    [InlineData("ntu", "as-recorded 1", null)]
    public void A_set_prepared_for_another_pipeline_is_remarked_on_with_the_one_to_prepare(string pipeline, string preparation, string? wanted)
    {
        var made = Tiny.Data;
        var set = new ClipDataset
        {
            Name = "ntu60", Layout = made.Layout, Classes = made.Classes, Clips = made.Clips, Splits = made.Splits, Preparation = preparation,
        };

        var remark = PreparationFit.Remark(pipeline, set);

        Assert.Equal(wanted is null, remark is null);
        if (wanted is not null) Assert.EndsWith($"prepare the set with --preparation {wanted}", remark, StringComparison.Ordinal);
    }
}
