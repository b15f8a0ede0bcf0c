using System.IO.Compression;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Conversion;

public sealed class ConvertSourcesTests : IDisposable
{
    private const string Header = "shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\n";
    private readonly TemporaryFolder folder = new();
    private readonly string arm;

    public ConvertSourcesTests() => arm = folder.Write("arm.yaml", Toy.Arm.Yaml);

    public void Dispose() => folder.Dispose();

    private string Set => folder.File("set");

    private void Write(string name, string text) => folder.Write($"set/{name}", text);

    private ConvertOptions Arm => new() { Layout = arm };

    private static string Table(double x, int frames = 2) => Header + string.Concat(Enumerable.Repeat($"{x},2,3,4,5,6\n", frames));

    private static KinemaException Refused(string path, ConvertOptions options) => Assert.Throws<KinemaException>(() =>
    {
        using var source = ConvertSources.Open(path, options);
        using var reader = source.Open();
        for (var item = 0; item < source.Items.Count; item++) reader.Read(item);
    });

    [Fact]
    public void Labels_in_the_files_that_make_no_classes_are_left_aside_where_none_are_asked()
    {
        foreach (var label in (int[])[1, 4, 10]) Write($"{label}.csv", "label," + Header + $"{label},1,2,3,4,5,6\n");

        Assert.Contains("3 labels from 1 to 10, without 2", Refused(Set, Arm).Message, StringComparison.Ordinal);
        using var source = ConvertSources.Open(Set, Arm with { Unlabelled = true });
        using var reader = source.Open();
        Assert.All(Enumerable.Range(0, 3), item => Assert.Equal(-1, Assert.Single(reader.Read(item).Clips).Label));
        Assert.EndsWith("; as --unlabelled was given, the labels in the files are left aside", source.Remarks[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_tables_takes_its_labels_from_the_folders()
    {
        Write("wave/one.csv", Table(1));
        Write("wave/two.csv", Table(2));
        Write("sit/one.csv", Table(3));
        Write("readme.txt", "not a clip");
        Write(".hidden/three.csv", "nor this");

        using var source = ConvertSources.Open(Set, Arm with { LabelFrom = "folder" });
        var clips = ClipCollection.Of(source).Clips;

        Assert.Equal(["sit", "wave"], source.Classes);
        Assert.Equal([("sit/one", 0), ("wave/one", 1), ("wave/two", 1)], clips.Select(clip => (clip.Name, clip.Label)));
        Assert.Equal(("set", "all", "arm"), (source.Name, source.Protocols.Single().Name, source.Layout.Name));
        Assert.Equal([3, 2, 0, 3, 4, 0], clips[0].Coordinates[..6]);
        Assert.All(source.Items, item => Assert.True(item.Bytes > 50));
    }

    [Fact]
    public void A_set_that_is_not_divided_is_divided_later()
    {
        for (var i = 1; i <= 4; i++) Write($"{i}.csv", Table(i));
        folder.Write("labels.csv", "clip,label,subject\n1,sit,1\n2,wave,1\n3,sit,2\n4,wave,2\n");
        using (var source = ConvertSources.Open(Set, Arm with { Labels = folder.File("labels.csv") }))
            ClipPreparation.Run(source, folder.File("out.safetensors"));

        var set = DatasetReader.OpenPart(folder.File("out.safetensors"));
        var split = SplitAssignment.Make([.. set.Clips.Select(ClipFacts.Of)], new SplitRule { Train = [1] })[0];

        Assert.Equal(("all", 4), (set.Protocol, set.Split("train").Count));
        Assert.Equal(2, split.Sides.Values.Count(side => side == "test"));
    }

    [Fact]
    public void A_zip_gives_the_same_as_its_folder()
    {
        Write("a1_s1.csv", Table(1));
        Write("a2_s2.csv", Table(2));
        ZipFile.CreateFromDirectory(Set, folder.File("set.zip"));
        var options = Arm with { LabelFrom = @"a(?<label>\d)_s(?<subject>\d)", Split = new SplitRule { Train = [1] } };

        using var unpacked = ConvertSources.Open(Set, options);
        using var zipped = ConvertSources.Open(folder.File("set.zip"), options);

        Assert.Equal(ClipCollection.Of(unpacked).ToDataset(unpacked).Checksum, ClipCollection.Of(zipped).ToDataset(zipped).Checksum);
        Assert.Contains(unpacked.Faults, fault => fault.Kind == "labels-from-1");
        Assert.Equal(2, unpacked.Faults.Count(fault => fault.Kind == "missing-class"));
    }

    [Fact]
    public void One_table_of_many_clips_brings_labels_subjects_and_its_official_division()
    {
        Write("all.csv", "clip,frame,label,subject,split," + Header + "a,0,wave,ann,train,1,2,3,4,5,6\nb,0,sit,ben,Testing,1,2,3,4,5,6\nc,0,sit,ann,,1,2,3,4,5,6\n");

        using var source = ConvertSources.Open(folder.File("set/all.csv"), Arm);
        var set = ClipCollection.Of(source).ToDataset(source);

        Assert.Equal("official", source.Protocols.Single().Name);
        Assert.Equal([1, 0, 0], set.Clips.Select(clip => clip.Label));
        Assert.Equal([1, 2, 1], set.Clips.Select(clip => clip.Subject));
        Assert.Equal([0], set.Split("train"));
        Assert.Equal([1], set.Split("test"));
        Assert.Contains(source.Faults, fault => fault is { Kind: "no-split", Severity: FaultSeverity.Note });
        Assert.Contains(source.Faults, fault => fault.Kind == "numbered" && fault.Message.Contains("ann is 1, ben is 2"));
    }

    [Fact]
    public void A_list_comes_before_names_and_names_before_files()
    {
        Write("s7_a.csv", "label,camera," + Header + "from-file,3,1,2,3,4,5,6\n");
        var labels = folder.Write("labels.csv", "clip,label\ns7_a,from-list\n");

        using var source = ConvertSources.Open(Set, Arm with { Labels = labels, LabelFrom = @"s(?<subject>\d)_(?<label>\w+)" });
        using var alone = ConvertSources.Open(Set, Arm);

        Assert.Equal(new ClipFacts("s7_a", 0, 7, 0, 0, 1, 1), ClipFacts.Of(Assert.Single(ClipCollection.Of(source).ToDataset(source).Clips)));
        Assert.Equal(["from-list"], source.Classes);
        Assert.Equal(["from-file"], alone.Classes);
        Assert.Equal(3, ClipCollection.Of(alone).ToDataset(alone).Clips[0].Camera);
    }

    [Fact]
    public void Frames_in_files_of_their_own_are_put_together()
    {
        static string Frame(double x) => $$"""{"version": 1.3, "people": [{"pose_keypoints_2d": [{{x}},2,0.9,3,4,0.9,5,6,0.9]}]}""";
        Write("wave/v1_000000000010_keypoints.json", Frame(10));
        Write("wave/v1_000000000009_keypoints.json", Frame(9));
        Write("wave/v1_000000000011_keypoints.json", """{"people": []}""");
        Write("sit/v2_000000000000_keypoints.json", Frame(1));

        using var source = ConvertSources.Open(Set, Arm with { LabelFrom = "folder" });
        var clips = ClipCollection.Of(source).Clips;

        Assert.Equal(["sit/v2", "wave/v1"], clips.Select(clip => clip.Name));
        Assert.Equal([9, 10], Enumerable.Range(0, 2).Select(frame => clips[1].Coordinates[frame * 9]));
    }

    [Fact]
    public void A_folder_whose_files_repeat_its_name_is_a_clip_of_that_name_alone()
    {
        const string frame = """{"people": [{"pose_keypoints_2d": [1,2,0.9,3,4,0.9,5,6,0.9]}]}""";
        Write("S001/S001_000000000000_keypoints.json", frame);
        Write("S001/S001_000000000001_keypoints.json", frame);
        Write("a/S002/S002_000000000000_keypoints.json", frame);                 // stays below its folder
        Write("S003/other_000000000000_keypoints.json", frame);                  // as it was
        Write("XS004/S004_000000000000_keypoints.json", frame);
        Write("S005/S005_000000000000_keypoints.json", frame);                   // S005 is another clip
        Write("S005/000000000000_keypoints.json", frame);

        using var source = ConvertSources.Open(Set, Arm with { Unlabelled = true });

        Assert.Equal(["S001", "S003/other", "S005", "S005/S005", "XS004/S004", "a/S002"], source.Items.Select(item => item.Name));
        Assert.Equal([2, 1, 1, 1, 1, 1], ClipCollection.Of(source).Clips.Select(clip => clip.Frames));
    }

    [Fact]
    public void Numbered_files_of_one_frame_each_are_recognised_by_content()
    {
        for (var t = 0; t < 3; t++) Write($"wave/{t:000}.json", "{\"keypoints\": [[1,2],[3,4],[5,6]]}");

        using var source = ConvertSources.Open(Set, Arm with { Unlabelled = true });

        Assert.Equal(3, Assert.Single(ClipCollection.Of(source).Clips).Frames);
        Assert.Equal("wave", source.Items[0].Name);
    }

    [Fact]
    public void Bvh_is_scaled_and_makes_its_own_layout_or_takes_part_of_it()
    {
        const string bvh = "HIERARCHY ROOT Hips\n{ OFFSET 0 0 0 CHANNELS 3 Xposition Yposition Zposition\nJOINT Spine\n{ OFFSET 0 10 0 CHANNELS 3 Zrotation Xrotation Yrotation\n" +
            "JOINT Head\n{ OFFSET 0 20 0 CHANNELS 0 End Site { OFFSET 0 5 0 } } } }\nMOTION\nFrames: 2\nFrame Time: 0.04\n0 0 0 0 0 0\n100 0 0 90 0 0\n";
        Write("a.bvh", bvh);
        var two = folder.Write("two.yaml", "{name: two, center: hips, joints: [head, hips], bones: [[head, hips]]}");

        using var all = ConvertSources.Open(Set, new ConvertOptions { Unlabelled = true, Scale = 0.01 });
        using var part = ConvertSources.Open(Set, new ConvertOptions { Unlabelled = true, Scale = 0.5, Layout = two });

        Assert.Equal(["Hips", "Spine", "Head"], all.Layout.Joints);
        double[] expected = [0, 0, 0, 0, 0.1, 0, 0, 0.3, 0, 1, 0, 0, 1, 0.1, 0, 0.8, 0.1, 0];
        Assert.All(ClipCollection.Of(all).Clips[0].Coordinates.ToArray().Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        Assert.Equal([0, 15, 0, 0, 0, 0], ClipCollection.Of(part).Clips[0].Coordinates[..6]);
    }

    [Fact]
    public void Clips_are_mapped_to_another_layout()
    {
        var header = string.Join(',', Layouts.Get("coco-17").Joints.SelectMany(joint => new[] { $"{joint}_x", $"{joint}_y" }));
        Write("a.csv", $"{header}\n{string.Join(',', Enumerable.Range(0, 34))}\n");

        using var source = ConvertSources.Open(Set, new ConvertOptions { Unlabelled = true, To = "openpose-18" });

        Assert.Equal("openpose-18", source.Layout.Name);
        Assert.Equal([11, 12, 0], ClipCollection.Of(source).Clips[0].Coordinates.Slice(3, 3));
        Assert.Contains("from coco-17", source.Preparation, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_clip_is_skipped_and_the_others_are_read()
    {
        Write("a.csv", Table(1));
        Write("b.csv", Header + "1,2,3,x,5,6\n");
        Write("c.csv", Header + ",,,,,\n");
        Write("d.csv", Header + "1,2,3,1e6,5,6\n");

        using var source = ConvertSources.Open(Set, Arm with { Unlabelled = true });
        var read = ClipCollection.Of(source);

        Assert.Equal("a", Assert.Single(read.Clips).Name);
        Assert.Equal([("b", "damaged"), ("c", "no-frame"), ("d", "damaged")], read.Skipped.Select(skipped => (skipped.Name, skipped.Kind)));
        Assert.Equal($"{folder.File("set/b.csv")}: line 2: column 'elbow.y': 'x' is not a number", read.Skipped[0].Reason);
        Assert.Contains("frame 0, joint 1 (elbow): y is 1000000", read.Skipped[2].Reason);
    }

    [Fact]
    public void A_folder_of_arrays_alone_is_refused_with_what_to_give()
    {
        Write("a.npy", "x");
        Write("b.pkl", "x");
        Assert.Equal($"{Set}: arrays and pickles are converted one by one: give one of a.npy, b.pkl", Refused(Set, Arm).Message);
    }

    [Fact]
    public void What_cannot_be_told_is_asked_for_in_one_line()
    {
        Write("a.csv", Table(1));
        Assert.StartsWith($"{Set}: 1 of 1 clip has no label: a; name them in a list with --labels (clip,label), say with --label-from how names tell it, or allow them with --unlabelled", Refused(Set, Arm).Message);
        Assert.Contains("--layout", Refused(Set, new ConvertOptions { Unlabelled = true }).Message);
        Assert.StartsWith("unknown format 'csvv' (did you mean 'csv'?)", Refused(Set, Arm with { Format = "csvv" }).Message);
        Assert.Contains("holds no file that ends in .bvh", Refused(Set, Arm with { Format = "bvh" }).Message);
        Assert.Equal("none: no such file or folder", Refused("none", Arm).Message);
        Write("b.json", "[]");
        Assert.EndsWith("files of several forms (csv, json); name one with --format", Refused(Set, Arm).Message, StringComparison.Ordinal);
        Write("c.npy", "x");
        Assert.EndsWith(
            "files of several forms (csv, json); name one with --format; arrays and pickles are converted one by one: give one of c.npy",
            Refused(Set, Arm).Message, StringComparison.Ordinal);
        Assert.Contains("the number of persons is 1 to 64", Refused(Set, Arm with { MaximumPersons = 0 }).Message);
        Assert.Contains("the scale is a positive number", Refused(Set, Arm with { Scale = double.NaN }).Message);
    }

    [Fact]
    public void Entries_of_a_list_without_a_clip_are_told_with_their_lines()
    {
        Write("a.csv", Table(1));
        var labels = folder.Write("set/labels.csv", "clip,label\na,wave\nb,wave\n");

        using var source = ConvertSources.Open(Set, Arm with { Labels = labels });

        Assert.Equal($"{labels}: 1 entry has no clip: b (line 3); take them out, or find the clips", Assert.Single(source.Faults).Message);
    }

    [Fact]
    public void Two_files_of_one_clip_are_refused()
    {
        Write("a.csv", Table(1));
        Write("a.tsv", Table(1));

        Assert.Equal($"{folder.File("set/a.csv")} and {folder.File("set/a.tsv")} are both clip a; rename one of them", Refused(Set, Arm with { Unlabelled = true }).Message);
    }

    [Fact]
    public void Several_readers_read_at_the_same_time()
    {
        Write("all.csv", "clip,frame," + Header + string.Concat(Enumerable.Range(0, 200).Select(clip => string.Concat(Enumerable.Range(0, 20).Select(t => $"c{clip},{t},{clip},2,3,4,5,6\n")))));
        using var source = ConvertSources.Open(Set, Arm with { Unlabelled = true });

        Parallel.For(0, 4, _ =>
        {
            using var reader = source.Open();
            for (var item = 0; item < 200; item++) Assert.Equal(item, reader.Read(item).Clips[0].Coordinates[0]);
        });
    }
}
