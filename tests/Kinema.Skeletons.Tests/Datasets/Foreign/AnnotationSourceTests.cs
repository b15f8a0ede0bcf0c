using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage.Tests.Pickles;

namespace Kinema.Skeletons.Tests.Datasets.Foreign;

public sealed class AnnotationSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(2), InlineData(3), InlineData(5)]
    public void Splits_become_protocols_and_key_points_clips(byte protocol)
    {
        var points = ForeignToy.Values(2 * 30 * 17 * 2, 1);
        var writer = Begin(
            protocol, ("xsub_train", ["a", "gone"]), ("xsub_val", ["b"]), ("xset_train", ["b"]), ("xset_val", ["a"]),
            ("train1", ["a"]), ("test1", ["b"]), ("odd", ["a"]));
        Entry(writer, "a", 4, [2, 30, 17, 2], points);
        Entry(writer, "b", 0, [1, 30, 17, 2], points[..(30 * 17 * 2)]);
        using var source = ForeignFiles.Open(folder.Write("set.pkl", End(writer)));
        var read = ClipCollection.Of(source);

        Assert.Equal(("set", "pyskl 1", "coco-17", 5), (source.Name, source.Preparation, source.Layout.Name, source.Classes.Count));
        using (var single = ForeignFiles.Open(folder.File("set.pkl"), new() { Persons = 1 }))
            Assert.Equal("pyskl 1, persons 1", single.Preparation);
        Assert.Equal(["xsub", "xset", "split1"], source.Protocols.Select(known => known.Name));
        Assert.Equal([("a", 4, 30, 2), ("b", 0, 30, 1)], read.Clips.Select(clip => (clip.Name, clip.Label, clip.Frames, clip.Persons)));
        Assert.Equal([("gone", "absent")], read.Skipped.Select(skipped => (skipped.Name, skipped.Kind)));
        for (var i = 0; i < points.Length; i++)
            Assert.Equal(points[i], (float)read.Clips[0].Coordinates[i / 2 * 3 + i % 2]);
        Assert.Equal([0], read.ToDataset(source, "xsub").Splits["train"]);
        Assert.Equal([1], read.ToDataset(source, "xsub").Splits["test"]);
        Assert.Equal([0], read.ToDataset(source, "xset").Splits["test"]);
    }

    [Theory, InlineData(59, "walking apart"), InlineData(57, "A058")]
    public void Sixty_classes_of_clips_named_like_those_of_NTU_have_its_names(int largest, string name)
    {
        var points = ForeignToy.Values(30 * 17 * 2, 1);
        var writer = Begin(4);
        Entry(writer, "S001C002P003R001A004", 3, [1, 30, 17, 2], points);
        Entry(writer, "S001C002P003R002A004", largest, [1, 30, 17, 2], points);

        using var source = ForeignFiles.Open(folder.Write("set.pkl", End(writer)));

        Assert.Equal((largest + 1, name), (source.Classes.Count, source.Classes[largest]));
    }

    [Fact]
    public void Halves_with_scores_are_pixels_whose_unseen_joints_are_zero()
    {
        var points = Enumerable.Range(1, 2 * 17 * 2).Select(i => (Half)i).ToArray();
        var scores = Enumerable.Range(0, 2 * 17).Select(i => (Half)(i == 3 ? 0 : 0.5)).ToArray();
        var writer = new PickleWriter(4).Op("](").Op("}(").Text("frame_dir").Text("v_1").Text("label").Array("i8", [], ForeignToy.Bytes(new[] { 2L }))
            .Text("keypoint").Array("f2", [1, 2, 17, 2], ForeignToy.Bytes(points)).Text("keypoint_score").Array("f2", [1, 2, 17], ForeignToy.Bytes(scores))
            .Text("total_frames").Number(9).Op('u');
        using var source = ForeignFiles.Open(folder.Write("old_val.pkl", writer.Op('e').Stop()));
        var read = ClipCollection.Of(source);
        var clip = Assert.Single(read.Clips);

        Assert.Equal(2, clip.Label);
        Assert.Equal([5, 6, 0, 0, 0, 0, 9, 10, 0], clip.Coordinates[6..15].ToArray());
        Assert.Equal("frame-count", Assert.Single(read.Notes).Kind);
        Assert.Equal("test", source.Protocols[0].Side(ClipFacts.Of(clip)));             // by the file's name, since an old pickle has no split
    }

    [Fact]
    public void Frames_beyond_the_number_told_are_not_used()
    {
        var writer = Begin(4);
        writer.Op("}(").Text("frame_dir").Text("a").Text("total_frames").Number(3)
            .Text("keypoint").Array("f4", [2, 7, 17, 2], ForeignToy.Bytes(ForeignToy.Values(2 * 7 * 34, 1))).Op('u');
        var read = ForeignToy.Read(folder.Write("a.pkl", End(writer)));

        Assert.Equal((3, 2), (read.Clips[0].Frames, read.Clips[0].Persons));
        Assert.Equal("frame-count", Assert.Single(read.Notes).Kind);
    }

    [Fact]
    public void Names_of_NTU_tell_subject_camera_and_setup_and_its_joints_are_in_space()
    {
        var writer = Begin(4, ("xsub_train", ["S018C002P045R001A106"]));
        Entry(writer, "S018C002P045R001A106", 105, [1, 3, 25, 3], ForeignToy.Values(225, 1));
        var clip = Assert.Single(ForeignToy.Read(folder.Write("a.pkl", End(writer))).Clips);

        Assert.Equal((105, 45, 2, 18, 25), (clip.Label, clip.Subject, clip.Camera, clip.Setup, clip.Joints));
        Assert.Equal(3, clip.Frames);
    }

    [Fact]
    public void Of_more_persons_the_first_are_kept_and_those_of_zeros_are_left_out()
    {
        var points = ForeignToy.Values(4 * 2 * 34, 1);
        Array.Clear(points, 0, 2 * 34);
        var writer = Begin(4);
        Entry(writer, "a", 0, [4, 2, 17, 2], points);
        var path = folder.Write("a.pkl", End(writer));
        var read = ForeignToy.Read(path);

        Assert.Equal(2, read.Clips[0].Persons);
        Assert.Equal(points[2 * 34], (float)read.Clips[0].Coordinates[0]);
        Assert.Equal("more-persons", Assert.Single(read.Notes).Kind);
        Assert.Equal(3, ForeignToy.Read(path, new() { Persons = 3 }).Clips[0].Persons);
    }

    [Fact]
    public void Annotations_that_are_no_clips_are_skipped_with_the_reason()
    {
        var writer = Begin(4);
        Entry(writer, "good", 0, [1, 2, 17, 2], ForeignToy.Values(68, 1));
        writer.Op("}(").Text("frame_dir").Text("elsewhere").Text("raw_file").Text("k.pkl").Op('u');
        Entry(writer, "joints", 0, [1, 2, 18, 2], ForeignToy.Values(72, 1));
        Entry(writer, "nobody", 0, [0, 2, 17, 2], []);
        Entry(writer, "nan", 0, [1, 2, 17, 2], [.. Enumerable.Repeat(float.NaN, 68)]);
        writer.Op("}(").Text("frame_dir").Text("scores").Text("keypoint").Array("f4", [1, 2, 17, 2], ForeignToy.Bytes(ForeignToy.Values(68, 1)))
            .Text("keypoint_score").Array("f4", [3], new byte[12]).Op('u');
        var read = ForeignToy.Read(folder.Write("a.pkl", End(writer)), new() { Classes = ["only"] });

        Assert.Equal(["good"], read.Clips.Select(clip => clip.Name));
        Assert.Equal(
            [("elsewhere", "no-keypoints"), ("joints", "damaged"), ("nobody", "damaged"), ("nan", "damaged"), ("scores", "damaged")],
            read.Skipped.Select(skipped => (skipped.Name, skipped.Kind == "no-frame" ? "damaged" : skipped.Kind)));
    }

    [Fact]
    public void A_pickle_that_wants_to_run_something_is_refused_by_name()
    {
        // What pickle.dumps makes of an object whose __reduce__ returns (os.system, ("echo gotcha",)), among honest annotations.
        var writer = new PickleWriter(4).Op("}(").Text("annotations").Op("](").Op("}(").Text("frame_dir")
            .Text("posix").Text("system").Raw(0x93).Text("echo gotcha").Raw(0x85).Op("R").Op("ue").Op('u');

        Assert.Contains("refuses posix.system (STACK_GLOBAL at byte ", ForeignToy.Refusal(folder.Write("evil.pkl", writer.Stop())));
    }

    [Fact]
    public void Other_pickles_are_refused_with_what_they_are()
    {
        Assert.Contains("holds no annotation", ForeignToy.Refusal(folder.Write("a.pkl", End(Begin(4)))));
        Assert.Contains("annotation 0 is no dictionary with a text under 'frame_dir'",
            ForeignToy.Refusal(folder.Write("b.pkl", new PickleWriter().Op("](").Text("keypoint").Op('e').Stop())));
        Assert.Contains("has no list under 'annotations'",
            ForeignToy.Refusal(folder.Write("c.pkl", new PickleWriter().Op("}").Text("split").Op("}s").Stop())));
        var strange = Begin(4);
        Entry(strange, "a", 0, [1, 2, 17, 3], ForeignToy.Values(102, 1));
        Assert.Contains("V = 17 joints of C = 3 channels may be several layouts", ForeignToy.Refusal(folder.Write("d.pkl", End(strange))));
        Assert.Equal(2, ForeignToy.Read(folder.File("d.pkl"), new() { Layout = Layouts.Get("coco-17") }).Clips[0].Frames);
    }

    [Fact]
    public void One_array_cannot_be_a_million_clips()
    {
        var writer = new PickleWriter(4).Op("](").Op("}(").Text("frame_dir").Text("a").Text("keypoint")
            .Array("f4", [1, 2, 17, 2], ForeignToy.Bytes(ForeignToy.Values(68, 1))).Put(0).Op('u')
            .Op("}(").Text("frame_dir").Text("b").Text("keypoint").Get(0).Op('u').Op('e');

        Assert.Contains("annotation b has the very array of another annotation", ForeignToy.Refusal(folder.Write("a.pkl", writer.Stop())));
    }

    [Fact]
    public void Large_key_points_are_read_one_clip_at_a_time()
    {
        // Thirty clips of 800 KB in halves: opening must not take them in.
        var elements = new byte[2 * 6000 * 17 * 2 * 2];
        Array.Fill(elements, (byte)0x3C);
        var writer = Begin(4);
        for (var i = 0; i < 30; i++)
            writer.Op("}(").Text("frame_dir").Text($"clip {i}").Text("keypoint").Array("f2", [2, 6000, 17, 2], elements).Op('u');
        var path = folder.Write("a.pkl", End(writer));

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var source = ForeignFiles.Open(path);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        using var reader = source.Open();
        Assert.Equal(6000, reader.Read(29).Clips[0].Frames);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_pickles_are_read_or_refused()
    {
        var writer = Begin(4, ("train", ["a"]), ("test", ["b"]));
        Entry(writer, "a", 0, [1, 2, 17, 2], ForeignToy.Values(68, 1));
        Entry(writer, "b", 1, [1, 5, 17, 2], ForeignToy.Values(170, 1));
        var path = folder.File("a.pkl");
        ForeignToy.Fuzz(End(writer), 23, 1500, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            ForeignToy.Read(path);
        });
    }

    [SharedFact("data/pose-samples.zip")]
    public void The_sample_of_UCF101_is_read()
    {
        using var samples = System.IO.Compression.ZipFile.OpenRead(Repository.Shared("data/pose-samples.zip"));
        var path = folder.Write("ucf101-coco17.pkl", Unpacked(samples, "ucf101-coco17.pkl"));
        Assert.Equal(ForeignKind.Annotations, ForeignFiles.Recognise(path));
        var read = ForeignToy.Read(path);
        var clip = Assert.Single(read.Clips);

        Assert.Equal(("v_ApplyEyeMakeup_g01_c01", 0, 163, 17, 2), (clip.Name, clip.Label, clip.Frames, clip.Joints, clip.Persons));
        Assert.Empty(read.Notes);
        Assert.Equal(352.25, clip.Coordinates.ToArray().Max());                           // pixels; the picture has 340 × 256, a hand is outside

        // Σ value·(n mod 7 + 1) over the array without the joints of score 0, as NumPy has it.
        var (sum, n) = (0.0, 0);
        foreach (var (i, value) in clip.Coordinates.ToArray().Index())
            sum += i % 3 == 2 ? 0 : value * (n++ % 7 + 1);
        Assert.Equal(5_201_641.875, sum, 1e-6);
    }

    internal static byte[] Unpacked(System.IO.Compression.ZipArchive archive, string name)
    {
        using var stream = archive.GetEntry(name)!.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    // {"split": {…}, "annotations": [ … as far as the list's items.
    private static PickleWriter Begin(byte protocol, params (string Name, string[] Clips)[] splits)
    {
        var writer = new PickleWriter(protocol).Op("}(").Text("split").Op("}(");
        foreach (var (name, clips) in splits)
        {
            writer.Text(name).Op("](");
            Array.ForEach(clips, clip => writer.Text(clip));
            writer.Op('e');
        }
        return writer.Op('u').Text("annotations").Op("](");
    }

    private static void Entry(PickleWriter writer, string name, long label, long[] shape, float[] points) => writer.Op("}(")
        .Text("frame_dir").Text(name).Text("label").Number(label).Text("keypoint").Array("f4", shape, ForeignToy.Bytes(points)).Op('u');

    private static byte[] End(PickleWriter writer) => writer.Op("eu").Stop();
}
