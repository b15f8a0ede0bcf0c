using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Labels;

public sealed class SplitTests
{
    // Four classes of 5, 10, 15 and 20 clips by ten people.
    private static readonly ClipFacts[] Clips =
        [.. Enumerable.Range(0, 4).SelectMany(label => Enumerable.Range(0, 5 * (label + 1)).Select(i => new ClipFacts($"a{label}_{i:00}", label, i % 10 + 1, i % 3 + 1, 1, 0, 0)))];

    private static List<string> Names(SplitAssignment split, string side) => [.. split.Sides.Where(pair => pair.Value == side).Select(pair => pair.Key).Order(StringComparer.Ordinal)];

    [Fact]
    public void By_subject_nobody_is_on_both_sides()
    {
        var split = Assert.Single(SplitAssignment.Make(Clips, new SplitRule { Seed = 3 }));
        var sides = Clips.GroupBy(clip => clip.Subject).Select(group => group.Select(clip => split.Sides[clip.Name]).Distinct().Single()).ToList();

        Assert.Equal((7, 3), (sides.Count(side => side == "train"), sides.Count(side => side == "test")));
        Assert.Equal("subject", split.Name);
    }

    [Fact]
    public void Given_subjects_train()
    {
        var split = SplitAssignment.Make(Clips, new SplitRule { Train = [1, 3, 5] })[0];

        Assert.All(Clips, clip => Assert.Equal(clip.Subject is 1 or 3 or 5 ? "train" : "test", split.Sides[clip.Name]));
    }

    [Fact]
    public void At_random_every_class_has_its_part_on_either_side()
    {
        var split = SplitAssignment.Make(Clips, new SplitRule { By = SplitBy.Random, TrainFraction = 0.8, Seed = 1 })[0];

        Assert.Equal([4, 8, 12, 16], Clips.GroupBy(clip => clip.Label).Select(group => group.Count(clip => split.Sides[clip.Name] == "train")));
    }

    [Theory, InlineData(SplitBy.Random), InlineData(SplitBy.Subject)]
    public void Every_clip_tests_in_one_fold(SplitBy by)
    {
        var folds = SplitAssignment.Make(Clips, new SplitRule { By = by, Folds = 5, Seed = 2 });

        Assert.Equal(["fold-1", "fold-2", "fold-3", "fold-4", "fold-5"], folds.Select(fold => fold.Name));
        Assert.All(Clips, clip => Assert.Single(folds, fold => fold.Sides[clip.Name] == "test"));
        if (by == SplitBy.Random) Assert.All(folds, fold => Assert.Equal(10, Names(fold, "test").Count));
    }

    [Fact]
    public void What_is_drawn_depends_on_the_seed_and_not_on_the_order_of_clips()
    {
        foreach (var by in new[] { SplitBy.Random, SplitBy.Subject })
        {
            var rule = new SplitRule { By = by, Seed = 5 };
            var first = Names(SplitAssignment.Make(Clips, rule)[0], "train");

            Assert.Equal(first, Names(SplitAssignment.Make([.. Clips.Reverse()], rule)[0], "train"));
            Assert.NotEqual(first, Names(SplitAssignment.Make(Clips, rule with { Seed = 6 })[0], "train"));
        }
    }

    // Computed by another program (Philox and Fisher–Yates in Python): every machine must give the same.
    [Fact]
    public void The_draw_of_seed_0_is_as_recorded()
    {
        var sides = SplitAssignment.Make(Clips, new SplitRule())[0].Sides;

        Assert.Equal([1, 2, 5], Clips.Where(clip => sides[clip.Name] == "test").Select(clip => clip.Subject).Distinct().Order());
        Assert.Equal(["a0_01", "a1_04", "a2_09", "a2_13", "a3_00", "a3_16"], LabelFractions.Draw(Clips, 10, seed: 0));
    }

    [Fact]
    public void Fractions_lie_in_each_other_and_have_every_class()
    {
        IReadOnlyList<string> inner = [];
        foreach (var (percent, counts) in new (decimal, int[])[] { (1, [1, 1, 1, 1]), (5, [1, 1, 1, 1]), (10, [1, 1, 2, 2]), (20, [1, 2, 3, 4]), (100, [5, 10, 15, 20]) })
        {
            var names = LabelFractions.Draw(Clips, percent, seed: 4);

            Assert.Equal(counts, Enumerable.Range(0, 4).Select(label => names.Count(name => name.StartsWith($"a{label}"))));
            Assert.Empty(inner.Except(names));
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
            inner = names;
        }
        Assert.NotEqual(LabelFractions.Draw(Clips, 20, seed: 4), LabelFractions.Draw(Clips, 20, seed: 5));
        Assert.Equal(LabelFractions.Draw(Clips, 20, seed: 4), LabelFractions.Draw([.. Clips.Reverse()], 20, seed: 4));
    }

    [Fact]
    public void Lists_and_divisions_are_read_as_they_were_written()
    {
        using var folder = new TemporaryFolder();
        ClipFacts[] odd = [new("b \"x\", y", 0, 1, 0, 0, 0, 0), new("a;#", 0, 2, 0, 0, 0, 0), new(" c", 0, 3, 0, 0, 0, 0)];
        var split = SplitAssignment.Make(odd, new SplitRule { Train = [1] })[0];
        split.Write(folder.File("split-subject.csv"));

        string[] files = [.. LabelFractions.Write(folder.Path, Clips, [0.5m, 5, 10, 100], seed: 4).Select(list => list.File)];

        Assert.Equal(["labels-0.5.txt", "labels-05.txt", "labels-10.txt", "labels-100.txt"], files.Select(path => Path.GetFileName(path)));
        Assert.Equal(LabelFractions.Draw(Clips, 10, seed: 4), LabelFractions.Read(files[2]));
        var list = LabelList.Load(folder.File("split-subject.csv"));            // as data convert --labels reads it
        Assert.All(split.Sides, pair => Assert.Equal(pair.Value, list.Of(pair.Key)?.Split));
    }

    [Theory]
    [InlineData(SplitBy.Random, "1", 0, 0.7, "split: a list of what trains needs a division by subject, camera or setup, not by random")]
    [InlineData(SplitBy.Subject, "1", 3, 0.7, "split: folds are drawn: leave the list of what trains away")]
    [InlineData(SplitBy.Subject, null, 1, 0.7, "split: folds is 2 to 100, or 0 for one division")]
    [InlineData(SplitBy.Subject, null, 11, 0.7, "split by subject: 11 folds of 10 subjects; ask for at most 10")]
    [InlineData(SplitBy.Random, null, 51, 0.7, "split by random: 51 folds of 50 clips; ask for at most 50")]
    [InlineData(SplitBy.Subject, null, 0, 1.0, "split: the part that trains lies between 0 and 1")]
    [InlineData(SplitBy.Subject, null, 0, double.NaN, "split: the part that trains lies between 0 and 1")]
    [InlineData(SplitBy.Subject, "1,44", 0, 0.7, "split by subject: no clip has subject 44; there are 1, 2, 3, 4, 5, 6, 7, 8, 9, 10")]
    [InlineData(SplitBy.Camera, "1,2,3", 0, 0.7, "split by camera: 3 of 3 train; something must train and something test")]
    [InlineData(SplitBy.Setup, null, 0, 0.7, "split by setup: all clips have the same setup; divide them by something else")]
    public void A_rule_that_cannot_be_followed_is_refused(SplitBy by, string? train, int folds, double fraction, string complaint)
    {
        var rule = new SplitRule { By = by, Train = train?.Split(',').Select(int.Parse).ToArray(), Folds = folds, TrainFraction = fraction };

        Assert.Equal(complaint, Assert.Throws<KinemaException>(() => SplitAssignment.Make(Clips, rule)).Message);
    }

    [Fact]
    public void Clips_without_subject_cannot_be_divided_by_it()
    {
        ClipFacts[] clips = [.. Clips, new("stranger", 0, 0, 0, 0, 0, 0)];

        Assert.Equal("split by subject: 1 clips have no subject: stranger; name it in the list of --labels",
            Assert.Throws<KinemaException>(() => SplitAssignment.Make(clips, new SplitRule())).Message);
    }
}
