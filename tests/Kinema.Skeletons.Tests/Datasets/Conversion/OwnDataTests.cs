using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Labels;
using Kinema.Skeletons.Preparation;

namespace Kinema.Skeletons.Tests.Datasets.Conversion;

public sealed class OwnDataTests
{
    [Fact]
    public void The_files_of_the_example_are_those_its_code_makes()
    {
        foreach (var (name, text) in OwnData.Files())
        {
            var path = Path.Combine(OwnData.Folder, name);
            if (Environment.GetEnvironmentVariable("KINEMA_WRITE_EXAMPLES") is { Length: > 0 }) File.WriteAllText(path, text);

            Assert.Equal(text, File.ReadAllText(path));
        }
        Assert.True(new DirectoryInfo(OwnData.Folder).EnumerateFiles().Sum(file => file.Length) < 300_000);
    }

    // The folder, too: its lists of labels and classes are no clips.
    [Theory, InlineData("gestures.csv"), InlineData("")]
    public void The_example_opens_as_three_classes_of_eight_clips_divided_by_subject(string file)
    {
        using var source = ConvertSources.Open(Path.Combine(OwnData.Folder, file), new ConvertOptions
        {
            Layout = Path.Combine(OwnData.Folder, "upper-body-9.yaml"),
            Labels = Path.Combine(OwnData.Folder, "labels.csv"),
            Classes = Path.Combine(OwnData.Folder, "classes.csv"),
            Split = new SplitRule { Train = [1, 2, 3, 4, 5] },
        });

        var read = ClipCollection.Of(source);
        var set = read.ToDataset(source);

        Assert.Empty(source.Faults);
        Assert.Empty(read.Skipped);
        Assert.Equal(["wave", "drink", "clap"], set.Classes);
        Assert.Equal([8, 8, 8], set.Clips.CountBy(clip => clip.Label).OrderBy(count => count.Key).Select(count => count.Value));
        Assert.Equal((15, 9, 9), (set.Split("train").Count, set.Split("test").Count, set.Layout.JointCount));
        Assert.All(set.Clips, clip => Assert.InRange(clip.Frames, 24, 36));
    }
}
