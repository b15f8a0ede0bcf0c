using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Storage;

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
}
