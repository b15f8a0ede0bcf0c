using System.IO.Compression;
using Kinema.Skeletons.Datasets.Conversion;

namespace Kinema.Skeletons.Tests.Datasets.Poses;

/// <summary>Five clips of Kinetics-skeleton: OpenPose's 18 joints, several bodies, confidences.</summary>
public sealed class RealPoseTests
{
    [SharedFact("data/pose-samples.zip")]
    public void Clips_of_kinetics_skeleton_are_left_to_their_own_reader()
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

        var first = Directory.GetFiles(folder.Path, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();

        var told = $"{first}: a clip of Kinetics-skeleton; these are read from a folder or zip with train/*.json and val/*.json: put it into one, and name no format";
        Assert.Equal(told, Hostile.Refusal(() => ConvertSources.Open(folder.Path, new ConvertOptions { Format = "json" })));
        Assert.Equal(told, Hostile.Refusal(() => ConvertSources.Open(first, new ConvertOptions())));
    }
}
