using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class UnlabelledClipsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_table_of_many_clips_is_read_by_the_joints_of_the_network_and_its_labels_are_not()
    {
        var path = folder.Write("arms.csv", "clip,label,shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\na,no class,1,2,3,4,5,6\nb,,7,8,9,10,11,12\n");

        using var source = UnlabelledClips.Open(path, Toy.Arm, persons: 1);
        using var reader = source.Open();

        Assert.Equal(["a", "b"], source.Items.Select(item => item.Name));
        var second = Assert.Single(reader.Read(1).Clips);
        Assert.Equal((-1, 1, 7.0, 12.0), (second.Label, second.Frames, second.Coordinates[0], second.Coordinates[^2]));
    }

    [Fact]
    public void A_packed_set_is_taken_as_it_is_and_refused_where_its_joints_are_others()
    {
        var set = Toy.Dataset([Toy.Clip("a", 3), Toy.Clip("b", 4)], train: 1);
        PackedDataset.Write(set, folder.File("toy/clips.safetensors"));

        using (var source = UnlabelledClips.Open(folder.File("toy"), set.Layout, persons: 1))
            Assert.Equal(set.Clips.Select(clip => clip.Name), source.Items.Select(item => item.Name));

        Assert.EndsWith("its layout is nw-ucla (20 joints of 3 coordinates), and ntu (25 joints of 3 coordinates) is wanted; "
            + "no map between the two is known (a map of your own: kinema data convert --map)", Refusal("toy", Layouts.Get("ntu")));
        Assert.EndsWith($"(17 joints of 3 coordinates) is wanted: 'kinema data convert {folder.File("toy")} --to h36m-17 --out mapped' makes a set of those joints",
            Refusal("toy", Layouts.Get("h36m-17")));
    }

    [Fact]
    public void Joints_of_another_number_of_coordinates_are_others()
    {
        var flat = Layouts.Parse(Layouts.NwUcla.Yaml.Replace("dims: 3", "dims: 2", StringComparison.Ordinal), "flat.yaml");
        PackedDataset.Write(Toy.Dataset([Toy.Clip("a", 3)], train: 1), folder.File("deep/clips.safetensors"));

        Assert.Contains("its layout is nw-ucla (20 joints of 3 coordinates), and nw-ucla (20 joints of 2 coordinates) is wanted", Refusal("deep", flat));
    }

    [Fact]
    public void A_clip_of_a_packed_set_that_is_not_sound_is_refused_by_itself_and_splits_do_not_matter()
    {
        var points = Toy.Clip("b", 3).Coordinates.ToArray();
        points[7] = double.NaN;
        var set = Toy.Dataset([Toy.Clip("a", 3), new SkeletonClip("b", 3, 20, 1, points), Toy.Clip("c", 3)], train: 1);
        PackedDataset.Write(
            new ClipDataset
            {
                Name = "toy", Layout = set.Layout, Classes = set.Classes, Clips = set.Clips,
                Splits = new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1], ["test"] = [0, 2] },
            },
            folder.File("toy/clips.safetensors"));

        using var source = UnlabelledClips.Open(folder.File("toy"), set.Layout, persons: 1);
        using var reader = source.Open();

        Assert.Equal(["a", "c"], new[] { 0, 2 }.SelectMany(item => reader.Read(item).Clips).Select(clip => clip.Name));
        Assert.Contains("clip b: ", Assert.Single(reader.Read(1).Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_of_labels_beside_the_clips_are_left_aside()
    {
        folder.Write("set/arms.csv", "clip,shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\na,1,2,3,4,5,6\n");
        folder.Write("set/a-classes.csv", "label,name\n0,wave\n");
        folder.Write("set/labels.csv", "clip,label\na,0\n");

        using var source = UnlabelledClips.Open(folder.File("set"), Toy.Arm, persons: 1);

        Assert.Equal(["a"], source.Items.Select(item => item.Name));
    }

    [Theory]
    [InlineData("convert 3, missing interpolate", 2), InlineData("convert 3, missing interpolate, persons 1", 1), InlineData("", 2)]
    [InlineData("pyskl 1, persons 5, from ntu 3c41b288", 5), InlineData("odd 1, persons many", 2)]
    public void A_preparation_tells_how_many_persons_were_kept(string preparation, int persons) =>
        Assert.Equal(persons, UnlabelledClips.PersonsOf(preparation));

    [Fact]
    public void Options_of_the_conversion_are_told_as_such()
    {
        folder.Write("mixed/a.csv", "x");
        folder.Write("mixed/b.json", "{}");

        Assert.EndsWith("name one with --format; such options are those of 'kinema data convert --unlabelled': give the set that it makes", Refusal("mixed", Toy.Arm));
    }

    private string Refusal(string name, SkeletonLayout layout)
    {
        var refused = Assert.Throws<KinemaException>(() => UnlabelledClips.Open(folder.File(name), layout, persons: 2));
        Assert.Equal(ExitCode.Data, refused.ExitCode);
        return refused.Message;
    }

    [Theory]
    [InlineData("a.json", "{\"skeletons\": []}", true)]
    [InlineData("a.json", "{\"frames\": []}", false)]
    [InlineData("a.csv", "", false)]
    [InlineData("a.bvh", "", false)]
    [InlineData("a", "{}", true)]                             // such as /dev/fd/63, where a shell puts what another program writes
    public void One_clip_in_JSON_is_told_from_the_other_forms(string name, string text, bool isOne) =>
        Assert.Equal(isOne, UnlabelledClips.IsClipJson(folder.Write(name, text)));
}
