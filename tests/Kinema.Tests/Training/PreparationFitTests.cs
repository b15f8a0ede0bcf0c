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
    [InlineData("2s-agcn", "convert 3, missing interpolate", null)]             // clips of one's own
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

    [Theory]
    [InlineData("convert 3, missing interpolate, scale 0.01", "convert 3, missing interpolate", true)]
    [InlineData("convert 3, missing interpolate", "convert 3, missing interpolate", false)]
    [InlineData("convert 3, missing interpolate", "convert 3, missing interpolate, persons 1", false)]                    // the pipeline takes one
    [InlineData("convert 2, missing interpolate", "convert 2, missing interpolate, persons 1", true, "ntu")]
    [InlineData("ctr-gcn 1", "ctr-gcn 1, only 'S*', scale 2", true)]
    [InlineData("ctr-gcn 1, only 'it's, only', scale 2", "ctr-gcn 1, scale 2", false)]
    [InlineData("ctr-gcn 1", "ctr-gcn 1, only 'S001*, persons'", false)]         // a part is prepared as its whole
    [InlineData("", "convert 3, missing interpolate", false)]                   // weights of others say nothing of their clips
    [InlineData("ctr-gcn 1", "", false)]
    public void Weights_remember_how_their_clips_were_prepared_and_others_are_remarked_on(
        string trained, string given, bool remarked, string pipeline = "nw-ucla")
    {
        var made = Tiny.Data;
        var set = new ClipDataset
        {
            Name = made.Name, Layout = made.Layout, Classes = made.Classes, Clips = made.Clips, Splits = made.Splits, Preparation = trained,
        };
        using var folder = new TemporaryFolder();
        using (var experiment = Experiment.Create(Tiny.Recipe(data: data => data with { Pipeline = pipeline }), set)) experiment.Model.Save(folder.File("w.safetensors"));

        using var model = TrainedModel.Load(folder.File("w.safetensors"));

        Assert.Equal(trained, model.Preparation);
        var remark = PreparationFit.Remark(model, "gestures", given);
        Assert.Equal(remarked, remark is not null);
        if (remarked) Assert.StartsWith($"gestures: its clips are prepared as '{given}', those of the training were as '{trained}'", remark, StringComparison.Ordinal);
    }
}
