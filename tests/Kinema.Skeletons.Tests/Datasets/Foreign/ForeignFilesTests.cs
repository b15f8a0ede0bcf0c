using System.IO.Compression;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;
using Kinema.Storage.Tests.Numpy;

namespace Kinema.Skeletons.Tests.Datasets.Foreign;

public sealed class ForeignFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_is_none_of_the_kinds_is_told_what_was_looked_for()
    {
        var path = folder.Write("notes.txt", "hello");

        Assert.Null(ForeignFiles.Recognise(path));
        Assert.Equal(
            $"{path}: none of the forms that are read: a .npz with x_train or x_test (CTR-GCN), a folder with train_data_joint.npy, train_position.npy, "
            + "train_data.npy (ST-GCN, 2s-AGCN, AimCLR), a pickle with 'annotations' or 'keypoint' (PYSKL, MMAction2), "
            + "a folder or zip with train/*.json and val/*.json (Kinetics-skeleton), a .npy of one clip (C, T, V, M), "
            + "a packed set of Kinema (--to, --map)",
            ForeignToy.Refusal(path));
        Assert.Contains("no such file or folder", ForeignToy.Refusal(folder.File("no")));
    }

    [Fact]
    public void Content_decides_and_not_the_name()
    {
        var npz = NpyBytes.Zip(
            CompressionLevel.NoCompression, ("x_test.npy", ForeignToy.Npy("(1, 1, 150)", new float[150])), ("y_test.npy", ForeignToy.Npy("(1,)", [0])));

        Assert.Equal(ForeignKind.CtrGcnArchive, ForeignFiles.Recognise(folder.Write("a.pkl", npz)));
        Assert.Equal(ForeignKind.SingleArray, ForeignFiles.Recognise(folder.Write("b.npz", ForeignToy.Npy("(3, 1, 25, 1)", new float[75]))));
        Assert.Null(ForeignFiles.Recognise(folder.Write("train_data_joint.txt", "no array")));
        Assert.Null(ForeignFiles.Recognise(folder.Write("c.npz", NpyBytes.Zip(CompressionLevel.NoCompression, ("other.npy", [])))));
        Assert.Null(ForeignFiles.Recognise(folder.Write("d.npy", ForeignToy.Npy("(4, 2)", new float[8]))));
        Assert.Null(ForeignFiles.Recognise(folder.Write("e.npy", [])));
        Directory.CreateDirectory(folder.File("empty"));
        Assert.Null(ForeignFiles.Recognise(folder.File("empty")));
    }

    [Fact]
    public void Joints_of_another_layout_than_the_named_one_are_told_how_they_become_its_own()
    {
        var path = folder.Write("wave.npy", ForeignToy.Npy("(3, 4, 25)", new float[300]));

        Assert.Equal(
            $"{path}: has V = 25 joints of C = 3 channels; layout nw-ucla has 20 of 3; "
                + "if they are those of ntu, --to nw-ucla in the place of --layout makes clips of these joints",
            ForeignToy.Refusal(path, new() { Layout = Layouts.NwUcla }));
        Assert.EndsWith("layout mediapipe-33 has 33 of 3", ForeignToy.Refusal(path, new() { Layout = Layouts.Get("mediapipe-33") }), StringComparison.Ordinal);
    }

    [Fact]
    public void One_clip_is_read_from_its_array()
    {
        var values = ForeignToy.Values(3 * 4 * 25, 1);
        var path = folder.Write("wave.npy", ForeignToy.Npy("(3, 4, 25)", values));
        var clip = ForeignToy.ReadClip(path);

        Assert.Equal(("wave", 4, 25, 1, -1), (clip.Name, clip.Frames, clip.Joints, clip.Persons, clip.Label));
        for (var at = 0; at < 100; at++)
        {
            for (var c = 0; c < 3; c++)
                Assert.Equal(values[c * 100 + at], (float)clip.Coordinates[at * 3 + c]);
        }
        using var source = ForeignFiles.Open(path);
        Assert.Equal("none 1", source.Preparation);
        Assert.Single(ClipCollection.Of(source).ToDataset(source).Split("test"));
    }

    [Fact]
    public void How_many_persons_are_kept_shows_in_the_preparation_and_the_fingerprint()
    {
        var path = folder.Write("two.npy", ForeignToy.Npy("(3, 4, 25, 2)", ForeignToy.Values(3 * 4 * 25 * 2, 1)));
        using var two = ForeignFiles.Open(path);
        using var one = ForeignFiles.Open(path, new() { Persons = 1 });
        using var scaled = ForeignFiles.Open(path, new() { Persons = 1, Scale = 0.5 });

        Assert.Equal(["none 1", "none 1, persons 1", "none 1, persons 1, scale 0.5"], new[] { two, one, scaled }.Select(source => source.Preparation));
        Assert.NotEqual(PreparationJournal.FingerprintOf(two, 1), PreparationJournal.FingerprintOf(one, 1));
    }

    [Fact]
    public void An_array_in_Fortran_order_and_of_other_types_is_the_same_clip()
    {
        var (t, v) = (2, 20);
        var values = Enumerable.Range(1, 3 * t * v).Select(i => (double)i / 64).ToArray();
        var turned = new double[values.Length];
        for (var c = 0; c < 3; c++)
        {
            for (var at = 0; at < t * v; at++)
                turned[c + 3 * (at / v + t * (at % v))] = values[c * t * v + at];
        }
        var plain = ForeignToy.ReadClip(folder.Write("a.npy", NpyBytes.Of("<f8", "(3, 2, 20, 1)", ForeignToy.Bytes(values))));
        var fortran = ForeignToy.ReadClip(folder.Write("b.npy", NpyBytes.Of("<f8", "(3, 2, 20, 1)", ForeignToy.Bytes(turned), fortran: true)));
        var halves = ForeignToy.ReadClip(folder.Write("c.npy", NpyBytes.Of("<f2", "(3, 2, 20, 1)", ForeignToy.Bytes(values.Select(x => (Half)x).ToArray()))));

        Assert.Equal(plain.Coordinates.ToArray(), fortran.Coordinates.ToArray());
        Assert.Equal(plain.Coordinates.ToArray(), halves.Coordinates.ToArray());
    }

    [Fact]
    public void An_array_that_is_no_clip_is_refused()
    {
        string Refusal(byte[] bytes, SkeletonLayout? layout = null) =>
            Assert.Throws<KinemaException>(() => ForeignToy.ReadClip(folder.Write("a.npy", bytes), new() { Layout = layout })).Message;

        Assert.Contains("a .npy of one clip (C, T, V, M)", Refusal(ForeignToy.Npy("(4, 2)", new float[8])));
        Assert.Contains("holds nothing but zeros", Refusal(ForeignToy.Npy("(3, 1, 25)", new float[75])));
        Assert.Contains("T = 20001 frames", Refusal(ForeignToy.Npy("(2, 20001, 17)", new float[2 * 20001 * 17])));
        Assert.Contains("M = 0 persons", Refusal(ForeignToy.Npy("(2, 1, 17, 0)", [])));
        Assert.Contains("layout arm has 3 of 2", Refusal(ForeignToy.Npy("(3, 1, 25)", new float[75]), Toy.Arm));
        Assert.Contains("is infinite", Refusal(ForeignToy.Npy("(3, 1, 25)", [.. Enumerable.Repeat(float.PositiveInfinity, 75)])));
    }

    [Fact]
    public void Clips_of_others_are_mapped_and_a_mean_with_an_unseen_joint_in_it_is_unseen()
    {
        // coco-17, one person, two frames: joint j of frame t lies at (10·j + t, 1); in the second the left shoulder was not seen.
        var coco = Layouts.Get("coco-17");
        var (left, right) = (coco.IndexOf("left-shoulder")!.Value, coco.IndexOf("right-shoulder")!.Value);
        var values = new float[2 * 2 * 17];
        for (var i = 0; i < 34; i++)
            (values[i], values[34 + i]) = (10 * (i % 17) + i / 17, 1);
        values[17 + left] = values[34 + 17 + left] = 0;
        var path = folder.Write("a.npy", ForeignToy.Npy("(2, 2, 17, 1)", values));
        var to = Layouts.Get("openpose-18");
        var neck = to.IndexOf("neck")!.Value;

        var clip = ForeignToy.ReadClip(path, new() { To = "openpose-18", Scale = 0.5 });

        Assert.Equal((18, 2), (clip.Joints, clip.Frames));
        Assert.Equal([(10 * left + 10 * right) / 4.0, 0.5, 0], clip.Coordinates.Slice(3 * neck, 3).ToArray());
        Assert.Equal([0, 0, 0], clip.Coordinates.Slice(3 * (18 + neck), 3).ToArray());
        using var source = ForeignFiles.Open(path, new() { To = "openpose-18", Scale = 0.5 });
        Assert.Matches("^none 1, scale 0.5, from coco-17 [0-9a-f]{8}$", source.Preparation);
        Assert.Equal(to.Name, source.Layout.Name);
    }

    [Fact]
    public void A_clip_of_which_the_target_layout_sees_nothing_is_skipped_with_its_file()
    {
        // The nose alone was seen, and the map makes no use of it.
        var coco = Layouts.Get("coco-17");
        var own = folder.Write("own.yaml", "from: coco-17\nto: openpose-18\njoints:\n  nose: [left-shoulder, right-shoulder]\n  neck: missing\n");
        var values = new float[2 * 17];
        var nose = coco.IndexOf("nose")!.Value;
        (values[nose], values[17 + nose]) = (3, 4);
        var path = folder.Write("a.npy", ForeignToy.Npy("(2, 1, 17, 1)", values));

        Assert.Contains(
            $"{path}: clip a, mapped to layout openpose-18: holds nothing but zeros",
            Assert.Throws<KinemaException>(() => ForeignToy.ReadClip(path, new() { Map = own })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Millimetres_are_made_metres_before_they_are_checked()
    {
        var path = folder.Write("a.npy", ForeignToy.Npy("(3, 1, 25)", [.. Enumerable.Repeat(1500f, 75)]));

        Assert.Contains("at most", Assert.Throws<KinemaException>(() => ForeignToy.ReadClip(path)).Message);
        Assert.All(ForeignToy.ReadClip(path, new() { Scale = 0.001 }).Coordinates.ToArray(), value => Assert.Equal(1.5, value, 1e-12));
    }

    [Theory]
    [InlineData("nw-ucla", null, 2, "is built in")]
    [InlineData(null, "gone.yaml", 4, "gone.yaml: no such layout map")]
    [InlineData("coco-17", "own.yaml", 2, "leave one of --map and --to away")]
    public void A_target_that_cannot_be_reached_is_refused_and_the_file_let_go(string? to, string? map, int code, string why)
    {
        var path = folder.Write("a.npy", ForeignToy.Npy("(2, 1, 17)", ForeignToy.Values(34, 1)));

        var error = Assert.Throws<KinemaException>(() => ForeignFiles.Open(path, new() { To = to, Map = map is null ? null : folder.File(map) }));

        Assert.Equal(code, (int)error.ExitCode);
        Assert.Contains(why, error.Message);
        File.Delete(path);
    }

    [Trait("Category", "Fuzz")]
    [Fact]
    public void Damaged_arrays_are_read_or_refused()
    {
        var path = folder.File("a.npy");
        ForeignToy.Fuzz(ForeignToy.Npy("(2, 1, 17, 1)", ForeignToy.Values(34, 1)), 26, 1500, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            ForeignToy.Read(path);
        });
    }

    [SharedFact("data/pose-samples.zip")]
    public void The_sample_of_NTU_is_one_body_of_72_frames()
    {
        using var samples = ZipFile.OpenRead(Repository.Shared("data/pose-samples.zip"));
        var path = folder.Write("ntu.npy", AnnotationSourceTests.Unpacked(samples, "ntu-ctvm-3x300x25x2.npy"));
        var clip = ForeignToy.ReadClip(path);

        Assert.Equal((72, 25, 1), (clip.Frames, clip.Joints, clip.Persons));
        Assert.InRange(clip.Coordinates.ToArray().Max(Math.Abs), 1, 6);                    // metres

        // Σ value·(c + 1)·(t + 1), computed from the bytes by a plain loop in Python.
        Assert.Equal(580_895.562317, clip.Coordinates.ToArray().Select((value, i) => value * (i % 3 + 1) * (i / 75 + 1)).Sum(), 1e-3);
    }
}
