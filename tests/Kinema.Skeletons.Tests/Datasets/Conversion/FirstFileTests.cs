using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Datasets.Conversion;

/// <summary>The form and the joints of a set are told by its first files; one that cannot be read must not speak for the others.</summary>
public sealed class FirstFileTests : IDisposable
{
    private static readonly string TooLarge = new(' ', ClipLimits.Bytes + 1);
    private readonly TemporaryFolder folder = new();
    private readonly string arm;

    public FirstFileTests() => arm = folder.Write("arm.yaml", Toy.Arm.Yaml);

    public void Dispose() => folder.Dispose();

    private string Set => folder.File("set");

    private ConvertOptions Arm => new() { Layout = arm, Unlabelled = true };

    private void Write(string name, string text) => folder.Write($"set/{name}", text);

    [Theory, InlineData(false), InlineData(true)]
    public void A_first_file_that_cannot_be_read_is_named_and_the_others_go_on(bool framesByName)
    {
        // The names of the second kind are those of frames: then the first files are looked into, too.
        var names = framesByName ? (string[])["clip_0001", "clip_0002", "clip_0003"] : ["first", "second", "third"];
        Write($"{names[0]}.json", TooLarge);
        foreach (var name in names[1..])
        {
            Write($"{name}.json", """{"frames": [{"keypoints": [[1, 2], [3, 4], [5, 6]]}, {"keypoints": [[1, 2], [3, 4], [5, 7]]}]}""");
        }

        using var source = ConvertSources.Open(Set, Arm);
        var read = ClipCollection.Of(source);

        Assert.Equal(names[1..], read.Clips.Select(clip => clip.Name));
        Assert.Contains($"{names[0]}.json", Assert.Single(read.Skipped).Reason, StringComparison.Ordinal);
    }

    [Theory, InlineData("csv"), InlineData("bvh")]
    public void Nor_does_one_whose_joints_would_be_those_of_the_set_end_it(string ending)
    {
        Write($"a.{ending}", TooLarge);
        Write($"b.{ending}", ending == "csv" ? "shoulder.x,shoulder.y,elbow.x,elbow.y,wrist.x,wrist.y\n1,2,3,4,5,6\n" : """
            HIERARCHY
            ROOT hip
            {
              OFFSET 0 0 0
              CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
              JOINT knee
              {
                OFFSET 0 1 0
                CHANNELS 3 Zrotation Xrotation Yrotation
                End Site
                {
                  OFFSET 0 1 0
                }
              }
            }
            MOTION
            Frames: 1
            Frame Time: 0.1
            1 2 3 0 0 0 0 0 0

            """);

        using var source = ConvertSources.Open(Set, Arm with { Layout = ending == "csv" ? arm : null, Format = ending });
        var read = ClipCollection.Of(source);

        Assert.Equal("b", Assert.Single(read.Clips).Name);
        Assert.Equal("a", Assert.Single(read.Skipped).Name);
    }
}
