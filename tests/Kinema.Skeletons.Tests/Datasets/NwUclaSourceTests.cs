using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.NwUcla;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class NwUclaSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Clips_and_splits_come_in_the_order_of_the_list_as_the_reader_has_them()
    {
        NwUclaFiles.WriteZip(folder.File("set.zip"), NwUclaFiles.All());

        using var source = NwUclaSource.At(folder.File("set.zip"), NwUclaFiles.List);
        var read = ClipCollection.Of(source);

        Assert.Equal("clips=30", Hostile.Summary(read));
        Assert.Equal(StoredType.Float64, source.Precision);
        Assert.Equal(NwUclaFiles.Read(folder.File("set.zip")).Dataset.Checksum, read.ToDataset(source).Checksum);
    }

    [Fact]
    public void Missing_extra_double_damaged_and_shortened_clips_are_named()
    {
        var files = NwUclaFiles.All();
        files.Remove("a03_s04_e00_v01");
        files["a03_s05_e00_v01"] = NwUclaFiles.Json("a03_s05_e00_v01");
        files["a02_s04_e00_v02"] = NwUclaFiles.Json("a02_s04_e00_v02", 2, Toy.Clip("short", 4));
        files["a05_s04_e00_v03"] = "{";
        NwUclaFiles.WriteFolder(folder.File("set/a"), files);
        NwUclaFiles.WriteFolder(folder.File("set/b"), files.Take(1).ToDictionary());

        using var source = NwUclaSource.At(folder.File("set"), NwUclaFiles.List);
        var read = ClipCollection.Of(source);

        Assert.Equal("clips=27 skipped.absent=1 skipped.damaged=2 skipped.duplicate=1 skipped.not-in-list=1", Hostile.Summary(read));
        Assert.Contains(read.Skipped, clip => clip.Reason.EndsWith("has 4 frames; the list says 5", StringComparison.Ordinal));
    }

    [SharedFact(RealNwUcla.File)]
    public void The_real_set_is_the_one_the_reader_reads()
    {
        using var source = ClipSources.Open("nw-ucla", Repository.Shared(RealNwUcla.File));

        Assert.Empty(source.Known);
        Assert.Equal(OfficialList.Clips.Select(clip => clip.Name), source.Items.Select(item => item.Name));
        using var reader = source.Open();
        foreach (var item in new[] { 0, 700, 1483 })
        {
            var clip = Assert.Single(reader.Read(item).Clips);
            Assert.Equal((OfficialList.Clips[item].Frames, OfficialList.Clips[item].Split), (clip.Frames, source.Protocols[0].Side(ClipFacts.Of(clip))));
        }
    }
}
