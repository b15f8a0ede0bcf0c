namespace Kinema.Cli.Tests;

public class DemoTests
{
    [Fact]
    public void A_folder_that_is_no_demo_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("clips"));
        File.WriteAllText(folder.File("clips/clips.safetensors"), "clips of one's own, without the runs of a demo");

        var refused = CliProcess.Run("demo", "--out", folder.Path, "--quiet");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("no earlier demo", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal("clips of one's own, without the runs of a demo", File.ReadAllText(folder.File("clips/clips.safetensors")));
        Assert.Equal([folder.File("clips")], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void An_earlier_demo_is_moved_aside_whole_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("demo/clips"));
        Directory.CreateDirectory(folder.File("demo/plain"));
        File.WriteAllText(folder.File("demo/clips/clips.safetensors"), "earlier clips");
        File.WriteAllText(folder.File("demo/plain/config.yaml"), "name: earlier");

        // Whole demos take minutes: this one is ended once its clips are there.
        using var process = CliProcess.Start(["demo", "--out", folder.File("demo"), "--threads", "1", "--progress", "none"]);
        try
        {
            for (var i = 0; i < 1200 && !process.HasExited && !(Aside().Length == 1 && File.Exists(folder.File("demo/clips/clips.safetensors"))); i++)
                Thread.Sleep(50);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        var aside = Assert.Single(Aside());
        Assert.Equal("earlier clips", File.ReadAllText(Path.Combine(aside, "clips/clips.safetensors")));
        Assert.Equal("name: earlier", File.ReadAllText(Path.Combine(aside, "plain/config.yaml")));
        Assert.NotEqual("earlier clips", File.ReadAllText(folder.File("demo/clips/clips.safetensors")));

        string[] Aside() => Directory.GetDirectories(folder.Path, "demo.old-*");
    }

    [NeedsFact("/bin/kill")]
    public async Task An_interrupted_demo_says_so_and_how_to_go_on()
    {
        using var folder = new TemporaryFolder();
        using var process = CliProcess.Start(["demo", "--out", folder.File("demo"), "--threads", "1", "--progress", "none", "--json"]);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        for (var i = 0; i < 1200 && !process.HasExited && !HasBegun(); i++) await Task.Delay(50);
        using (var kill = System.Diagnostics.Process.Start("/bin/kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync();

        Assert.Equal(143, process.ExitCode);
        Assert.Contains($"kinema train --resume {folder.File("demo/plain")}", await error, StringComparison.Ordinal);
        var document = System.Text.Json.JsonDocument.Parse(await output).RootElement;
        Assert.Equal(("kinema.demo", false), (document.GetProperty("schema").GetString(), document.GetProperty("finished").GetBoolean()));

        bool HasBegun()
        {
            var log = folder.File("demo/plain/run.log");
            return File.Exists(log) && File.ReadAllText(log).Contains("epoch 1/", StringComparison.Ordinal);
        }
    }
}
