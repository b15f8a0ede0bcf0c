using System.IO.Compression;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Tests.Datasets.Foreign;
using Kinema.Storage;
using Kinema.Storage.Tests.Numpy;

namespace Kinema.Skeletons.Tests.Datasets.Conversion;

/// <summary>What people give that is not quite a set of clips: arrays of other things, a read-me file alone, one frame, another unit.</summary>
public sealed class OddInputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string arm;

    public OddInputTests() => arm = folder.Write("arm.yaml", Toy.Arm.Yaml);

    public void Dispose() => folder.Dispose();

    private string Set => folder.File("set");

    private ConvertOptions Arm => new() { Layout = arm, Unlabelled = true };

    private void Write(string name, string text) => folder.Write($"set/{name}", text);

    private static KinemaException Refused(string path, ConvertOptions options) => Assert.Throws<KinemaException>(() =>
    {
        using var source = ConvertSources.Open(path, options);
        using var reader = source.Open();
        for (var item = 0; item < source.Items.Count; item++) reader.Read(item);
    });

    [Theory]
    [InlineData("empty.npy", "", "the file is empty")]
    [InlineData("empty.pkl", "", "the file is empty")]
    [InlineData("text.npy", "hello", "not a NumPy array")]
    [InlineData("call.pkl", "cposix\nsystem\n(tR.", "refuses posix.system")]
    [InlineData("junk.pickle", "this is junk", "damaged pickle")]
    [InlineData("dict.pkl", "}.", "holds no annotations (PYSKL, MMAction2), but a dictionary")]
    [InlineData("list.PKL", "].", "holds no annotations (PYSKL, MMAction2), but a list")]
    public void An_array_or_pickle_that_is_no_clips_is_told_what_is_wrong_with_it(string name, string text, string why)
    {
        Write(name, text);
        var path = folder.File($"set/{name}");
        Assert.StartsWith($"{path}: {why}", Refused(path, Arm).Message, StringComparison.Ordinal);
        Assert.Equal($"{Set}: arrays and pickles are converted one by one: give one of {name}", Refused(Set, Arm).Message);
    }

    [Fact]
    public void Arrays_of_another_shape_or_name_are_told_what_they_are()
    {
        var array = folder.Write("a.npy", ForeignToy.Npy("(4, 2)", new float[8]));
        var archive = folder.Write("b.npz", NpyBytes.Zip(CompressionLevel.NoCompression, ("other.npy", ForeignToy.Npy("(1,)", [0]))));

        Assert.StartsWith($"{array}: an array of shape (4, 2) is no clip (C, T, V, M)", Refused(array, Arm).Message, StringComparison.Ordinal);
        Assert.Equal($"{archive}: holds no array x_train or x_test (CTR-GCN), but other", Refused(archive, Arm).Message);
    }

    [Fact]
    public void A_text_alone_in_a_folder_is_a_table_where_its_first_line_is_like_one()
    {
        Write("readme.txt", "This folder holds nothing, yet\n");
        Assert.StartsWith($"{Set}: holds no CSV, TSV, JSON or BVH file", Refused(Set, Arm).Message, StringComparison.Ordinal);
        Assert.Contains("readme.txt: line 1: ", Refused(folder.File("set/readme.txt"), Arm).Message, StringComparison.Ordinal);

        foreach (var table in new[] { "shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\n1,2,3,4,5,6\n", "# made by hand\n1,2,3,4,5,6\n" })
        {
            Write("readme.txt", table);
            using var source = ConvertSources.Open(Set, Arm);
            Assert.Equal("readme", Assert.Single(source.Items).Name);
        }
    }

    [Fact]
    public void A_frame_that_is_given_by_itself_is_said_to_be_one_and_a_folder_of_frames_is_not()
    {
        foreach (var t in new[] { 0, 1 })
            Write($"v/v_{t}_keypoints.json", """{"people": [{"pose_keypoints_2d": [1,2,1,3,4,1,5,6,1]}]}""");
        var one = folder.File("set/v/v_1_keypoints.json");

        using var frame = ConvertSources.Open(one, Arm);
        using var all = ConvertSources.Open(Set, Arm);
        using var named = ConvertSources.OpenUnlabelled(one, Toy.Arm, 2);

        var told = $"{one}: is one frame of clip v, and taken for the whole clip; give the folder of its frames to have all of them";
        Assert.Equal(("single-frame", told), (frame.Faults[0].Kind, frame.Faults[0].Message));
        Assert.DoesNotContain(all.Faults, fault => fault.Kind == "single-frame");
        Assert.Equal(told, Assert.Single(named.Remarks));
    }

    [Fact]
    public void Coordinates_that_may_be_millimetres_are_said_to_be_and_numbers_of_floats_are_short()
    {
        var space = folder.Write("space.yaml", "{name: space, center: elbow, joints: [shoulder, elbow, wrist], bones: [[elbow, shoulder], [wrist, elbow]]}");
        const string hint = "; if these are millimetres, 'kinema data convert --scale 0.001' makes metres of them";
        string Refusal(string text, double scale)
        {
            Write("a.csv", text);
            return Refused(Set, new ConvertOptions { Layout = space, Unlabelled = true, Scale = scale }).Message;
        }

        Assert.EndsWith(
            "y is 189.353; a coordinate is finite and at most ±100 (the limit of layout space)" + hint,
            Refusal("1,189.35299999999998,3,4,5,6,7,8,9\n", 1), StringComparison.Ordinal);
        Assert.Contains("y is 100.00000001; ", Refusal("1,100.00000001,3,4,5,6,7,8,9\n", 1), StringComparison.Ordinal);
        Assert.DoesNotContain(hint, Refusal("1,189.353,3,4,5,6,7,8,9\n", 2), StringComparison.Ordinal);
        Assert.DoesNotContain(hint, Refusal("1,100001,3,4,5,6,7,8,9\n", 1), StringComparison.Ordinal);
    }
}
