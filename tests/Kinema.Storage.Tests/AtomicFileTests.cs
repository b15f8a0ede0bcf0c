namespace Kinema.Storage.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Text_replaces_the_old_file_and_leaves_nothing_else_behind()
    {
        AtomicFile.WriteAllText(folder.File("a/status.json"), "old and longer");
        AtomicFile.WriteAllText(folder.File("a/status.json"), "né");

        Assert.Equal([0x6E, 0xC3, 0xA9], File.ReadAllBytes(folder.File("a/status.json")));
        Assert.Single(Directory.GetFiles(folder.File("a")));
    }

    [Fact]
    public void A_writer_that_fails_leaves_the_old_file_and_no_temporary_one()
    {
        AtomicFile.WriteAllText(folder.File("w"), "old");

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder.File("w"), stream =>
        {
            stream.Write(new byte[100_000]);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(folder.File("w")));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_failing_disk_is_named_with_the_file_and_the_old_file_stays()
    {
        AtomicFile.WriteAllText(folder.File("w.kpt"), "old");

        var message = Toy.Refusal(
            () => AtomicFile.Write(folder.File("w.kpt"), _ => throw new IOException("No space left on device : '/x/.w.tmp'", 28)),
            ExitCode.Usage);

        Assert.Equal($"{folder.File("w.kpt")}: cannot be written: the disk is full; what was there before is untouched", message);
        Assert.Equal("old", File.ReadAllText(folder.File("w.kpt")));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_file_that_was_not_there_is_not_called_untouched_and_no_temporary_name_is_shown()
    {
        var message = Toy.Refusal(
            () => AtomicFile.Write(folder.File("w"), _ => throw new UnauthorizedAccessException("Access to the path '/x/.w.7-1.tmp' is denied.")),
            ExitCode.Usage);

        Assert.Equal($"{folder.File("w")}: cannot be written: permission denied", message);
    }

    [Fact]
    public void A_full_device_is_recognised_by_what_the_system_really_throws()
    {
        if (!File.Exists("/dev/full"))
        {
            return;                                      // only Linux has a device that is always full
        }

        var message = Toy.Refusal(
            () => AtomicFile.Write(folder.File("w"), _ =>
            {
                using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write);
                full.Write(new byte[10]);
                full.Flush();
            }),
            ExitCode.Usage);

        Assert.Contains("the disk is full", message);
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_refused_by_name()
    {
        Directory.CreateDirectory(folder.File("taken"));

        var message = Toy.Refusal(() => AtomicFile.WriteAllText(folder.File("taken"), "x"), ExitCode.Usage);

        Assert.StartsWith($"{folder.File("taken")}: cannot be written: ", message);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void What_killed_writers_left_is_swept_and_what_living_ones_write_is_not()
    {
        int killed;
        using (var process = System.Diagnostics.Process.Start("true"))
        {
            killed = process.Id;
            process.WaitForExit();
        }

        using var living = System.Diagnostics.Process.Start("sleep", "60");
        try
        {
            string[] kept = [$".w.kpt.{living.Id}-1.tmp", "notes.tmp", ".w.tmp", $"w.{killed}-1.tmp", "w.kpt"];
            string[] swept = [$".w.kpt.{killed}-3.tmp", $".w.kpt.{Environment.ProcessId}-99.tmp"];
            foreach (var name in kept.Concat(swept)) File.WriteAllText(folder.File(name), "half a file");

            AtomicFile.Sweep(folder.Path);
            AtomicFile.Sweep(folder.File("no such folder"));

            Assert.Equal(
                kept.Order(StringComparer.Ordinal), Directory.GetFiles(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        }
        finally
        {
            living.Kill();
        }
    }

    [Fact]
    public void Writers_of_one_file_on_several_threads_do_not_mix_their_content()
    {
        Parallel.For(0, 40, i => AtomicFile.WriteAllText(folder.File("w"), new string((char)('a' + (i % 20)), 10_000)));

        var text = File.ReadAllText(folder.File("w"));
        Assert.Equal(new string(text[0], 10_000), text);
        Assert.Single(Directory.GetFiles(folder.Path));
    }
}
