using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Previews;
using Kinema.Skeletons.Tests.Drawing;
using Kinema.Storage;

namespace Kinema.Skeletons.Tests.Previews;

public sealed class ClipPreviewTests
{
    private static readonly LabelledClip[] Two = [new(Toy.Clip("a", 3), "sit"), new(Toy.Clip("b", 4), "stand")];

    [Theory]
    [InlineData(PreviewFormats.Html, false, "preview.html")]
    [InlineData(PreviewFormats.Svg | PreviewFormats.Gif, false, "a.gif a.svg b.gif b.svg")]
    [InlineData(PreviewFormats.Png | PreviewFormats.Gif, true, "a.gif b.gif sheet.png")]
    [InlineData(PreviewFormats.Svg | PreviewFormats.Png | PreviewFormats.Html, true, "preview.html sheet.png sheet.svg")]
    public void Each_format_has_its_files(PreviewFormats formats, bool sheet, string expected)
    {
        using var folder = new TemporaryFolder();

        foreach (var file in Plan(new() { Formats = formats, Sheet = sheet }, folder.Path)) file.Write();

        Assert.Equal(expected, string.Join(' ', Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)));
        foreach (var png in Directory.GetFiles(folder.Path, "*.png")) PngDecoder.Read(File.ReadAllBytes(png));
        foreach (var gif in Directory.GetFiles(folder.Path, "*.gif")) GifDecoder.Read(File.ReadAllBytes(gif));
    }

    [Fact]
    public void Frames_are_as_many_as_asked_for()
    {
        using var folder = new TemporaryFolder();

        foreach (var file in Plan(new() { Formats = PreviewFormats.Svg, Frames = 2 }, folder.Path)) file.Write();

        Assert.Contains("2 of its 4 frames", File.ReadAllText(folder.File("b.svg")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a01_s02.v03-x", "a01_s02.v03-x")]
    [InlineData("../../etc/passwd", "_.._etc_passwd")]
    [InlineData("..", "clip")]
    [InlineData("C:\\con|*?", "C__con___")]
    [InlineData("", "clip")]
    [InlineData("é座\0\n", "____")]
    [InlineData("preview", "preview-2")]
    public void A_name_from_a_stranger_becomes_a_file_name_inside_the_folder(string clip, string expected) =>
        Assert.Equal(expected, ClipPreview.FileName(clip, new HashSet<string>(["preview"], StringComparer.OrdinalIgnoreCase)));

    [Fact]
    public void Names_that_become_alike_are_numbered()
    {
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

        Assert.Equal(["a_b", "a_b-2", "A_B-3", "a_b-4"], new[] { "a/b", "a\\b", "A:B", "a_b" }.Select(name => ClipPreview.FileName(name, taken)));
        Assert.Equal(100, ClipPreview.FileName(new string('x', 5000), taken).Length);
    }

    public static TheoryData<PreviewOptions, string> Wrong => new()
    {
        { new() { Formats = PreviewFormats.None }, "no format" }, { new() { Formats = PreviewFormats.Gif, Sheet = true }, "a sheet is svg or png" },
        { new() { Frames = 0 }, "1 to 64 frames; got 0" }, { new() { FramesPerSecond = double.NaN }, "0.1 to 1000" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Options_out_of_range_are_refused_before_anything_is_drawn(PreviewOptions options, string why)
    {
        var error = Assert.Throws<KinemaException>(() => Plan(options, "never-made"));

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Examples_are_the_longest_of_the_first_clips_of_each_class_spread_over_the_classes()
    {
        var set = Toy.Dataset(
            [.. Enumerable.Range(0, 60).Select(i => Toy.Clip($"clip{i}", i == 57 ? 99 : 1 + i % 7, label: i % 6))], train: 30, null, "a", "b", "c", "d", "e", "f");

        Assert.Equal(["a", "b", "c", "d", "e", "f"], ClipExamples.Of(set, most: 9).Select(item => item.Label));
        Assert.Equal(["a", "c", "e"], ClipExamples.Of(set, most: 3).Select(item => item.Label));
        Assert.All(ClipExamples.Of(set, most: 6), item => Assert.Equal(7, item.Clip.Frames));        // clip57 is the tenth of its class
        Assert.All(ClipExamples.Of(set, most: 6, "test"), item => Assert.True(int.Parse(item.Clip.Name[4..], null) >= 30));
        var bare = Toy.Dataset([.. Enumerable.Range(0, 10).Select(i => Toy.Clip($"{i}", 3, label: -1))], train: 5);
        Assert.Equal(["0", "5"], ClipExamples.Of(bare, most: 2).Select(item => item.Clip.Name));
    }

    private static IReadOnlyList<PreviewFile> Plan(PreviewOptions options, string folder) => ClipPreview.Plan(Layouts.NwUcla, Two, "toy", folder, options);
}
