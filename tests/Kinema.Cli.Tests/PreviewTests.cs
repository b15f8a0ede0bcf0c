namespace Kinema.Cli.Tests;

public class PreviewTests
{
    [Fact]
    public void Without_names_one_clip_of_each_class_is_on_the_page()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));

        var run = CliProcess.Run("data", "preview", folder.Path, "--out", folder.File("out"));

        Assert.Equal((0, folder.File("out/preview.html")), (run.ExitCode, run.Output.TrimEnd('\n')));
        var page = File.ReadAllText(folder.File("out/preview.html"));
        Assert.Contains("\"name\":\"train-0\",\"label\":\"sit\"", page, StringComparison.Ordinal);
        Assert.Contains("\"label\":\"stand\"", page, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(folder.File("out")));
    }

    [Fact]
    public void A_sheet_of_some_of_many_classes_says_how_many_there_are()
    {
        using var folder = new TemporaryFolder();
        Sets.OfClasses(folder.File("clips.safetensors"), 27);

        var run = CliProcess.Run("data", "preview", folder.Path, "--sheet", "--format", "svg", "--out", folder.File("out"));

        Assert.Contains("24 of 27 classes are shown", run.Error, StringComparison.Ordinal);
        Assert.Contains(">many: 24 of 27 classes<", File.ReadAllText(folder.File("out/sheet.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void Named_clips_are_drawn_in_every_format_and_listed_as_JSON()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));

        var made = CliProcess.Run(
            "data", "preview", folder.Path, "test-1", "train-0", "--format", "svg,png,gif", "--frames", "2", "--out", folder.File("out"), "--json").Document;

        Assert.Equal(["test-1", "train-0"], made.GetProperty("clips").EnumerateArray().Select(clip => clip.GetProperty("name").GetString()));
        var files = made.GetProperty("files").EnumerateArray().ToDictionary(
            file => Path.GetFileName(file.GetProperty("path").GetString()!), file => file.GetProperty("bytes").GetInt64());
        Assert.Equal(["test-1.gif", "test-1.png", "test-1.svg", "train-0.gif", "train-0.png", "train-0.svg"], files.Keys.Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(new FileInfo(folder.File($"out/{file.Key}")).Length, file.Value));
    }

    [Fact]
    public void A_pattern_names_all_clips_that_are_like_it()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));

        var made = CliProcess.Run("data", "preview", folder.Path, "test-1", "test-*", "--format", "svg", "--out", folder.File("out"), "--json").Document;

        Assert.Equal(["test-1", "test-0"], made.GetProperty("clips").EnumerateArray().Select(clip => clip.GetProperty("name").GetString()));
        Assert.Contains("stand  test-1<", File.ReadAllText(folder.File("out/test-1.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void One_clip_file_is_enough_and_files_that_are_there_are_kept()
    {
        using var folder = new TemporaryFolder();
        var joints = string.Join(',', Enumerable.Range(1, 20).Select(v => $"[{v}, 1, 2]"));
        folder.Write("wave.json", $"{{\"skeletons\": [[{joints}], [{joints}]]}}");
        string[] line = ["data", "preview", folder.File("wave.json"), "--format", "png", "--sheet", "--out", folder.File("out")];

        Assert.Equal(folder.File("out/sheet.png"), CliProcess.Run(line).Output.TrimEnd('\n'));

        var refused = CliProcess.Run(line);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--overwrite", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(0, CliProcess.Run([.. line, "--overwrite"]).ExitCode);
    }

    [Fact]
    public void A_set_that_was_changed_is_shown_and_that_is_said()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));
        var bytes = File.ReadAllBytes(folder.File("clips.safetensors"));
        var stored = Kinema.Skeletons.Datasets.DatasetReader.OpenPart(folder.Path).Checksum;
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(stored));
        bytes[at] = bytes[at] == (byte)'0' ? (byte)'1' : (byte)'0';
        File.WriteAllBytes(folder.File("clips.safetensors"), bytes);

        Assert.Contains("its checksum is no longer the stored one", CliProcess.Run("data", "inspect", folder.Path).Output, StringComparison.Ordinal);
        var run = CliProcess.Run("data", "preview", folder.Path, "--out", folder.File("out"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"{folder.Path}: has 1 error; 'kinema data inspect {folder.Path}' lists them", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sheet_without_a_format_is_a_picture()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));

        var run = CliProcess.Run("data", "preview", folder.Path, "--sheet", "--out", folder.File("out"));

        Assert.Equal((0, folder.File("out/sheet.svg")), (run.ExitCode, run.Output.TrimEnd('\n')));
    }

    [Theory]
    [InlineData(2, "no clip 'tran-0'; did you mean 'train-0'?", "tran-0")]
    [InlineData(2, "no clip 'tran-*'; ", "tran-*")]
    [InlineData(2, "--format takes svg, png, gif, html, not 'bmp'", "--format", "png,bmp")]
    [InlineData(2, "a sheet is svg or png", "--sheet", "--format", "html")]
    [InlineData(2, "1 to 64 frames; got 99", "--frames", "99")]
    [InlineData(4, "its layout is nw-ucla with V = 20 joints; ntu has 25", "--layout", "ntu")]
    public void What_cannot_be_shown_is_refused_in_one_line_and_nothing_is_written(int exit, string why, params string[] options)
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));

        var run = CliProcess.Run(["data", "preview", folder.Path, "--out", folder.File("out"), .. options]);

        Assert.Equal(exit, run.ExitCode);
        Assert.Contains(why, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("out")));
    }
}
