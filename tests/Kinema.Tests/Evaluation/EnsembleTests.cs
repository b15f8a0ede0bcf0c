using Kinema.Evaluation;
using Kinema.Storage;

namespace Kinema.Tests.Evaluation;

public class EnsembleTests
{
    [Fact]
    public void Fused_logits_are_the_weighted_sum_of_the_raw_ones()
    {
        var joint = Toy.Scores(12, 4, seed: 1, "joint");
        var bone = Toy.Scores(12, 4, seed: 2, "bone");

        var fused = Ensemble.Fuse([joint, bone], [0.6, 0.25]);

        Assert.Equal("joint+bone", fused.Stream);
        for (var n = 0; n < 12; n++)
        {
            for (var k = 0; k < 4; k++) { Assert.Equal(0.6 * joint.Row(n)[k] + 0.25 * bone.Row(n)[k], fused.Row(n)[k], 6); }
        }
    }

    [Fact]
    public void Clips_meet_by_name_whatever_the_order_of_the_second_table()
    {
        var joint = Toy.Table("joint", ("a", 0, [1, 0]), ("b", 1, [0, 2]));
        var bone = Toy.Table("bone", ("b", 1, [10, 20]), ("a", 0, [30, 40]));

        Assert.Equal([31, 40, 10, 22], Ensemble.Fuse([joint, bone], [1, 1]).Logits.ToArray());
    }

    [Fact]
    public void A_clip_that_only_one_stream_holds_is_named_with_its_stream()
    {
        var joint = Toy.Table("joint", ("a", 0, [1, 0]), ("b", 1, [0, 2]));
        var shorter = Toy.Table("bone", ("a", 0, [1, 0]));

        Assert.Contains("clip b is only in 'joint'", Refusal(joint, shorter));
        Assert.Contains("clip b is only in 'joint'", Refusal(shorter, joint));
    }

    [Fact]
    public void Labels_that_differ_are_named_with_the_clip_and_both_values() =>
        Assert.Contains("clip b has label 1 in the one and 0 in the other", Refusal(
            Toy.Table("joint", ("a", 0, [1, 0]), ("b", 1, [0, 2])), Toy.Table("bone", ("a", 0, [1, 0]), ("b", 0, [0, 2]))));

    [Fact]
    public void Class_lists_that_differ_are_refused() =>
        Assert.Contains("class lists differ", Refusal(Toy.Table("joint", ("a", 0, [1, 0])), Toy.Table("bone", ("a", 0, [1, 0, 0]))));

    [Fact]
    public void A_name_that_occurs_twice_is_refused_because_it_cannot_be_matched() =>
        Assert.Contains("scores clip a twice", Refusal(
            Toy.Table("joint", ("a", 0, [1, 0]), ("b", 1, [0, 2])), Toy.Table("bone", ("a", 0, [1, 0]), ("a", 0, [0, 2]))));

    [Fact]
    public void Every_subset_of_four_streams_appears_once_singles_first()
    {
        string[] streams = ["joint", "bone", "joint-motion", "bone-motion"];
        var tables = streams.Select((stream, s) => Toy.Scores(20, 5, s, stream)).ToArray();

        var rows = Ensemble.Subsets(tables, FusionRule.CtrGcn);

        Assert.Equal(15, rows.Select(row => string.Join('+', row.Streams)).Distinct().Count());
        Assert.Equal(streams, rows.Take(4).Select(row => row.Streams.Single()));
        Assert.Equal(streams, rows[^1].Streams);
        Assert.Equal([0.6, 0.6, 0.4, 0.4], rows[^1].Weights);
        var three = rows.Single(row => row.Streams.SequenceEqual(["joint", "bone", "joint-motion"]));
        var expected = EvaluationResult.Of(Ensemble.Fuse([tables[0], tables[1], tables[2]], [0.6, 0.6, 0.4]));
        Assert.Equal(expected.Correct, three.Result.All.Correct);
    }

    [Theory]
    [InlineData("ctr-gcn", new[] { 0.6, 0.6, 0.4, 0.4 }), InlineData("blockgcn-ntu", new[] { 0.6, 0.7, 0.35, 0.2 }), InlineData("infogcn", new[] { 1.5, 1.5, 1, 1 })]
    [InlineData("blockgcn-nw-ucla", new[] { 0.7, 0.5, 0.6, 0.2 }), InlineData("hyperformer-ntu", new[] { 0.4, 0.6, 0.2, 0.2 })]
    [InlineData("hyperformer-nw-ucla", new[] { 0.4, 0.4, 0.3, 0.2 }), InlineData("pyskl", new double[] { 2, 2, 1, 1 })]
    public void Fixed_weights_are_those_of_their_source(string rule, double[] weights)
    {
        Assert.Equal(weights, FusionRule.Get(rule).For(["joint", "bone", "joint-motion", "bone-motion"]));
        Assert.Equal([1.0, 1.0], FusionRule.Get(rule).For(["joint", "bone"]));
        Assert.Equal([0.5, 1.0], FusionRule.Get(rule).For(["bone", "joint"], boneFactor: 0.5));
    }

    [Fact]
    public void Unknown_weights_are_refused_with_the_list_of_known_ones() =>
        Assert.Contains("ctr-gcn, blockgcn-ntu", Assert.Throws<KinemaException>(() => FusionRule.Get("best")).Message);

    [Fact]
    public void The_same_stream_twice_has_no_subset_table() =>
        Assert.Contains("both of stream 'joint'", Assert.Throws<KinemaException>(
            () => Ensemble.Subsets([Toy.Scores(5, 3, 1), Toy.Scores(5, 3, 2)], FusionRule.CtrGcn)).Message);

    [Fact]
    public void A_tuned_search_is_repeatable_never_below_equal_weights_and_says_what_it_was_tuned_on()
    {
        ScoreTable[] tables = [Toy.Scores(60, 5, 1, "joint"), Toy.Scores(60, 5, 2, "bone"), Toy.Scores(60, 5, 3, "joint-motion")];

        var (first, again) = (TunedEnsemble.Search(tables, seed: 4, tries: 50), TunedEnsemble.Search(tables, seed: 4, tries: 50));

        Assert.Equal(first.Row.Weights, again.Row.Weights);
        Assert.True(first.Row.Result.All.Correct >= EvaluationResult.Of(Ensemble.Fuse(tables, [1, 1, 1])).Correct);
        Assert.All(first.Row.Weights, weight => Assert.InRange(weight, 0.2, 1.2));
        Assert.Contains("tuned on the labels of split 'test' (50 tried)", first.Warning);
    }

    private static string Refusal(ScoreTable first, ScoreTable second) =>
        Assert.Throws<KinemaException>(() => Ensemble.Fuse([first, second], [1, 1])).Message;
}
