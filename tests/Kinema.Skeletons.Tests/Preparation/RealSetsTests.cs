using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Preparation;

/// <summary>Every public set at hand the whole way: prepared, and opened under each of its protocols as training opens it.</summary>
public sealed class RealSetsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [SharedFact("data/nw-ucla.zip")]
    public void Nw_ucla_is_prepared_and_opened() => Check("nw-ucla", "data/nw-ucla.zip", protocols: 1);

    [SharedFact("data/utd-mhad.zip")]
    public void Utd_mhad_is_prepared_and_opened() => Check("utd-mhad", "data/utd-mhad.zip", protocols: 1);

    [SharedFact("data/sbu-kinect-interaction.zip")]
    public void Sbu_is_prepared_and_opened() => Check("sbu", "data/sbu-kinect-interaction.zip", protocols: 5);

    [SharedFact("data/msr-action3d.zip")]
    public void Msr_action3d_is_prepared_and_opened() => Check("msr-action3d", "data/msr-action3d.zip", protocols: 4);

    [SharedFact("data/msr-daily-activity3d.zip")]
    public void Msr_daily_activity_is_prepared_and_opened() => Check("msr-daily-activity", "data/msr-daily-activity3d.zip", protocols: 2);

    // Recording s10_e02, which leave-one-out-20 tests, has no frames of the action "carry".
    [SharedFact("data/utkinect-action3d.zip")]
    public void Utkinect_is_prepared_and_opened_even_where_a_class_is_not_tested() => Check("utkinect", "data/utkinect-action3d.zip", protocols: 21);

    // Parts of their sets, in which some classes only test.
    [SharedFact("data/ntu-rgbd-samples.zip")]
    public void Samples_of_ntu_are_prepared_and_opened_as_a_part()
    {
        Check("ntu60", "data/ntu-rgbd-samples.zip", protocols: 2, isPart: true);
        Check("ntu120", "data/ntu-rgbd-samples.zip", protocols: 2, isPart: true);
    }

    private void Check(string set, string file, int protocols, bool isPart = false)
    {
        var path = folder.File($"{set}.safetensors");
        using var source = ClipSources.Open(set, Repository.Shared(file));
        var report = ClipPreparation.Run(source, path);

        Assert.Equal(protocols, source.Protocols.Count);
        foreach (var protocol in source.Protocols)
        {
            var opened = isPart ? DatasetReader.OpenPart(path, protocol: protocol.Name) : DatasetReader.Open(path, protocol: protocol.Name);

            Assert.Equal((protocol.Name, report.Clips, report.Checksum), (opened.Protocol, opened.Clips.Count, opened.Checksum));
            Assert.Equal(protocol.Classes?.Count ?? source.Classes.Count, opened.Classes.Count);
            var told = report.Splits.Where(split => split.Protocol == protocol.Name).Select(split => (split.Split, split.Clips)).Order();
            Assert.Equal(told, opened.Splits.Select(split => (split.Key, split.Value.Count)).Order());
            foreach (var clip in opened.Splits.Values.SelectMany(clips => clips))
                Assert.InRange(opened.Clips[clip].Label, 0, opened.Classes.Count - 1);
        }
    }
}
