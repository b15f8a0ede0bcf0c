using System.Globalization;
using System.IO.Compression;
using System.Text;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets.Foreign;

public sealed class KineticsSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_two_best_bodies_of_each_frame_are_kept_best_first()
    {
        // Frame 3: body 1 (0.25) is better than body 0 (0.125), body 2 worst; frame 5: one body, a joint unseen; frames 1 and 9: nobody.
        Write("kinetics_train/one.json", 7, (1, []), (3, [(0.1, 0.125), (0.2, 0.25), (0.3, 0.0625)]), (5, [(0.6, 1)]), (9, []));
        Write("kinetics_val/two.json", 0, (1, [(0.7, 0.5)]));
        using var source = ForeignFiles.Open(folder.Path);
        var read = ClipCollection.Of(source);

        Assert.Equal(("kinetics-skeleton", "st-gcn-kinetics 1", "openpose-18"), (source.Name, source.Preparation, source.Layout.Name));
        using (var single = ForeignFiles.Open(folder.Path, new() { Persons = 1 }))
            Assert.Equal("st-gcn-kinetics 1, persons 1", single.Preparation);
        Assert.Equal([("one", 7, 3, 2), ("two", 0, 1, 1)], read.Clips.Select(clip => (clip.Name, clip.Label, clip.Frames, clip.Persons)));
        Assert.Equal("class of one", source.Classes[7]);
        Assert.Equal("class 3", source.Classes[3]);
        var one = read.Clips[0];
        Assert.Equal([0.2 - 0.5, 0.2 + 0.01 - 0.5, 0], one.Person(0)[..3].ToArray());
        Assert.Equal(0.1 - 0.5, one.Person(1)[0]);
        Assert.All(one.Person(0)[(18 * 3)..(2 * 18 * 3)].ToArray(), value => Assert.Equal(0, value));      // frame 4 is missing
        Assert.Equal([0, 0, 0], one.Person(0)[((2 * 18 + 17) * 3)..].ToArray());                            // the score of joint 17 is 0
        Assert.Equal("more-persons", Assert.Single(read.Notes).Kind);
        var splits = read.ToDataset(source).Splits;
        Assert.Equal([0], splits["train"]);
        Assert.Equal([1], splits["test"]);
    }

    [Fact]
    public void Label_files_name_classes_and_clips_without_a_body()
    {
        Write("train/a.json", 1, (1, [(0.1, 0.5)]));
        Write("train/b.json", 1, (1, []));
        Write("train/c.json", 0, (1, [(0.1, 0.5)]));
        folder.Write("kinetics_train_label.json", """
            {"a": {"has_skeleton": true, "label": "abseiling", "label_index": 1}, "b": {"has_skeleton": false, "label": "abseiling", "label_index": 1},
             "c": {"label": "yoga", "label_index": 2}, "gone": {"has_skeleton": true, "label": "yoga", "label_index": 2}}
            """);
        using var source = ForeignFiles.Open(folder.Path);
        var read = ClipCollection.Of(source);

        Assert.Equal(["class 0", "abseiling", "yoga"], source.Classes);
        Assert.Equal(["a"], read.Clips.Select(clip => clip.Name));
        Assert.Equal([("b", "no-body"), ("gone", "absent"), ("c", "bad-label")], read.Skipped.Select(skipped => (skipped.Name, skipped.Kind)));
        Assert.Contains("its label is 0, in the label file 2", read.Skipped[2].Reason);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_label_file_may_be_larger_than_a_clip(bool zipped)
    {
        Write("set/train/a.json", 1, (1, [(0.1, 0.5)]));
        folder.Write("set/kinetics_train_label.json", $$"""{"a": {"label": "yoga", "label_index": 1}{{new string(' ', 17 << 20)}}}""");
        var path = folder.File("set");
        if (zipped) ZipFile.CreateFromDirectory(path, path += ".zip", CompressionLevel.Fastest, includeBaseDirectory: false);

        using var source = ForeignFiles.Open(path);

        Assert.Equal(["class 0", "yoga"], source.Classes);
        Assert.Equal(new FileInfo(folder.File("set/train/a.json")).Length, Assert.Single(source.Items).Bytes);
    }

    [Fact]
    public void A_zip_in_whatever_order_gives_the_clips_in_the_order_of_its_folder()
    {
        string[] files = ["kinetics_val/b.json", "kinetics_train/c.json", "kinetics_train/B.json", "kinetics_val/a.json", "kinetics_train/a.json"];
        foreach (var file in files) Write($"set/{file}", 0, (1, [(0.1, 0.5)]));
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        {
            foreach (var file in files) archive.CreateEntryFromFile(folder.File($"set/{file}"), file);
            archive.CreateEntryFromFile(folder.File($"set/{files[0]}"), "__MACOSX/kinetics_val/._b.json");       // as a Mac packs
        }

        using var unpacked = ForeignFiles.Open(folder.File("set"));
        using var zipped = ForeignFiles.Open(folder.File("set.zip"));

        Assert.Equal(["B", "a", "c", "a#2", "b"], unpacked.Items.Select(item => item.Name));
        Assert.Equal(unpacked.Items, zipped.Items);
        Assert.Equal(ClipCollection.Of(unpacked).ToDataset(unpacked).Checksum, ClipCollection.Of(zipped).ToDataset(zipped).Checksum);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Arrays_and_pickles_beside_the_clips_are_named_as_left_aside(bool zipped)
    {
        Write("set/train/a.json", 1, (1, [(0.1, 0.5)]));
        foreach (var name in (string[])["train/b.npy", "more.pkl", ".hidden.npy", "notes.txt"]) folder.Write($"set/{name}", "x");
        var path = folder.File("set");
        if (zipped) ZipFile.CreateFromDirectory(path, path += ".zip");

        using var source = ForeignFiles.Open(path, new() { Scale = 2 });

        Assert.Equal(
            "kinetics-skeleton: left aside, since arrays and pickles are converted one by one: more.pkl, train/b.npy", Assert.Single(source.Remarks));
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "is no object with the key 'data'")]
    [InlineData("{}", "has no key 'data'")]
    [InlineData("{\"data\": 1}", "data is no list of frames")]
    [InlineData("{\"data\": [1]}", "data is no list of frames")]
    [InlineData("{\"data\": [{}]}", "a frame has no frame_index")]
    [InlineData("{\"data\": [{\"frame_index\": 1e9}]}", "not one of 0 to 20000")]
    [InlineData("{\"data\": [{\"frame_index\": 1}, {\"frame_index\": 1}]}", "frame 1 is there twice")]
    [InlineData("{\"data\": [{\"frame_index\": 1, \"skeleton\": [{\"pose\": [1, 2], \"score\": []}]}]}", "a pose has 2 numbers; 18 joints want 36")]
    [InlineData("{\"data\": [{\"frame_index\": 1, \"skeleton\": [{\"pose\": [1e999, 2], \"score\": []}]}]}", "not finite")]
    [InlineData("{\"data\": [{\"frame_index\": 1, \"skeleton\": [{}]}]}", "a body has no pose or no score")]
    [InlineData("{\"data\": [], \"data\": []}", "two keys")]
    [InlineData("{\"data\": [\n\n{\"frame_index\": NaN}]}", "not valid JSON at line 3, byte ")]
    [InlineData("{\"data\": []} x", "not valid JSON")]
    public void What_is_no_clip_is_refused_with_the_place(string json, string reason)
    {
        var error = Assert.Throws<KinemaException>(() => KineticsClip.Parse(Encoding.UTF8.GetBytes(json), "clip.json"));
        Assert.StartsWith("clip.json: ", error.Message);
        Assert.Contains(reason, error.Message);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void A_clip_cut_off_anywhere_or_damaged_is_refused_or_read()
    {
        var whole = Encoding.UTF8.GetBytes(Json("x", 3, (1, [(0.1, 0.125), (0.2, 0.25)]), (2, [(0.25, 0.5)])));
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<KinemaException>(() => KineticsClip.Parse(whole.AsSpan(0, length), "x"));
        ForeignToy.Fuzz(whole, 24, 3000, bytes => _ = KineticsClip.Parse(bytes, "x.json") is { Frames: > 0 } clip ? clip.Points() : []);
        ForeignToy.Fuzz(
            Encoding.UTF8.GetBytes("{\"a\": {\"has_skeleton\": true, \"label\": \"é\", \"label_index\": 1}, \"b\": {}}"), 25, 3000,
            bytes => KineticsLabels.Read(bytes, "labels.json", []));
    }

    [SharedFact("data/pose-samples.zip")]
    public void The_samples_are_read_from_the_zip()
    {
        var path = Repository.Shared("data/pose-samples.zip");
        Assert.Equal(ForeignKind.KineticsSkeleton, ForeignFiles.Recognise(path));
        using var source = ForeignFiles.Open(path);
        var read = ClipCollection.Of(source);

        Assert.Empty(read.Skipped);
        Assert.Equal(
            [("cU1fyH2QssA", 91, 298, 2), ("kkwHdOvpCoc", 83, 281, 2), ("sAP-xS5P0Bw", 199, 1, 1), ("-0BveUV52cM", 317, 297, 2), ("-0byZyStAYQ", 370, 299, 2)],
            read.Clips.Select(clip => (clip.Name, clip.Label, clip.Frames, clip.Persons)));
        Assert.Equal("motorcycling", source.Classes[199]);
        Assert.All(read.Clips, clip => Assert.InRange(clip.Coordinates.ToArray().Max(Math.Abs), 0.01, 0.61));      // some lie outside of the picture
        Assert.Equal(["cU1fyH2QssA", "-0byZyStAYQ"], read.Notes.Select(note => note.Name));

        // Σ (x + 2y)·(body + 1), computed from the files by a plain loop in Python.
        foreach (var (clip, sum) in read.Clips.Zip([630.18, -3.596, 1.865, 3.25, -498.749]))
        {
            var points = clip.Coordinates.ToArray();
            Assert.Equal(sum, points.Select((value, i) => value * (i % 3 + 1) * (i / (points.Length / clip.Persons) + 1)).Sum(), 1e-9);
        }
        Assert.Equal([3, 4], read.ToDataset(source).Splits["test"]);
    }

    private void Write(string name, int label, params (int Frame, (double Start, double Score)[] Bodies)[] frames) =>
        folder.Write(name, Json(Path.GetFileNameWithoutExtension(name), label, frames));

    // A body's joints lie at start, start + 0.01, …; the last one has score 0.
    private static string Json(string name, int label, params (int Frame, (double Start, double Score)[] Bodies)[] frames)
    {
        var data = frames.Select(frame => $$"""{"frame_index": {{frame.Frame}}, "skeleton": [{{string.Join(", ", frame.Bodies.Select(Body))}}]}""");
        return $$"""{"data": [{{string.Join(", ", data)}}], "label": "class of {{name}}", "label_index": {{label}}}""";

        static string Body((double Start, double Score) body) =>
            $$"""{"pose": [{{List(36, i => body.Start + i * 0.01)}}], "score": [{{List(18, i => i == 17 ? 0 : body.Score)}}]}""";

        static string List(int count, Func<int, double> value) =>
            string.Join(", ", Enumerable.Range(0, count).Select(i => value(i).ToString("R", CultureInfo.InvariantCulture)));
    }
}
