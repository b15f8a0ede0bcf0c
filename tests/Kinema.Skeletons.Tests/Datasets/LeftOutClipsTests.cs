using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Datasets.Ntu;
using Kinema.Skeletons.Datasets.NwUcla;
using Kinema.Skeletons.Preparation;
using Kinema.Skeletons.Tests.Datasets.Ntu;
using Kinema.Skeletons.Tests.Datasets.PkuMmd;
using Kinema.Skeletons.Tests.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class LeftOutClipsTests : IDisposable
{
    private static readonly byte[] Clip = NtuRaw.Of(13, ("1", 0, 12, frame => NtuRaw.Person(frame))).Bytes();
    private readonly TemporaryFolder folder = new();

    private string File => folder.File("set.safetensors");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_packed_set_says_which_clips_of_the_official_list_it_lacks()
    {
        var files = NwUclaFiles.All();
        files.Remove("a03_s04_e00_v01");
        files.Remove("a06_s04_e00_v03");
        files["a05_s04_e00_v03"] = "{";
        NwUclaFiles.WriteFolder(folder.File("raw"), files);

        using (var source = NwUclaSource.At(folder.File("raw"), NwUclaFiles.List)) ClipPreparation.Run(source, File);

        Assert.Equal(
            [
                (FaultSeverity.Warning, "missing-clip",
                    $"{File}: was packed without 2 clips of its lists, which were not there; get what is missing and pack it again"),
                (FaultSeverity.Warning, "skipped-clip",
                    $"{File}: was packed without clips that could not be used: 1 damaged; packing it again names them"),
            ],
            Faults().Where(fault => fault.Kind.EndsWith("-clip", StringComparison.Ordinal)));
        Assert.Equal(27, DatasetReader.OpenWhole(File).Clips.Count);                      // it can be used as it is
    }

    [Fact]
    public void Clips_that_official_lists_leave_out_are_a_note_and_those_that_are_not_there_a_warning()
    {
        folder.Write("raw/S001C001P001R001A001.skeleton", Clip);
        folder.Write("raw/S001C002P005R002A008.skeleton", Clip);                          // on the list of missing skeletons
        folder.Write("raw/S018C001P042R001A061.skeleton", Clip);                          // of the other set

        using (var source = NtuSource.Open(folder.File("raw"), NtuSet.Ntu60)) ClipPreparation.Run(source, File);

        var faults = Faults();
        Assert.Contains(
            (FaultSeverity.Note, "left-out", $"{File}: was packed without clips that are left out by rule: 1 listed-missing, 1 other-set"), faults);
        Assert.Contains("without 56577 clips of its lists", faults.Single(fault => fault.Kind == "missing-clip").Message, StringComparison.Ordinal);
    }

    // A label file that is not there is an incomplete download; a clip of a name that was there is a mistake in one's own files.
    [Fact]
    public void Recordings_without_a_label_file_and_names_that_come_twice_are_a_warning()
    {
        PkuMmdToy.Write(folder);
        System.IO.File.Delete(folder.File("data/Train_Label_PKU_final/0002-M.txt"));
        using (var source = ClipSources.Open("pku1", folder.Path)) ClipPreparation.Run(source, File);
        Assert.Equal([(FaultSeverity.Warning, "1 label-missing")], Skipped());

        ClipPreparation.Run(new ToySource(40), File);
        Assert.Equal([(FaultSeverity.Warning, "6 repeated-name, 5 damaged")], Skipped());

        IEnumerable<(FaultSeverity, string)> Skipped() =>
            from fault in Faults() where fault.Kind == "skipped-clip" select (fault.Severity, fault.Message.Split("could not be used: ")[1].Split(';')[0]);
    }

    [Fact]
    public void Of_a_part_only_what_is_named_like_it_is_missing()
    {
        folder.Write("raw/S001C001P001R001A001.skeleton", Clip);

        using (var source = new SelectedSource(NtuSource.Open(folder.File("raw"), NtuSet.Ntu60), "S001C001P001R00?A00?")) ClipPreparation.Run(source, File);

        Assert.Equal([("absent", 17)], DatasetReader.OpenWhole(File).LeftOut.Select(kind => (kind.Key, kind.Value)));       // of 2 × 9
    }

    [Fact]
    public void A_whole_set_has_nothing_to_say()
    {
        NwUclaFiles.WriteFolder(folder.File("raw"), NwUclaFiles.All());

        using (var source = NwUclaSource.At(folder.File("raw"), NwUclaFiles.List)) ClipPreparation.Run(source, File);

        Assert.Empty(DatasetReader.OpenWhole(File).LeftOut);
        Assert.Empty(DatasetReader.Examine(File).Faults);
    }

    [Fact]
    public void What_is_missing_stays_known_under_another_protocol_written_anew_and_with_other_joints()
    {
        ClipPreparation.Run(new ToySource(40), File);
        var set = DatasetReader.OpenWhole(File);
        Assert.Equal([("damaged", 5), ("listed-missing", 1), ("repeated-name", 6)], Counts(set));

        Assert.Equal(Counts(set), Counts(set.Under("seconds")));
        var some = set.Split("train").Select(index => set.Clips[index]).DistinctBy(clip => clip.Label).Select(clip => clip.Name);
        Assert.Equal(Counts(set), Counts(set.Only("train", [.. some], "list")));
        PackedDataset.Write(set, folder.File("again.safetensors"));
        Assert.Equal(Counts(set), Counts(DatasetReader.OpenWhole(folder.File("again.safetensors"))));
        using (var source = ForeignFiles.Open(File, new() { To = "h36m-17" })) ClipPreparation.Run(source, folder.File("mapped.safetensors"));
        Assert.Equal(Counts(set), Counts(DatasetReader.OpenWhole(folder.File("mapped.safetensors"))));

        static IEnumerable<(string, int)> Counts(ClipDataset set) => set.LeftOut.OrderBy(kind => kind.Key).Select(kind => (kind.Key, kind.Value));
    }

    [Fact]
    public void A_set_packed_before_there_was_such_an_entry_opens_as_before()
    {
        ClipPreparation.Run(new ToySource(9), File);
        var checksum = DatasetReader.OpenWhole(File).Checksum;

        Rewrite(metadata => metadata.Remove("left-out"));

        Assert.Equal(checksum, DatasetReader.OpenWhole(File).Checksum);
        Assert.Empty(DatasetReader.OpenWhole(File).LeftOut);
        Assert.Empty(DatasetReader.Examine(File).Faults);
    }

    [Theory]
    [InlineData("many"), InlineData("[1]"), InlineData("null"), InlineData("{\"damaged\":-1}"), InlineData("{\"\":1}"), InlineData("{\"damaged\":1e20}")]
    public void An_entry_that_is_no_count_of_clips_is_refused(string text)
    {
        ClipPreparation.Run(new ToySource(9), File);
        Rewrite(metadata => metadata["left-out"] = text);

        Assert.Equal($"{File}: its metadata entry 'left-out' does not say how many clips of which kind were left out",
            Hostile.Refusal(() => DatasetReader.OpenWhole(File)));
    }

    [Fact]
    public void More_kinds_than_have_room_are_refused_when_the_file_is_opened_and_those_that_have_can_be_written_again()
    {
        ClipPreparation.Run(new ToySource(9), File);
        Rewrite(metadata => metadata["left-out"] = Kinds(200));
        Assert.Equal($"{File}: its metadata entry 'left-out' has more kinds of clips, or longer ones, than the 1024 bytes kept for them hold",
            Hostile.Refusal(() => DatasetReader.OpenWhole(File)));
        Rewrite(metadata => metadata["left-out"] = $"{{\"{new string('a', 1100)}\":1}}");
        Hostile.Refusal(() => DatasetReader.OpenWhole(File));

        Rewrite(metadata => metadata["left-out"] = Kinds(25));
        PackedDataset.Write(DatasetReader.OpenWhole(File), folder.File("again.safetensors"));
        Assert.Equal(25, DatasetReader.OpenWhole(folder.File("again.safetensors")).LeftOut.Count);

        // What is made of its clips may lack others: those of before are one kind then.
        using (var source = ForeignFiles.Open(File, new() { Scale = 2 })) ClipPreparation.Run(source, folder.File("scaled.safetensors"));
        Assert.Equal(25_000_000, Assert.Single(DatasetReader.OpenWhole(folder.File("scaled.safetensors")).LeftOut, kind => kind.Key == "others").Value);

        static string Kinds(int count) => $"{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"a-long-kind-{i:000}\":1000000"))}}}";
    }

    [Fact]
    public void A_count_beyond_all_counting_stays_what_it_is()
    {
        ClipPreparation.Run(new ToySource(9), File);
        Rewrite(metadata => metadata["left-out"] = $"{{\"damaged\":{int.MaxValue}}}");
        using var source = ForeignFiles.Open(File, new() { To = "h36m-17" });

        Assert.Equal(int.MaxValue, LeftOutClips.Of(source, [new SkippedClip("a", "damaged", "cut off")])["damaged"]);
    }

    // Severity, kind and message of what is wrong with the file.
    private List<(FaultSeverity Severity, string Kind, string Message)> Faults() =>
        [.. DatasetReader.Examine(File).Faults.Select(fault => (fault.Severity, fault.Kind, fault.Message))];

    private void Rewrite(Action<Dictionary<string, string>> change)
    {
        List<StoredTensor> tensors;
        Dictionary<string, string> metadata;
        using (var file = SafeTensorsFile.Open(File))
            (tensors, metadata) = ([.. file.Names.Select(file.Read)], new Dictionary<string, string>(file.Metadata));
        change(metadata);
        SafeTensors.Write(File, tensors, metadata);
    }
}
