using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;

namespace Kinema.Cli.Tests;

public class DataTests
{
    private static readonly string[] Small = ["--classes", "2", "--clips", "12", "--cameras", "2", "--subjects", "2"];

    [Fact]
    public void A_made_up_set_is_inspected_as_it_was_made()
    {
        using var folder = new TemporaryFolder();
        var made = CliProcess.Run(["data", "synth", "--out", folder.File("toy"), .. Small, "--json"]).Document;

        var seen = CliProcess.Run("data", "inspect", folder.File("toy"), "--strict", "--json");

        Assert.Equal(0, seen.ExitCode);
        Assert.Equal(12, seen.Document.GetProperty("clips").GetInt32());
        Assert.Equal(made.GetProperty("frames").GetInt64(), seen.Document.GetProperty("frames").GetInt64());
        Assert.Equal(made.GetProperty("splits").GetProperty("test").GetInt32(), seen.Document.GetProperty("splits").GetProperty("test").GetInt32());
        Assert.True(seen.Document.GetProperty("usable").GetBoolean());
    }

    [Fact]
    public void One_seed_gives_one_file_and_another_seed_another()
    {
        using var folder = new TemporaryFolder();
        byte[] Make(string name, string seed)
        {
            Assert.Equal(0, CliProcess.Run(["data", "synth", "--out", folder.File(name), "--seed", seed, .. Small]).ExitCode);
            return File.ReadAllBytes(folder.File($"{name}/clips.safetensors"));
        }

        var first = Make("a", "3");

        Assert.Equal(first, Make("b", "3"));
        Assert.NotEqual(first, Make("c", "4"));
    }

    [Fact]
    public void Samples_are_test_clips_of_different_classes()
    {
        using var folder = new TemporaryFolder();

        var samples = CliProcess.Run(["data", "synth", "--out", folder.Path, "--samples", "2", .. Small, "--json"]).Document.GetProperty("samples");

        var clips = samples.EnumerateArray().Select(path => ClipJson.Read(path.GetString()!, Layouts.NwUcla)).ToList();
        Assert.Equal([0, 1], clips.Select(clip => clip.Label));
        var set = DatasetReader.Open(folder.Path);
        Assert.All(clips, clip => Assert.Contains(clip.Name, set.Split("test").Select(index => set.Clips[index].Name)));
    }

    [Fact]
    public void An_existing_set_is_kept_unless_it_may_be_overwritten()
    {
        using var folder = new TemporaryFolder();
        string[] line = ["data", "synth", "--out", folder.Path, .. Small];
        Assert.Equal(0, CliProcess.Run(line).ExitCode);
        var before = File.ReadAllBytes(folder.File("clips.safetensors"));

        var refused = CliProcess.Run([.. line, "--seed", "9"]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--overwrite", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder.File("clips.safetensors")));
        Assert.Equal(0, CliProcess.Run([.. line, "--seed", "9", "--overwrite"]).ExitCode);
        Assert.NotEqual(before, File.ReadAllBytes(folder.File("clips.safetensors")));
    }

    [Fact]
    public void A_dry_run_counts_and_writes_nothing()
    {
        using var folder = new TemporaryFolder();

        var run = CliProcess.Run(["data", "synth", "--out", folder.File("toy"), .. Small, "--dry-run"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("would hold 12 clips", run.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("toy")));
    }

    [Fact]
    public void Options_out_of_range_are_all_named_at_once()
    {
        var run = CliProcess.Run("data", "synth", "--out", "never-made", "--classes", "99", "--noise", "7");

        Assert.Equal(2, run.ExitCode);
        var line = Assert.Single(run.ErrorLines);
        Assert.Contains("classes is 99", line, StringComparison.Ordinal);
        Assert.Contains("noise is 7", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Strict_inspection_fails_a_set_with_copies_and_names_them()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));

        var lenient = CliProcess.Run("data", "inspect", folder.Path);
        var strict = CliProcess.Run("data", "inspect", folder.Path, "--strict");

        Assert.Equal(0, lenient.ExitCode);
        Assert.Equal(8, strict.ExitCode);
        Assert.Contains(
            "warning  copy: 1 of 2 test clips equal training clips, number for number: test-0 equals train-0\n", strict.Output, StringComparison.Ordinal);
        Assert.Contains("usable, with the warnings above", strict.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_without_a_clip_are_counted_in_one_line_and_kept_in_json()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("full/clips.safetensors"));
        Sets.WithACopy(folder.File("part/clips.safetensors"), ["sit", "stand", "hop", "wave", "bow", "kick"]);

        var (full, part) = (CliProcess.Run("data", "inspect", folder.File("full")).Output, CliProcess.Run("data", "inspect", folder.File("part")).Output);

        Assert.Contains(
            "    1  stand      1     1\n       all        2     2\nand 4 classes without a clip: hop, wave, bow, …; --json lists all\n\n", part,
            StringComparison.Ordinal);
        Assert.DoesNotContain("without a clip", full, StringComparison.Ordinal);
        var document = CliProcess.Run("data", "inspect", folder.File("part"), "--json").Document;
        Assert.Equal(6, document.GetProperty("class_counts").GetProperty("train").GetArrayLength());
    }

    [Theory, InlineData(false), InlineData(true)]
    public void A_set_that_cannot_be_used_ends_inspection_with_4_strict_or_not(bool strict)
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));
        var bytes = File.ReadAllBytes(folder.File("clips.safetensors"));
        var at = bytes.AsSpan().IndexOf("\"joints\""u8);
        Assert.True(at > 0);
        var first = 8 + BitConverter.ToInt32(bytes);
        BitConverter.GetBytes(float.NaN).CopyTo(bytes, first);
        File.WriteAllBytes(folder.File("clips.safetensors"), bytes);

        var run = CliProcess.Run(["data", "inspect", folder.Path, .. strict ? (string[])["--strict"] : []]);

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("error    damaged-clip: ", run.Output, StringComparison.Ordinal);
        Assert.Matches("is not usable: \\d+ errors", Assert.Single(run.ErrorLines));
    }

    [Fact]
    public void A_fault_of_one_protocol_among_others_is_a_warning()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopyUnderOneProtocol(folder.File("clips.safetensors"));                  // under xview, the first, class 0 never trains

        var lenient = CliProcess.Run("data", "inspect", folder.Path);
        var strict = CliProcess.Run("data", "inspect", folder.Path, "--strict", "--json");

        Assert.Equal(0, lenient.ExitCode);
        Assert.Contains("protocol xview: split 'train' has no clip of class 0 (sit)", lenient.Output, StringComparison.Ordinal);
        Assert.Equal((8, true), (strict.ExitCode, strict.Document.GetProperty("usable").GetBoolean()));
    }

    [Theory, InlineData("out.txt", "out.txt"), InlineData("out.txt", "sub/../out.txt"), InlineData("out.txt", "link/out.txt")]
    public void Two_outputs_that_would_be_one_file_are_refused_however_they_are_spelled(string page, string list)
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));
        Directory.CreateSymbolicLink(folder.File("link"), folder.Path);

        var refused = CliProcess.Run(
            ["data", "inspect", folder.Path, "--html", folder.File(page), "--list", list, "--overwrite"], environment: null, folder.Path);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("two outputs of this command would be this one file", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("out.txt")));
    }

    [Fact]
    public void Label_fractions_whose_lists_would_be_one_file_are_refused()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));

        var refused = CliProcess.Run("data", "split", folder.Path, "--fractions", "10,10.0", "--out", folder.File("lists"));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("labels-10.txt: two outputs", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("lists")));
    }

    [Fact]
    public void Inspection_lists_the_clips_in_a_file_and_names_the_protocol_of_copies()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));

        var run = CliProcess.Run("data", "inspect", folder.Path, "--list", folder.File("clips.csv"), "--json");

        Assert.Equal(folder.File("clips.csv"), run.Document.GetProperty("list").GetString());
        Assert.Equal(["clip,label,class,frames,persons,subject,camera,setup,official", "train-0,0,sit,2,1,,,,train"], File.ReadLines(folder.File("clips.csv")).Take(2));
        Assert.Equal("official", run.Document.GetProperty("protocol_copies")[0].GetProperty("protocol").GetString());
        Assert.Contains("preparation: none: coordinates as recorded\n", CliProcess.Run("data", "inspect", folder.Path).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspection_writes_a_page_and_keeps_one_that_is_there()
    {
        using var folder = new TemporaryFolder();
        Sets.WithACopy(folder.File("clips.safetensors"));
        string[] line = ["data", "inspect", folder.Path, "--html", folder.File("page.html"), "--json"];

        var first = CliProcess.Run(line);

        Assert.Equal(folder.File("page.html"), first.Document.GetProperty("html").GetString());
        Assert.Equal("test-0", first.Document.GetProperty("protocol_copies")[0].GetProperty("copies")[0].GetProperty("clip").GetString());
        Assert.Contains("Clips of each class", File.ReadAllText(folder.File("page.html")), StringComparison.Ordinal);
        var refused = CliProcess.Run(line);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("--overwrite", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(0, CliProcess.Run([.. line, "--overwrite"]).ExitCode);
    }

    [Theory, InlineData("missing.zip", "no such data set"), InlineData("note.txt", "no known kind of data set"), InlineData("damaged.zip", "damaged.zip")]
    public void A_file_that_is_no_data_set_is_refused_by_name(string name, string why)
    {
        using var folder = new TemporaryFolder();
        if (name != "missing.zip") { File.WriteAllText(folder.File(name), "these are not clips"); }

        var run = CliProcess.Run("data", "inspect", folder.File(name));

        Assert.Equal(4, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Contains(why, Assert.Single(run.ErrorLines), StringComparison.Ordinal);
    }
}
