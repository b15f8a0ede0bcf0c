using Kinema.Skeletons.Datasets.NwUcla;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class OfficialListTests
{
    [Fact]
    public void The_list_has_the_published_counts_and_follows_the_camera_rule()
    {
        var list = OfficialList.Clips;

        Assert.Equal((1020, 464), (list.Count(clip => clip.Split == "train"), list.Count(clip => clip.Split == "test")));
        Assert.Equal(list.Count, list.Select(clip => clip.Name).Distinct().Count());
        Assert.Equal(58_534, list.Sum(clip => clip.Frames));
        Assert.All(list, clip => Assert.Equal(clip.Split, NwUclaName.Parse(clip.Name)!.Value.Split));
        Assert.All(list.Take(1020), clip => Assert.Equal("train", clip.Split));
        Assert.Equal([102, 102, 96, 124, 101, 102, 99, 99, 98, 97], ByClass("train"));
        Assert.Equal([48, 50, 45, 49, 47, 47, 43, 43, 47, 45], ByClass("test"));

        IEnumerable<int> ByClass(string split) => list.Where(clip => clip.Split == split)
            .CountBy(clip => NwUclaName.Parse(clip.Name)!.Value.Label).OrderBy(count => count.Key).Select(count => count.Value);
    }

    [Fact]
    public void The_order_is_that_of_the_published_lists()
    {
        string[] first = ["a05_s04_e02_v01", "a01_s05_e04_v01", "a03_s03_e04_v01", "a08_s02_e01_v01"];
        Assert.Equal(first, OfficialList.Clips.Take(4).Select(clip => clip.Name));
    }

    [Theory, InlineData("a1_s01_e00_v01"), InlineData("a01_s01_e00"), InlineData("xa01_s01_e00_v01"), InlineData("._a01_s01_e00_v01")]
    public void Other_names_are_no_clips(string name) => Assert.Null(NwUclaName.Parse(name));
}
