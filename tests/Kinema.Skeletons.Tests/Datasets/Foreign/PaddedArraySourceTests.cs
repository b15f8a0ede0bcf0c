using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage.Tests.Numpy;

namespace Kinema.Skeletons.Tests.Datasets.Foreign;

public sealed class PaddedArraySourceTests : IDisposable
{
    private const int C = 3, T = 5, V = 25, M = 2;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void With_numbers_of_frames_the_padding_is_cut_off()
    {
        var (train, test) = (Array(2, 1), Array(1, 2));
        Write("xsub/train_data_joint.npy", train, 2);
        Write("xsub/val_data_joint.npy", test, 1);
        folder.Write("xsub/train_label.pkl", ForeignToy.Labels(["S001C002P003R001A004.skeleton", "S001C001P001R001A060.skeleton"], [3, 59]));
        folder.Write("xsub/val_label.pkl", ForeignToy.Labels(["S017C003P008R002A001.skeleton"], [0]));
        folder.Write("xsub/train_num_frame.npy", NpyBytes.Of("<i8", "(2,)", ForeignToy.Bytes(new long[] { 2, 9 })));
        folder.Write("xsub/val_num_frame.npy", NpyBytes.Of("<i8", "(1,)", ForeignToy.Bytes(new long[] { 4 })));
        using var source = ForeignFiles.Open(folder.File("xsub"));
        var read = ClipCollection.Of(source);

        Assert.Equal(("xsub", "skeleton-contrast 1", "ntu", false), (source.Name, source.Preparation, source.Layout.Name, source.InOrder));
        using (var single = ForeignFiles.Open(folder.File("xsub"), new() { Persons = 1 }))
            Assert.Equal("skeleton-contrast 1, persons 1", single.Preparation);
        Assert.Equal((60, "walking apart"), (source.Classes.Count, source.Classes[59]));
        Assert.Equal([2, 5, 4], read.Clips.Select(clip => clip.Frames));                // 9 was the length before cutting
        Assert.Equal(["S001C002P003R001A004", "S001C001P001R001A060", "S017C003P008R002A001"], read.Clips.Select(clip => clip.Name));
        Assert.Equal((3, 2, 1, 3), (read.Clips[0].Subject, read.Clips[0].Camera, read.Clips[0].Setup, read.Clips[0].Label));
        AssertSame(train, 0, read.Clips[0]);
        AssertSame(train, 1, read.Clips[1]);
        AssertSame(test, 0, read.Clips[2]);
        var splits = read.ToDataset(source, "xsub").Splits;
        Assert.Equal([0, 1], splits["train"]);
        Assert.Equal([2], splits["test"]);
    }

    [Fact]
    public void Classes_that_no_clip_has_are_told()
    {
        Write("train_data_joint.npy", Array(3, 1), 3);
        folder.Write("train_label.pkl", ForeignToy.Labels(["a", "b", "c"], [0, 5, 99]));
        using (var gaps = ForeignFiles.Open(folder.Path))
        {
            Assert.Equal(
                $"class-without-clip: {folder.Path}: 97 of 100 classes have no clip: class 1, class 2, class 3 and 94 more; "
                    + "if they are classes, name all with --classes, else number the labels from 0 without gaps",
                Assert.Single(gaps.Remarks));
        }
        using (var named = ForeignFiles.Open(folder.Path, new() { Classes = [.. Enumerable.Range(0, 100).Select(label => $"c{label}")] }))
            Assert.EndsWith("97 of 100 classes have no clip: c1, c2, c3 and 94 more", Assert.Single(named.Remarks), StringComparison.Ordinal);

        folder.Write("train_label.pkl", ForeignToy.Labels(["a", "b", "c"], [1, 0, 2]));
        using var whole = ForeignFiles.Open(folder.Path);
        Assert.Empty(whole.Remarks);
    }

    [Fact]
    public void Without_them_frames_stay_and_only_zeros_go()
    {
        var values = Array(2, 1);
        for (var c = 0; c < C; c++)                                                     // clip 0: no second person, zeros from frame 3 on
        {
            for (var at = 0; at < T * V; at++)
            {
                values[(c * T * V + at) * M + 1] = 0;
                if (at >= 3 * V)
                    values[(c * T * V + at) * M] = 0;
            }
        }
        Write("train_data_joint.npy", values, 2);
        folder.Write("train_label.pkl", ForeignToy.Labels(["a", "a"], [0, 1]));
        using var source = ForeignFiles.Open(folder.Path);
        var read = ClipCollection.Of(source);

        Assert.Equal("2s-agcn 1", source.Preparation);
        Assert.Equal([("a", 3, 1), ("a#2", 5, 2)], read.Clips.Select(clip => (clip.Name, clip.Frames, clip.Persons)));
        Assert.Equal(["class 0", "class 1"], source.Classes);
        Assert.Equal("official", source.Protocols[0].Name);
    }

    [Theory]
    [InlineData("train_position.npy", "2s-agcn 1")]
    [InlineData("train_data.npy", "st-gcn 1")]
    public void Other_names_of_the_family_are_known_and_labels_may_be_an_array(string name, string preparation)
    {
        Write(name, Array(2, 1), 2);
        folder.Write("train_label.npy", NpyBytes.Of("<i4", "(2,)", ForeignToy.Bytes(new[] { 1, 0 })));
        using var source = ForeignFiles.Open(folder.File(name));                          // the array stands for its folder
        var read = ClipCollection.Of(source);

        Assert.Equal(preparation, source.Preparation);
        Assert.Equal([("train-000001", 1), ("train-000002", 0)], read.Clips.Select(clip => (clip.Name, clip.Label)));
    }

    [Fact]
    public void Without_labels_clips_are_unlabelled_and_a_third_part_keeps_its_name()
    {
        foreach (var part in new[] { "train", "val", "test" })
            Write($"{part}_data_joint.npy", Array(1, 1), 1);
        using var source = ForeignFiles.Open(folder.Path);
        var read = ClipCollection.Of(source);

        Assert.All(read.Clips, clip => Assert.Equal(-1, clip.Label));
        Assert.Equal(["test", "train", "val"], read.ToDataset(source).Splits.Keys);
    }

    [Fact]
    public void A_joint_in_the_plane_without_a_score_is_zero()
    {
        var values = ForeignToy.Values(3 * 2 * 18, 1);
        values[2 * 2 * 18 + 5] = 0;                                                      // the score of joint 5 in frame 0
        folder.Write("train_data_joint.npy", ForeignToy.Npy("(1, 3, 2, 18, 1)", values));
        var clip = Assert.Single(ForeignToy.Read(folder.Path).Clips);

        Assert.Equal((2, 18, 1), (clip.Frames, clip.Joints, clip.Persons));
        Assert.Equal([0, 0, 0], clip.Coordinates[(5 * 3)..(6 * 3)].ToArray());
        Assert.Equal([values[6], values[2 * 18 + 6], 0], clip.Coordinates[(6 * 3)..(7 * 3)].ToArray().Select(value => (float)value));
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_names_the_file()
    {
        Write("train_data_joint.npy", Array(2, 1), 2);
        folder.Write("train_label.pkl", ForeignToy.Labels(["a"], [0]));
        Assert.Contains("train_label.pkl: has 1 entries; ", ForeignToy.Refusal(folder.Path));
        folder.Write("train_label.pkl", ForeignToy.Labels(["a", "b"], [0]));
        Assert.Contains("its 2 names have not as many labels: a list of 1", ForeignToy.Refusal(folder.Path));
        folder.Write("train_label.pkl", new Kinema.Storage.Tests.Pickles.PickleWriter().Op('}').Stop());
        Assert.Contains("expected (names, labels) or labels; got a dictionary", ForeignToy.Refusal(folder.Path));
        folder.Write("train_label.pkl", new Kinema.Storage.Tests.Pickles.PickleWriter().Global("os", "system").Text("true").Raw(0x85).Op("R").Stop());
        Assert.Contains("refuses os.system", ForeignToy.Refusal(folder.Path));
        folder.Write("train_label.pkl", ForeignToy.Labels(["a", "b"], [0, 1]));
        folder.Write("train_num_frame.npy", NpyBytes.Of("<i8", "(1,)", new byte[8]));
        Assert.Contains("train_num_frame.npy: has 1 entries", ForeignToy.Refusal(folder.Path));
        folder.Write("train_data_joint.npy", ForeignToy.Npy("(1, 3, 1, 24, 1)", new float[72]));
        Assert.Contains("V = 24 joints of C = 3 channels may be several layouts", ForeignToy.Refusal(folder.Path));
        Assert.Contains("has V = 24 joints of C = 3 channels; layout ntu has 25 of 3", ForeignToy.Refusal(folder.Path, new() { Layout = Layouts.Ntu }));
        folder.Write("train_data_joint.npy", ForeignToy.Npy("(1, 3)", new float[3]));
        Assert.Contains("expected floats (N, C, T, V, M)", ForeignToy.Refusal(folder.Path));
    }

    [Fact]
    public void A_label_beyond_the_classes_and_a_clip_without_frames_are_skipped()
    {
        Write("train_data_joint.npy", Array(3, 1), 3);
        folder.Write("train_label.pkl", ForeignToy.Labels(["a", "b", "c"], [0, 99999999, 1]));
        folder.Write("train_num_frame.npy", NpyBytes.Of("<f8", "(3,)", ForeignToy.Bytes(new[] { double.NaN, 2, 2 })));
        var read = ForeignToy.Read(folder.Path);

        Assert.Equal(["c"], read.Clips.Select(clip => clip.Name));
        Assert.Equal([("a", "no-frame"), ("b", "bad-label")], read.Skipped.Select(skipped => (skipped.Name, skipped.Kind)));
    }

    [Fact]
    public void A_folder_of_folders_names_them()
    {
        Write("set/xsub/train_data_joint.npy", Array(1, 1), 1);
        Write("set/xview/train_data_joint.npy", Array(1, 1), 1);

        Assert.Equal(ForeignKind.PaddedArrays, ForeignFiles.Recognise(folder.File("set")));
        Assert.Contains("holds one set in each of xsub, xview: give one of these folders", ForeignToy.Refusal(folder.File("set")));
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_label_files_are_read_or_refused()
    {
        Write("train_data_joint.npy", Array(2, 1), 2);
        var path = folder.File("train_label.pkl");
        ForeignToy.Fuzz(ForeignToy.Labels(["one", "two"], [0, 1]), 22, 400, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            ForeignToy.Read(folder.Path);
        });
    }

    private static float[] Array(int clips, int seed) => ForeignToy.Values(clips * C * T * V * M, seed);

    private static void AssertSame(float[] array, int n, SkeletonClip clip)
    {
        for (var m = 0; m < clip.Persons; m++)
        {
            for (var at = 0; at < clip.Frames * V; at++)
            {
                for (var c = 0; c < C; c++)
                    Assert.Equal(array[((n * C + c) * T * V + at) * M + m], (float)clip.Coordinates[(m * clip.Frames * V + at) * 3 + c]);
            }
        }
    }

    private void Write(string name, float[] values, int clips) => folder.Write(name, ForeignToy.Npy($"({clips}, {C}, {T}, {V}, {M})", values));
}
