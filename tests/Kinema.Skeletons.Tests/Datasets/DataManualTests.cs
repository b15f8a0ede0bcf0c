using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Datasets;

/// <summary>docs/data.md, checked against the code.</summary>
public sealed class DataManualTests
{
    private static readonly string Text = System.IO.File.ReadAllText(Path.Combine(Repository.Root, "docs", "data.md"));

    [Fact]
    public void The_layout_in_the_manual_is_a_layout_and_uses_every_key()
    {
        var yaml = Text.Split("```yaml").Select(block => block.Split("```")[0]).Single(block => block.StartsWith("\nname: arm", StringComparison.Ordinal));

        var layout = Layouts.Parse(yaml, "docs/data.md");

        Assert.Equal(("arm", 4, 1, 0), (layout.Name, layout.JointCount, layout.Center, layout.Root));
        Assert.All(LayoutReader.Keys, key => Assert.Contains($"\n{key}:", yaml, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_tensor_and_key_of_a_packed_file_is_in_the_manual()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(PackedDataset.FileName);
        SkeletonClip[] clips = [Toy.Clip("first", 3), Toy.Clip("second", 4)];
        PackedDataset.Write(Toy.Dataset(clips, train: 1), path);
        using var file = SafeTensorsFile.Open(path);

        Assert.All(file.Names.Concat(file.Metadata.Keys), name => Assert.Contains($"`{name}`", Text, StringComparison.Ordinal));
    }
}
