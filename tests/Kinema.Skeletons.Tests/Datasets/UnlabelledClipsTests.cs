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

        var refused = Assert.Throws<KinemaException>(() => UnlabelledClips.Open(folder.File("toy"), Layouts.Get("ntu"), persons: 1));
        Assert.Equal(ExitCode.Data, refused.ExitCode);
        Assert.EndsWith("its joints are those of nw-ucla, and ntu is wanted: 'kinema data convert "
            + folder.File("toy") + " --to ntu' maps them", refused.Message, StringComparison.Ordinal);
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
