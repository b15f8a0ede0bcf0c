using System.IO.Compression;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Storage.Tests.Numpy;

namespace Kinema.Skeletons.Tests.Datasets.Foreign;

public sealed class CtrGcnSourceTests : IDisposable
{
    private const int Frames = 6, Person = 75;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(CompressionLevel.NoCompression), InlineData(CompressionLevel.Optimal)]
    public void Padding_and_copied_actors_are_taken_off_and_halves_are_told_apart(CompressionLevel compression)
    {
        var (one, two, copy) = (Clip(4, 1, false), Clip(6, 2, false), Clip(5, 1, true));
        var path = Archive(compression, [one, two, copy], [3, 0, 59], [two], [7], 60);
        using var source = ForeignFiles.Open(path);
        var read = ClipCollection.Of(source);

        Assert.Equal(("ntu60", "ctr-gcn 1", "ntu", true, 60), (source.Name, source.Preparation, source.Layout.Name, source.InOrder, source.Classes.Count));
        using (var single = ForeignFiles.Open(path, new() { Persons = 1 }))
            Assert.Equal("ctr-gcn 1, persons 1", single.Preparation);
        Assert.Equal(["train-000001", "train-000002", "train-000003", "test-000001"], read.Clips.Select(clip => clip.Name));
        Assert.Equal([(4, 1), (6, 2), (5, 1), (6, 2)], read.Clips.Select(clip => (clip.Frames, clip.Persons)));
        Assert.Equal([3, 0, 59, 7], read.Clips.Select(clip => clip.Label));
        Assert.Equal("walking apart", source.Classes[59]);
        foreach (var (clip, array) in read.Clips.Zip([one, two, copy, two]))
            AssertSame(array, clip);
        var splits = read.ToDataset(source, "official").Splits;
        Assert.Equal([0, 1, 2], splits["train"]);
        Assert.Equal([3], splits["test"]);
    }

    [Fact]
    public void A_gap_inside_stays_and_a_second_actor_alone_becomes_the_first()
    {
        var gap = Clip(6, 1, false);
        System.Array.Clear(gap, 2 * 2 * Person, 2 * Person);
        var second = Clip(6, 2, false);
        for (var frame = 0; frame < Frames; frame++)
            System.Array.Clear(second, frame * 2 * Person, Person);
        var clips = Read([gap, second], [0, 1]).Clips;

        Assert.Equal([(6, 1), (6, 1)], clips.Select(clip => (clip.Frames, clip.Persons)));
        Assert.All(clips[0].Coordinates[(2 * Person)..(3 * Person)].ToArray(), value => Assert.Equal(0, value));
        Assert.Equal(second[Person], (float)clips[1].Coordinates[0]);
    }

    [Fact]
    public void Clips_of_zeros_with_NaN_or_without_a_label_are_skipped_and_say_why()
    {
        var nan = Clip(6, 1, false);
        nan[2 * Person + 3] = float.NaN;
        var far = Clip(6, 1, false);
        far[1] = 1e30f;
        var path = Archive(
            CompressionLevel.Fastest, [new float[Frames * 2 * Person], nan, far, Clip(6, 1, false)], [0, 1, 2, -1], [Clip(3, 1, false)], [0], 60);
        var read = ForeignToy.Read(path);

        Assert.Equal(["test-000001"], read.Clips.Select(clip => clip.Name));
        Assert.Equal(["no-frame", "damaged", "damaged", "bad-label"], read.Skipped.Select(skipped => skipped.Kind));
        Assert.Equal(
            $"{path}: x_train: clip train-000002: frame 1, joint 1 (spine): x is NaN; "
            + "a coordinate is finite and at most ±100 (the limit of layout ntu)",
            read.Skipped[1].Reason);
    }

    [Fact]
    public void Labels_may_be_numbers_and_a_half_may_be_missing()
    {
        var labels = NpyBytes.Of("<i8", "(2,)", ForeignToy.Bytes(new long[] { 1, 0 }));
        var path = folder.Write("only.npz", NpyBytes.Zip(
            CompressionLevel.Optimal, ("x_test.npy", X([Clip(6, 1, false), Clip(2, 2, false)])), ("y_test.npy", labels)));
        using var source = ForeignFiles.Open(path);
        var read = ClipCollection.Of(source);

        Assert.Equal(("only", 2), (source.Name, source.Classes.Count));
        Assert.Equal([1, 0], read.Clips.Select(clip => clip.Label));
        Assert.Equal("test", source.Protocols[0].Side(ClipFacts.Of(read.Clips[0])));
    }

    [Fact]
    public void Items_may_be_passed_over_but_not_gone_back_to()
    {
        using var source = ForeignFiles.Open(Archive(CompressionLevel.Optimal, [Clip(4, 1, false), Clip(5, 1, false)], [0, 1], [Clip(6, 1, false)], [2], 60));
        using var reader = source.Open();

        Assert.Equal(5, reader.Read(1).Clips[0].Frames);
        Assert.Throws<InvalidOperationException>(() => reader.Read(0));
        Assert.Equal(6, reader.Read(2).Clips[0].Frames);
    }

    [Fact]
    public void Damage_in_the_middle_is_said_of_every_clip_after_it()
    {
        var path = Archive(CompressionLevel.NoCompression, [Clip(4, 1, false), Clip(5, 1, false)], [0, 1], [Clip(6, 1, false)], [2], 60);
        var bytes = File.ReadAllBytes(path);
        bytes[2000] ^= 1;
        var read = ForeignToy.Read(folder.Write("damaged.npz", bytes));

        // The first clip was read before anybody could know.
        Assert.Equal(["train-000001"], read.Clips.Select(clip => clip.Name));
        Assert.All(read.Skipped, skipped => Assert.Contains("fails its checksum", skipped.Reason));
        Assert.Equal(2, read.Skipped.Count);
    }

    [Fact]
    public void Arrays_that_do_not_fit_are_refused()
    {
        var x = X([Clip(6, 1, false)]);
        var y = Y([0], 60);

        Assert.Contains("x_train: expected floats (N, T, M·V·3), that is (N, T, 150) for layout ntu; got <f4 (1, 4)",
            Refusal(("x_train.npy", ForeignToy.Npy("(1, 4)", [1, 2, 3, 4])), ("y_train.npy", y)));
        Assert.Contains("got |u1 (1, 1, 150)", Refusal(("x_train.npy", NpyBytes.Of("|u1", "(1, 1, 150)", new byte[150])), ("y_train.npy", y)));
        Assert.Contains("x_train has 1 clips and y_train 2 labels", Refusal(("x_train.npy", x), ("y_train.npy", Y([0, 1], 60))));
        Assert.Contains("has no array 'y_train'; it has x_train", Refusal(("x_train.npy", x)));
        Assert.Contains("holds no clip", Refusal(("x_train.npy", ForeignToy.Npy("(0, 6, 150)", [])), ("y_train.npy", Y([], 60))));
        Assert.Contains("T = 0 frames", Refusal(("x_train.npy", ForeignToy.Npy("(1, 0, 150)", [])), ("y_train.npy", y)));
        Assert.Contains("Python objects", Refusal(("x_train.npy", x), ("y_train.npy", NpyBytes.Of("|O", "(1,)", [0]))));
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_archives_are_read_or_refused()
    {
        var sound = File.ReadAllBytes(Archive(CompressionLevel.NoCompression, [Clip(2, 1, false)], [0], [Clip(3, 2, false)], [1], 3));
        var path = folder.File("fuzz.npz");
        ForeignToy.Fuzz(sound, 21, 600, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            ForeignToy.Read(path);
        });
    }

    /// <summary>T·2·75 numbers, zero after some frames; the second actor is there, a copy of the first, or zero.</summary>
    private static float[] Clip(int frames, int persons, bool copied)
    {
        var clip = new float[Frames * 2 * Person];
        var values = ForeignToy.Values(clip.Length, frames);
        for (var at = 0; at < frames * 2 * Person; at++)
        {
            var second = at % (2 * Person) >= Person;
            clip[at] = !second || persons == 2 ? values[at] : copied ? clip[at - Person] : 0;
        }
        return clip;
    }

    private static byte[] X(float[][] clips) => ForeignToy.Npy($"({clips.Length}, {Frames}, {2 * Person})", [.. clips.SelectMany(clip => clip)]);

    // One-hot rows; of label -1 a row of zeros.
    private static byte[] Y(int[] labels, int classes) => NpyBytes.Of("<f8", $"({labels.Length}, {classes})",
        ForeignToy.Bytes(labels.SelectMany(label => Enumerable.Range(0, classes).Select(place => place == label ? 1.0 : 0.0)).ToArray()));

    private static void AssertSame(float[] array, SkeletonClip clip)
    {
        for (var m = 0; m < clip.Persons; m++)
        {
            for (var frame = 0; frame < clip.Frames; frame++)
            {
                for (var i = 0; i < Person; i++)
                    Assert.Equal(array[(frame * 2 + m) * Person + i], (float)clip.Coordinates[(m * clip.Frames + frame) * Person + i]);
            }
        }
    }

    private ClipCollection Read(float[][] clips, int[] labels) => ForeignToy.Read(Archive(CompressionLevel.Optimal, clips, labels, [], [], 60));

    private string Archive(CompressionLevel compression, float[][] train, int[] trainLabels, float[][] test, int[] testLabels, int classes) => folder.Write(
        "NTU60_CS.npz", NpyBytes.Zip(
            compression, ("x_train.npy", X(train)), ("y_train.npy", Y(trainLabels, classes)), ("x_test.npy", X(test)), ("y_test.npy", Y(testLabels, classes))));

    private string Refusal(params (string, byte[])[] entries) =>
        ForeignToy.Refusal(folder.Write("a.npz", NpyBytes.Zip(CompressionLevel.NoCompression, entries)));
}
