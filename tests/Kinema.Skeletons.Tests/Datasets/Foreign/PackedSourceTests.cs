using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Foreign;

public sealed class PackedSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_set_that_was_changed_is_not_written_anew_and_where_it_is_only_read_that_is_told()
    {
        var file = folder.File("changed.safetensors");
        PackedDataset.Write(Ntu(), file);
        var bytes = File.ReadAllBytes(file);
        bytes[8 + BitConverter.ToInt32(bytes)] ^= 1;                            // the first coordinate, behind the header and its length
        File.WriteAllBytes(file, bytes);

        Assert.Contains("its content has changed since it was written", Hostile.Refusal(() => ForeignFiles.Open(file, new() { Scale = 2 })), StringComparison.Ordinal);
        using var source = PackedSource.AsItIs(file);
        Assert.StartsWith($"{file}: its content has changed since it was written", source.Doubt, StringComparison.Ordinal);
        Assert.Equal(Ntu().Clips.Count, source.Items.Count);
    }

    [Theory, InlineData("nw-ucla"), InlineData("h36m-17")]
    public void A_packed_set_of_NTU_gets_other_joints_and_keeps_all_else(string to)
    {
        var set = Ntu();
        PackedDataset.Write(set, folder.File("ntu/clips.safetensors"));

        using (var source = ForeignFiles.Open(folder.File("ntu"), new() { To = to }))
            ClipPreparation.Run(source, folder.File("mapped.safetensors"));

        var mapped = DatasetReader.OpenWhole(folder.File("mapped.safetensors"));
        Assert.Equal((set.Name, to, StoredType.Float32), (mapped.Name, mapped.Layout.Name, mapped.Precision));
        Assert.Matches("^ctr-gcn 1, from ntu [0-9a-f]{8}$", mapped.Preparation);
        Assert.Equal(set.Classes, mapped.Classes);
        Assert.Equal(set.Clips.Select(ClipFacts.Of), mapped.Clips.Select(ClipFacts.Of));
        Assert.Equal(
            set.Protocols.Select(protocol => (protocol.Name, string.Join(',', protocol.Classes ?? []), Members(protocol))),
            mapped.Protocols.Select(protocol => (protocol.Name, string.Join(',', protocol.Classes ?? []), Members(protocol))));
        var map = LayoutMap.Between(Layouts.Ntu, Layouts.Get(to));
        Assert.All(set.Clips.Zip(mapped.Clips), pair =>
            Assert.All(map.Apply(pair.First).Coordinates.ToArray().Zip(pair.Second.Coordinates.ToArray()), value => Assert.Equal(value.First, value.Second, 1e-5)));
        Assert.DoesNotContain(DatasetReader.Examine(folder.File("mapped.safetensors")).Faults, fault => fault.Severity == FaultSeverity.Error);

        static string Members(ClipProtocol protocol) =>
            string.Join(';', protocol.Splits.OrderBy(split => split.Key, StringComparer.Ordinal).Select(split => $"{split.Key} {string.Join(',', split.Value)}"));
    }

    [Fact]
    public void A_packed_set_is_scaled_and_may_get_another_name()
    {
        PackedDataset.Write(Ntu(), folder.File("ntu.safetensors"), StoredType.Float64);

        using var source = ForeignFiles.Open(folder.File("ntu.safetensors"), new() { Scale = 0.5, Name = "half" });

        Assert.Equal(("half", "ctr-gcn 1, scale 0.5", StoredType.Float64), (source.Name, source.Preparation, source.Precision));
        Assert.Equal(Ntu().Clips[0].Coordinates[7] / 2, ClipCollection.Of(source).Clips[0].Coordinates[7]);
    }

    [Fact]
    public void What_would_change_nothing_is_refused_and_so_is_a_damaged_set()
    {
        var path = folder.File("ntu.safetensors");
        PackedDataset.Write(Ntu(), path);

        Assert.Contains("is a packed set already; say what it is to become: --to LAYOUT", Hostile.Refusal(() => ForeignFiles.Open(path), ExitCode.Usage));
        Assert.Contains("its layout is ntu already", Hostile.Refusal(() => ForeignFiles.Open(path, new() { To = "ntu" }), ExitCode.Usage));
        Assert.Contains("no map from layout ntu to coco-17", Hostile.Refusal(() => ForeignFiles.Open(path, new() { To = "coco-17" }), ExitCode.Usage));
        PackedDataset.Write(Toy.Dataset([Toy.Clip("a", 2, label: 9)], train: 1), path);
        Assert.Contains("label 9 is out of range", Hostile.Refusal(() => ForeignFiles.Open(path, new() { To = "h36m-17" })));
        File.WriteAllText(path, "no safetensors");
        Assert.Contains(path, Hostile.Refusal(() => ForeignFiles.Open(path, new() { To = "h36m-17" })));
    }

    [Fact]
    public void A_clip_on_two_sides_of_a_protocol_is_refused_by_name()
    {
        var set = Toy.Dataset([Toy.Clip("a", 2), Toy.Clip("b", 2)], train: 1);
        var both = new ClipDataset
        {
            Name = "toy", Layout = set.Layout, Classes = set.Classes, Clips = set.Clips,
            Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1], ["test"] = [1] },
        };
        PackedDataset.Write(both, folder.File("a.safetensors"));

        Assert.Contains("clip b is in two splits of the protocol official",
            Hostile.Refusal(() => ForeignFiles.Open(folder.File("a.safetensors"), new() { To = "h36m-17" })));
    }

    [Fact]
    public void A_folder_that_also_holds_the_files_a_set_was_made_of_means_those()
    {
        PackedDataset.Write(Ntu(), folder.File("clips.safetensors"));
        Assert.Equal(ForeignKind.PackedSet, ForeignFiles.Recognise(folder.Path));

        folder.Write("gestures.csv", "clip,frame\n");
        Assert.Null(ForeignFiles.Recognise(folder.Path));
        Assert.Equal(ForeignKind.PackedSet, ForeignFiles.Recognise(folder.File("clips.safetensors")));
    }

    [Theory, InlineData("a/b/wave.json"), InlineData("walk.bvh"), InlineData("clips/S001C001P001R001A999.json"), InlineData("a.tsv")]
    [InlineData("train/S001C001P001R001A001.json"), InlineData("S001C001P001R001A001.json"), InlineData("clips/train/S001C001P001R001A001.json")]
    public void Clips_at_any_depth_beside_a_set_are_meant(string clip)
    {
        PackedDataset.Write(Ntu(), folder.File("clips.safetensors"));
        folder.Write(clip, "{}");

        Assert.Null(ForeignFiles.Recognise(folder.Path));
    }

    [Theory, InlineData(".hidden/wave.json"), InlineData("readme.txt"), InlineData("labels-10.txt"), InlineData("page.html")]
    public void What_is_no_clip_does_not_hide_the_set_it_lies_beside(string other)
    {
        PackedDataset.Write(Ntu(), folder.File("clips.safetensors"));
        folder.Write(other, "S001C001P001R001A001\n");

        Assert.Equal(ForeignKind.PackedSet, ForeignFiles.Recognise(folder.Path));
    }

    [Fact]
    public void The_lists_and_samples_that_Kinema_writes_of_a_set_do_not_hide_it()
    {
        PackedDataset.Write(Ntu(), folder.File("clips.safetensors"));
        ClipTable.Write(Ntu(), folder.File("lists/all.csv"));
        SplitAssignment.Make([.. Ntu().Clips.Select(ClipFacts.Of)], new SplitRule { By = SplitBy.Subject, Train = [1] })[0].Write(folder.File("subject.csv"));
        ClipJsonWriter.Write(Ntu().Clips[0], Layouts.Ntu, folder.File("clips/S001C001P001R001A001.json"));

        Assert.Equal(ForeignKind.PackedSet, ForeignFiles.Recognise(folder.Path));

        folder.Write("gestures/all.csv", "clip,frame,joint,x,y,z\n");
        Assert.Null(ForeignFiles.Recognise(folder.Path));
    }

    [Fact]
    public void Samples_are_told_by_the_names_in_the_set_alone_and_by_their_folder()
    {
        PackedDataset.Write(Toy.Dataset([Toy.Clip("wave", 2, label: 9)], train: 1), folder.File("clips.safetensors"));
        folder.Write("clips/wave.json", "{}");
        Assert.Equal(ForeignKind.PackedSet, ForeignFiles.Recognise(folder.Path));                // though none of its clips can be had
        Assert.Equal(folder.File("clips"), SampleClips.FolderIn(folder.Path));
        Assert.Null(SampleClips.FolderIn(folder.File("clips.safetensors")));

        PackedDataset.Write(Toy.Dataset([Toy.Clip("clips/wave", 2), Toy.Clip("wave", 2)], train: 1), folder.File("clips.safetensors"));
        Assert.Null(ForeignFiles.Recognise(folder.Path));                                        // it was made of this very file
    }

    [Fact]
    public void A_damaged_set_is_no_reason_to_leave_the_clips_below_it_aside()
    {
        folder.Write("clips.safetensors", "no safetensors");
        folder.Write("clips/wave.json", "{}");

        Assert.Null(ForeignFiles.Recognise(folder.Path));
    }

    // Two people in one clip, of whom the second comes late; a protocol of one class.
    private static ClipDataset Ntu()
    {
        var pair = Toy.Clip("S001C001P001R001A050", 5, Layouts.Ntu, label: 1, persons: 2).Coordinates.ToArray();
        Array.Clear(pair, 5 * 75, 2 * 75);
        SkeletonClip[] clips =
        [
            Toy.Clip("S001C001P001R001A001", 4, Layouts.Ntu),
            new SkeletonClip("S001C001P001R001A050", 5, 25, 2, pair) { Label = 1, Subject = 1, Camera = 2, Setup = 3 },
            Toy.Clip("S001C002P002R001A001", 6, Layouts.Ntu, seed: 2), Toy.Clip("S001C002P002R001A050", 3, Layouts.Ntu, label: 1, seed: 3),
        ];
        ClipProtocol[] protocols =
        [
            new("xsub", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1], ["test"] = [2, 3] }),
            new("second", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [3], ["test"] = [1] }, [1]),
        ];
        return new ClipDataset
        {
            Name = "ntu60", Preparation = "ctr-gcn 1", Layout = Layouts.Ntu, Classes = ["drink", "punch"], Clips = clips,
            Splits = protocols[0].Splits, Protocol = "xsub", Protocols = protocols,
        };
    }
}
