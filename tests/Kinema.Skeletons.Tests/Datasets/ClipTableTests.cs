using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class ClipTableTests
{
    [Fact]
    public void Every_clip_is_a_row_with_its_class_and_the_side_it_is_on_in_every_protocol()
    {
        using var folder = new TemporaryFolder();
        SkeletonClip[] clips = [Toy.Clip("a", 4), Toy.Clip("b, \"c\"", 5, persons: 2, label: 1), new SkeletonClip("d", 1, 20, 1, new double[60])];
        ClipProtocol[] protocols =
        [
            new("xsub", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0], ["test"] = [1, 2] }),
            new("some", new Dictionary<string, IReadOnlyList<int>> { ["train"] = [0, 1], ["val"] = [1] }),
        ];
        var set = new ClipDataset
        {
            Name = "toy", Layout = Layouts.NwUcla, Classes = ["sit", "stand"], Clips = clips, Splits = protocols[0].Splits, Protocol = "xsub", Protocols = protocols,
        };

        ClipTable.Write(set, folder.File("clips.csv"));

        Assert.Equal(
            "clip,label,class,frames,persons,subject,camera,setup,xsub,some\na,0,sit,4,1,3,1,2,train,train\n"
            + "\"b, \"\"c\"\"\",1,stand,5,2,3,1,2,test,train val\nd,,,1,1,,,,test,\n", File.ReadAllText(folder.File("clips.csv")));
    }
}
