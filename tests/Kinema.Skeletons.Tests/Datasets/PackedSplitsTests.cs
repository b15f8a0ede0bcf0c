using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

/// <summary>Splits of packed sets: which may be missing or empty, and parts of sets that lack some.</summary>
public sealed class PackedSplitsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string File => folder.File(PackedDataset.FileName);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_class_that_tests_and_never_trains_is_refused_by_name()
    {
        SkeletonClip[] clips = [Toy.Clip("first", 4, label: 1), Toy.Clip("second", 4, label: 1), Toy.Clip("third", 5, label: 0)];
        PackedDataset.Write(Toy.Dataset(clips, train: 2, null, "sit", "stand"), File);

        Assert.Equal($"{File}: split 'train' has no clip of class 0 (sit), and 'test' has: nothing can learn it",
            Hostile.Refusal(() => DatasetReader.Open(File)));
        Assert.Equal([(FaultSeverity.Error, "missing-class"), (FaultSeverity.Warning, "missing-class")],
            DatasetReader.Examine(File).Faults.Select(fault => (fault.Severity, fault.Kind)));
        Assert.Equal([2], DatasetReader.OpenPart(File).Split("test"));
    }

    [Fact]
    public void A_class_that_is_not_tested_or_that_no_clip_has_is_said_and_no_hindrance()
    {
        SkeletonClip[] clips = [Toy.Clip("first", 4, label: 0), Toy.Clip("second", 4, label: 1), Toy.Clip("third", 5, label: 1)];
        PackedDataset.Write(Toy.Dataset(clips, train: 2, null, "sit", "stand", "fall"), File);

        Assert.Equal(3, DatasetReader.Open(File).Classes.Count);
        Assert.Equal(
            [
                new(FaultSeverity.Warning, "missing-class", $"{File}: split 'test' has no clip of class 0 (sit)"),
                new(FaultSeverity.Note, "missing-class", $"{File}: no clip in 'train' or 'test' is of class 2 (fall)"),
            ], DatasetReader.Examine(File).Faults);
    }

    [Fact]
    public void Many_missing_classes_are_one_line_that_names_the_protocol_where_there_are_several()
    {
        string[] classes = [.. Enumerable.Range(0, 60).Select(i => $"c{i}")];
        SkeletonClip[] clips = [Toy.Clip("first", 4, label: 1), Toy.Clip("second", 4, label: 0), Toy.Clip("third", 4, label: 1)];
        var set = Toy.Dataset(clips, train: 2, null, classes);
        PackedDataset.Write(set, File);
        Assert.Equal(
            [
                $"{File}: split 'test' has no clip of class 0 (c0)",
                $"{File}: no clip in 'train' or 'test' is of 58 classes: 2 (c2), 3 (c3), 4 (c4), 5 (c5), 6 (c6), 7 (c7), 8 (c8), 9 (c9) and 50 more",
            ], DatasetReader.Examine(File).Faults.Select(fault => fault.Message));

        ClipProtocol[] protocols = [new("xview", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [1], ["test"] = [0, 2] }), new("xsub", set.Splits)];
        PackedDataset.Write(
            new ClipDataset
            {
                Name = "toy", Layout = set.Layout, Classes = classes, Clips = clips, Splits = protocols[0].Splits, Protocol = "xview", Protocols = protocols,
            }, File);
        Assert.Equal($"{File}: protocol xview: split 'train' has no clip of class 1 (c1), and 'test' has: nothing can learn it",
            Hostile.Refusal(() => DatasetReader.Open(File)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_class_that_only_some_protocols_never_train_is_a_warning_whichever_comes_first(bool first)
    {
        Divided(first ? [0, 1] : [1], first ? [1] : [0, 1]);
        var bad = first ? "beta" : "alpha";

        var faults = DatasetReader.Examine(File).Faults;

        var why = $"{File}: protocol {bad}: split 'train' has no clip of class 0 (sit), and 'test' has: nothing can learn it";
        Assert.Equal(new DatasetFault(FaultSeverity.Warning, "missing-class", why), Assert.Single(faults));
        Assert.Equal(why, Hostile.Refusal(() => DatasetReader.Open(File, protocol: bad)));
        DatasetReader.Open(File, protocol: first ? "alpha" : "beta");
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_protocol_with_an_empty_split_makes_no_other_usable(bool trains)
    {
        SkeletonClip[] clips = [Toy.Clip("a", 4, label: 0), Toy.Clip("b", 4, label: 1), Toy.Clip("c", 4, label: 0), Toy.Clip("d", 4, label: 1)];
        ClipProtocol[] protocols =
        [
            new("alpha", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [1], ["test"] = [2, 3] }),
            new("beta", new Dictionary<string, IReadOnlyList<int>> { ["train"] = trains ? [0, 1] : [], ["test"] = trains ? [] : [0, 1] }),
        ];
        Write(clips, protocols, "sit", "stand");

        var faults = DatasetReader.Examine(File).Faults;

        Assert.Equal([(FaultSeverity.Error, "missing-class"), (FaultSeverity.Warning, "empty-split")], faults.Select(fault => (fault.Severity, fault.Kind)));
        Assert.Equal(faults[0].Message, Hostile.Refusal(() => DatasetReader.Open(File, protocol: "alpha")));
        Assert.Equal(faults[1].Message, Hostile.Refusal(() => DatasetReader.Open(File, protocol: "beta")));
    }

    [Fact]
    public void A_class_that_no_protocol_trains_is_an_error_of_each()
    {
        Divided([1], [1]);

        Assert.Equal(
            [(FaultSeverity.Error, "alpha"), (FaultSeverity.Error, "beta")],
            DatasetReader.Examine(File).Faults.Select(fault => (fault.Severity, fault.Message.Split("protocol ")[1].Split(':')[0])));
    }

    [Fact]
    public void A_protocol_of_fewer_classes_misses_none_of_the_others_and_is_named_like_any()
    {
        SkeletonClip[] clips = [Toy.Clip("a", 4, label: 0), Toy.Clip("b", 4, label: 1), Toy.Clip("c", 4, label: 0), Toy.Clip("d", 4, label: 1)];
        ClipProtocol[] protocols =
        [
            new("stands", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [1], ["test"] = [3] }, [1]),
            new("sits", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [1], ["test"] = [2, 3] }, [0, 1]),
        ];
        Write(clips, protocols, "sit", "stand", "fall");

        var fault = Assert.Single(DatasetReader.Examine(File).Faults);
        Assert.Equal(FaultSeverity.Warning, fault.Severity);
        Assert.Equal($"{File}: protocol sits: split 'train' has no clip of class 0 (sit), and 'test' has: nothing can learn it", fault.Message);
        Assert.Equal(fault.Message, Hostile.Refusal(() => DatasetReader.Open(File, protocol: "sits")));
    }

    // Two clips of each class, of which the last two test; what trains differs.
    private void Divided(int[] alpha, int[] beta)
    {
        SkeletonClip[] clips = [Toy.Clip("a", 4, label: 0), Toy.Clip("b", 4, label: 1), Toy.Clip("c", 4, label: 0), Toy.Clip("d", 4, label: 1)];
        Write(clips, [.. new[] { ("alpha", alpha), ("beta", beta) }.Select(one =>
            new ClipProtocol(one.Item1, new Dictionary<string, IReadOnlyList<int>> { ["train"] = one.Item2, ["test"] = [2, 3] }))], "sit", "stand");
    }

    private void Write(SkeletonClip[] clips, ClipProtocol[] protocols, params string[] classes) => PackedDataset.Write(
        new ClipDataset
        {
            Name = "toy", Layout = Layouts.NwUcla, Classes = classes, Clips = clips,
            Splits = protocols[0].Splits, Protocol = protocols[0].Name, Protocols = protocols,
        }, File);

    [Fact]
    public void A_set_that_is_not_divided_may_be_examined_and_opened_as_a_part_but_not_trained_on()
    {
        PackedDataset.Write(Toy.Dataset([Toy.Clip("first", 4)], train: 1), File);

        Assert.Equal($"{File}: split 'test' has no clips", Hostile.Refusal(() => DatasetReader.Open(File)));
        Assert.Equal(new DatasetFault(FaultSeverity.Warning, "empty-split", $"{File}: split 'test' has no clips"), Assert.Single(DatasetReader.Examine(File).Faults));
        Assert.Equal([0], DatasetReader.OpenPart(File).Split("train"));
    }

    [Theory, InlineData("a.b"), InlineData("a\nb"), InlineData("a\u0001"), InlineData("\"x\""), InlineData("a\\b"), InlineData("a\U0001F600")]
    [InlineData("the-name-of-a-split-of-33-letters-")]
    public void Names_of_splits_that_have_no_room_are_refused(string name)
    {
        var set = PackedDatasetTests.Small();
        var named = new ClipDataset
        {
            Name = "toy", Layout = set.Layout, Classes = set.Classes, Clips = set.Clips, Splits = new Dictionary<string, IReadOnlyList<int>> { [name] = [0] },
        };

        var why = Hostile.Refusal(() => PackedDataset.Write(named, File));
        Assert.Contains($"protocol official: the split '{OneLine.Of(name)}' cannot be kept", why, StringComparison.Ordinal);
        Assert.Contains("32 bytes of UTF-8 and no dot, quote, backslash, control character or surrogate", why, StringComparison.Ordinal);
    }

    [Fact]
    public void More_splits_than_there_is_room_for_are_refused()
    {
        var set = PackedDatasetTests.Small();
        var divided = new ClipDataset
        {
            Name = "toy", Layout = set.Layout, Classes = set.Classes, Clips = set.Clips,
            Splits = Enumerable.Range(0, 9).ToDictionary(i => $"part-{i}", _ => (IReadOnlyList<int>)[0]),
        };

        Assert.Contains(
            "protocol official has 9 splits (part-0, part-1, part-2 and 6 more); at most 8 fit",
            Hostile.Refusal(() => PackedDataset.Write(divided, File)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_has_outgrown_its_room_is_not_written_over_the_joints()
    {
        using var stream = new MemoryStream();
        using var writer = new PackedWriter(stream, new PackedContent("toy", "none 1", Layouts.NwUcla, ["only"], StoredType.Float32, [("official", null)]));
        writer.Begin();
        writer.Append(Toy.Clip("first", 4));
        var written = stream.ToArray();
        var splits = Enumerable.Range(0, 40).ToDictionary(i => $"a-split-whose-name-is-far-too-long-{i}", _ => (IReadOnlyList<int>)[0]);

        var why = Hostile.Refusal(() => writer.Finish([new ClipProtocol("official", splits)], new Dictionary<string, int>()));

        Assert.StartsWith("toy: its splits and the kinds of clips it lacks take ", why, StringComparison.Ordinal);
        Assert.Equal(written, stream.ToArray());
    }

    [Fact]
    public void A_part_may_lack_a_split_but_not_be_damaged()
    {
        PackedDataset.Write(Toy.Dataset([Toy.Clip("first", 4, label: 1)], train: 0, null, "sit", "stand"), File);
        Assert.Contains("split 'train' has no clips", Assert.Throws<KinemaException>(() => DatasetReader.Open(File)).Message, StringComparison.Ordinal);

        var part = DatasetReader.OpenPart(File);

        Assert.Equal([0], part.Split("test"));
        Assert.Equal(["sit", "stand"], part.Classes);
        Assert.Throws<KinemaException>(() => DatasetReader.OpenPart(File, Layouts.Ntu));
        var unknown = Assert.Throws<KinemaException>(() => DatasetReader.OpenPart(File, protocol: "xview"));
        Assert.Contains("no protocol 'xview'", unknown.Message, StringComparison.Ordinal);
        PackedDataset.Write(Toy.Dataset([Toy.Clip("first", 4, label: 7)], train: 0, null, "sit", "stand"), File);
        Assert.Contains("label 7 is out of range", Assert.Throws<KinemaException>(() => DatasetReader.OpenPart(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_set_without_labels_may_be_opened()
    {
        PackedDataset.Write(Toy.Dataset([Toy.Clip("first", 4, label: -1), Toy.Clip("second", 5, label: -1)], train: 1), File);

        Assert.Equal(2, DatasetReader.Open(File).Clips.Count);
    }
}
