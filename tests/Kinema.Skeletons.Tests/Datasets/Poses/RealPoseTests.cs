using System.IO.Compression;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Datasets.Poses;

/// <summary>Five clips of Kinetics-skeleton: OpenPose's 18 joints, several bodies, confidences.</summary>
public sealed class RealPoseTests
{
    [SharedFact("data/pose-samples.zip")]
    public void Clips_of_kinetics_skeleton_are_recognised_and_read()
    {
        using var folder = new TemporaryFolder();
        using (var archive = ZipFile.OpenRead(Repository.Shared("data/pose-samples.zip")))
        {
            foreach (var entry in archive.Entries.Where(entry => entry.Name.EndsWith(".json")))
            {
                Directory.CreateDirectory(folder.File(Path.GetDirectoryName(entry.FullName)!));
                entry.ExtractToFile(folder.File(entry.FullName));
            }
        }

        using var source = ConvertSources.Open(folder.Path, new ConvertOptions());
        var read = ClipCollection.Of(source);

        Assert.Equal(("openpose-18", 5), (source.Layout.Name, source.Items.Count));
        Assert.Empty(read.Skipped);
        Assert.Equal(5, read.Clips.Count);
        Assert.Equal(["kinetics-skeleton/train/cU1fyH2QssA", "kinetics-skeleton/train/kkwHdOvpCoc", "kinetics-skeleton/train/sAP-xS5P0Bw",
            "kinetics-skeleton/val/-0BveUV52cM", "kinetics-skeleton/val/-0byZyStAYQ"], read.Clips.Select(clip => clip.Name).Order(StringComparer.Ordinal));
        Assert.All(read.Clips, clip => Assert.InRange(clip.Label, 0, source.Classes.Count - 1));
        Assert.All(read.Clips, clip => Assert.InRange(clip.Frames, 20, 300));
        Assert.All(read.Clips, clip => Assert.All(clip.Coordinates.ToArray(), x => Assert.InRange(x, 0, 1)));
    }
}
