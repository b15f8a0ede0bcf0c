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
        // In the order of names. Of 299 frames of the third all but one show nobody; the first has up to seven bodies in a frame.
        Assert.Equal(["dining", "cutting watermelon", "motorcycling", "smoking hookah", "tying tie"], read.Clips.Select(clip => source.Classes[clip.Label]));
        Assert.Equal(1, read.Clips[2].Frames);
        Assert.Contains(read.Notes, note => note.Kind == "persons-left-out" && note.Name == read.Clips[0].Name);
        Assert.All(read.Clips, clip => Assert.All(clip.Coordinates.ToArray(), x => Assert.InRange(x, 0, 1.2)));
    }
}
