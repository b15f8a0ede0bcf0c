using Kinema.Evaluation;
using Kinema.Storage;

namespace Kinema.Tests.Evaluation;

public class ScoreTableTests
{
    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void A_logit_that_is_not_finite_is_refused_with_the_clip_and_class(float bad)
    {
        var error = Assert.Throws<KinemaException>(() => Toy.Table("joint", ("fine", 0, [1, 0]), ("broken", 0, [1, bad])));

        Assert.Contains("clip broken", error.Message);
        Assert.Contains("class 1", error.Message);
    }

    [Theory, InlineData(2), InlineData(-2)]
    public void A_label_out_of_range_is_refused_with_the_clip_and_the_value(int label)
    {
        var error = Assert.Throws<KinemaException>(() => Toy.Table("joint", ("odd", label, [1, 0])));

        Assert.Contains("clip odd", error.Message);
        Assert.Contains($"label {label} ", error.Message);
    }

    [Fact]
    public void Sizes_that_disagree_are_refused_with_what_was_found()
    {
        var error = Assert.Throws<KinemaException>(() => new ScoreTable(["a", "b"], [0], new float[4], ["x", "y"], "test", "joint"));

        Assert.Contains("2 names, 1 labels and 4 logits for 2 classes", error.Message);
    }

    [Fact]
    public void Predictions_list_truth_its_rank_and_the_best_classes_with_probabilities()
    {
        var scores = new ScoreTable(["a, with \"comma\"", "b"], [1, -1], [0, (float)Math.Log(3), 0, 0], ["walk", "sit"], "test", "joint");

        var lines = PredictionsCsv.Format(scores).Split('\n');

        Assert.Equal("clip,truth,rank_of_truth,top1,score1,top2,score2", lines[0]);
        Assert.Equal("\"a, with \"\"comma\"\"\",sit,1,sit,0.750000,walk,0.250000", lines[1]);
        Assert.Equal("b,,,walk,0.500000,sit,0.500000", lines[2]);
        Assert.Equal("", lines[3]);
    }
}
