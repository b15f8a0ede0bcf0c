using Kinema.Evaluation;
using Kinema.Storage;

namespace Kinema.Tests.Evaluation;

public class EvaluationResultTests
{
    [Theory, InlineData(40, 3, 1), InlineData(97, 10, 2), InlineData(64, 7, 3)]
    public void Every_metric_agrees_with_a_plain_loop_that_sorts_each_row(int clips, int classes, int seed)
    {
        var scores = Toy.Scores(clips, classes, seed);

        var actual = EvaluationResult.Of(scores);

        var confusion = new int[classes, classes];
        int top1 = 0, top5 = 0;
        var loss = 0.0;
        for (var n = 0; n < clips; n++)
        {
            var row = scores.Row(n).ToArray().Select(x => (double)x).ToArray();
            var order = Enumerable.Range(0, classes).ToList();
            order.Sort((a, b) => row[a] != row[b] ? row[b].CompareTo(row[a]) : a.CompareTo(b));
            var label = scores.Labels[n];
            confusion[label, order[0]]++;
            if (order[0] == label) { top1++; }
            if (order.Take(5).Contains(label)) { top5++; }
            loss -= Math.Log(Math.Exp(row[label]) / row.Sum(Math.Exp));
        }
        var recalls = Enumerable.Range(0, classes)
            .Select(k => (Right: confusion[k, k], All: Enumerable.Range(0, classes).Sum(j => confusion[k, j])))
            .Where(c => c.All > 0).Select(c => (double)c.Right / c.All).ToArray();
        Assert.Equal((clips, top1, top5), (actual.Count, actual.Correct, actual.CorrectTop5));
        Assert.Equal(recalls.Average(), actual.BalancedAccuracy, 12);
        Assert.Equal(loss / clips, actual.CrossEntropy, 10);
        for (var truth = 0; truth < classes; truth++)
        {
            for (var k = 0; k < classes; k++) { Assert.Equal(confusion[truth, k], actual.Confusion(truth, k)); }
        }
    }

    [Fact]
    public void Of_equal_logits_the_first_class_is_predicted_and_the_fifth_place_is_the_last_hit()
    {
        var flat = new float[7];
        var scores = Toy.Table("joint", ("first", 0, flat), ("fifth", 4, flat), ("sixth", 5, flat));

        var result = EvaluationResult.Of(scores);

        Assert.Equal((1, 2), (result.Correct, result.CorrectTop5));
        Assert.Equal(3, Enumerable.Range(0, 7).Sum(truth => result.Confusion(truth, 0)));
    }

    [Fact]
    public void A_class_no_clip_has_is_reported_with_support_zero_and_left_out_of_the_balanced_accuracy()
    {
        var scores = Toy.Table("joint", ("a", 0, [1, 0, 0]), ("b", 0, [1, 0, 0]), ("c", 0, [0, 1, 0]), ("d", 1, [0, 1, 0]));

        var result = EvaluationResult.Of(scores);

        Assert.Equal(0, result.Classes[2].Support);
        Assert.Null(result.Classes[2].Accuracy);
        Assert.Equal((2 / 3.0 + 1) / 2, result.BalancedAccuracy, 12);
        Assert.Equal(0.75, result.Top1);
    }

    [Fact]
    public void The_most_confused_pairs_come_by_count_then_by_share_of_their_class()
    {
        var scores = Toy.Table("joint",
            ("a", 0, [0, 1, 0]), ("b", 0, [0, 1, 0]), ("c", 1, [1, 0, 0]), ("d", 1, [0, 1, 0]), ("e", 2, [1, 0, 0]), ("f", 0, [1, 0, 0]));

        var pairs = EvaluationResult.Of(scores).MostConfused(5);

        Assert.Equal([new ConfusedPair(0, 1, 2, 3), new ConfusedPair(2, 0, 1, 1), new ConfusedPair(1, 0, 1, 2)], pairs);
        Assert.Equal(2 / 3.0, pairs[0].Share, 12);
    }

    [Fact]
    public void A_large_logit_does_not_overflow_the_cross_entropy()
    {
        var scores = Toy.Table("joint", ("a", 0, [1000, 0]), ("b", 1, [1000, 0]));

        Assert.Equal(500, EvaluationResult.Of(scores).CrossEntropy, 9);
    }

    [Fact]
    public void Copies_of_training_clips_are_counted_and_the_others_evaluated_apart()
    {
        var scores = Toy.Table("joint", ("a", 0, [1, 0]), ("b", 0, [0, 1]), ("c", 1, [0, 1]), ("d", 1, [1, 0]));

        var evaluation = SplitEvaluation.Of(scores, new HashSet<string> { "a", "c", "not in this split" });

        Assert.Equal(2, evaluation.Copies);
        Assert.Equal((2, 4), (evaluation.All.Correct, evaluation.All.Count));
        Assert.Equal((0, 2), (evaluation.WithoutCopies!.Correct, evaluation.WithoutCopies.Count));
        Assert.Null(SplitEvaluation.Of(scores).WithoutCopies);
        Assert.Null(SplitEvaluation.Of(scores, new HashSet<string> { "a", "b", "c", "d" }).WithoutCopies);
    }

    [Fact]
    public void A_clip_without_a_label_is_refused_by_name()
    {
        var error = Assert.Throws<KinemaException>(() => EvaluationResult.Of(Toy.Table("joint", ("a", 0, [1, 0]), ("lost", -1, [1, 0]))));

        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.Contains("clip lost", error.Message);
    }

    [Fact]
    public void A_mask_that_leaves_no_clip_is_refused() =>
        Assert.Contains("no clip", Assert.Throws<KinemaException>(() => EvaluationResult.Of(Toy.Scores(4, 3, 1), _ => false)).Message);
}
