using System.IO.Compression;
using Kinema.Skeletons.Datasets;

namespace Kinema.Skeletons.Tests.Datasets;

public sealed class ClipFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory, InlineData(true), InlineData(false)]
    public void Sizes_are_told_and_the_limit_is_the_callers(bool zipped)
    {
        folder.Write("set/deep/a.txt", new string('a', (17 << 20)));
        if (zipped) ZipFile.CreateFromDirectory(folder.File("set"), folder.File("set.zip"), CompressionLevel.NoCompression, includeBaseDirectory: false);
        var path = folder.File(zipped ? "set.zip" : "set");

        var (wide, narrow) = (ClipFiles.Open(path, 18 << 20), ClipFiles.Open(path));

        Assert.Equal("deep/a.txt", wide.Inside(0));
        Assert.Equal(17 << 20, Assert.Single(wide.Sizes));
        using (var reader = wide.Open()) Assert.Equal(17 << 20, reader.Read(0).Length);
        using (var reader = narrow.Open())
            Assert.EndsWith("a clip file has at most 16 MiB", Hostile.Refusal(() => reader.Read(0)), StringComparison.Ordinal);
    }

    [Theory, InlineData(true), InlineData(false)]
    public void Hidden_files_are_left_out_and_the_others_keep_their_content(bool zipped)
    {
        foreach (var name in (string[])["__MACOSX/clips/._a.json", ".git/b.json", "clips/._c.json", "clips/d.json", "e.json", "hidden.d/f.json"])
            folder.Write($".set/{name}", name);
        var path = folder.File(".set");                                        // where a set lies is nobody's business
        if (zipped) ZipFile.CreateFromDirectory(path, path += ".zip", CompressionLevel.Fastest, includeBaseDirectory: false);

        var files = ClipFiles.Open(path);
        using var reader = files.Open();

        string[] names = [.. Enumerable.Range(0, files.Names.Count).Select(files.Inside)];
        Assert.Equal(["clips/d.json", "e.json", "hidden.d/f.json"], names.Order(StringComparer.Ordinal));
        for (var i = 0; i < names.Length; i++) Assert.Equal(names[i], System.Text.Encoding.UTF8.GetString(reader.Read(i)));
    }

    [Theory, InlineData("./clips/a.json", false), InlineData("../a.json", false), InlineData("a/.b/c.json", true), InlineData("._a.json", true)]
    public void A_name_that_begins_with_a_point_is_hidden_and_the_folder_itself_is_not(string path, bool isHidden) =>
        Assert.Equal(isHidden, ClipFiles.IsHidden(path));

    [Theory, InlineData(true), InlineData(false)]
    public void A_file_that_was_written_anew_has_another_key_and_its_neighbours_do_not_count(bool zipped)
    {
        var before = Key("first", 2000);

        Assert.Equal(before, Key("first", 2000));
        Assert.NotEqual(before, Key("first", 2001));                                           // of equal size, at another time
        if (zipped) Assert.NotEqual(before, Key("other", 2000));                               // or of another checksum
        if (!zipped) File.SetLastWriteTimeUtc(folder.File("set/b.txt"), new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.NotEqual(before, Key("first", 2000, "c.txt"));
        if (!zipped) Assert.Equal(before, Key("first", 2000));

        string Key(string content, int year, string name = "a.txt")
        {
            folder.Write($"set/{name}", content);
            folder.Write("set/b.txt", "b");
            var time = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc);
            File.SetLastWriteTimeUtc(folder.File($"set/{name}"), time);
            var path = folder.File(zipped ? "set.zip" : "set");
            if (zipped)
            {
                File.Delete(path);
                using (var archive = ZipFile.Open(path, ZipArchiveMode.Create))
                    archive.CreateEntryFromFile(folder.File($"set/{name}"), name);
                File.SetLastWriteTimeUtc(path, time);
            }
            var files = ClipFiles.Open(path);
            return files.Key([Enumerable.Range(0, files.Names.Count).Single(index => files.Inside(index) == name)]);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_zip_that_is_damaged_or_gone_when_a_thread_opens_it_is_the_fault_of_the_data(bool gone)
    {
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create)) archive.CreateEntry("a.txt").Open().Dispose();
        var files = ClipFiles.Open(folder.File("set.zip"));
        if (gone) File.Delete(folder.File("set.zip"));
        else folder.Write("set.zip", "no zip any more, and long enough to look for one");

        Assert.StartsWith($"{folder.File("set.zip")}: ", Hostile.Refusal(() => files.Open().Dispose()), StringComparison.Ordinal);
    }

    [Fact]
    public void Readers_of_one_zip_have_one_directory_and_read_at_once()
    {
        const int entries = 20_000;
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        {
            for (var i = 0; i < entries; i++)
            {
                using var stream = archive.CreateEntry($"folder/file-{i:000000}.txt", CompressionLevel.Fastest).Open();
                stream.Write(Content(i));
            }
        }
        var files = ClipFiles.Open(folder.File("set.zip"));
        var readers = new List<ClipFiles.Reader>();
        var (first, others) = (Opened(1), Opened(7));

        Assert.True(others < first / 2, $"{first} bytes for the first reader, {others} for seven more");       // buffers, and no directory
        Parallel.For(0, 8, thread =>
        {
            for (var i = thread; i < entries; i += 8) Assert.True(readers[thread].Read(i).SequenceEqual(Content(i)));
        });

        readers.ForEach(reader => reader.Dispose());
        File.Move(folder.File("set.zip"), folder.File("closed.zip"));
        Hostile.Refusal(() => files.Open().Dispose());

        long Opened(int more)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < more; i++) readers.Add(files.Open());
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        static byte[] Content(int i) => System.Text.Encoding.UTF8.GetBytes($"this is file {i} and nothing else, {i * 7}");
    }

    [Fact]
    public void A_zip_that_claims_more_than_packing_can_do_is_refused()
    {
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        using (var stream = archive.CreateEntry("a.txt").Open()) stream.Write("a few bytes"u8);
        var bytes = File.ReadAllBytes(folder.File("set.zip"));
        var entry = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
        BitConverter.GetBytes(15 << 20).CopyTo(bytes, entry + 24);                             // the unpacked size in the directory
        File.WriteAllBytes(folder.File("set.zip"), bytes);

        using var reader = ClipFiles.Open(folder.File("set.zip")).Open();

        Assert.Matches(@"a\.txt: damaged inside the zip: \d+ bytes cannot unpack to the 15728640 it claims; fetch the file again$", Hostile.Refusal(() => reader.Read(0)));
    }

    // The bytes of the only entry begin after its header of 30 bytes and its name.
    [Theory]
    [InlineData(30 + 5, 0xFF, "damaged inside the zip: it cannot be unpacked after 0 of 11 bytes; fetch the file again")]
    [InlineData(0, 0, "damaged inside the zip, or packed by a method that is not read: fetch the file again, or unpack it and pack it anew")]
    public void Damage_inside_a_zip_is_told_in_words_of_ours_and_what_to_do(int at, byte value, string told)
    {
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        using (var stream = archive.CreateEntry("a.txt").Open()) stream.Write("a few bytes"u8);
        var bytes = File.ReadAllBytes(folder.File("set.zip"));
        bytes[at] = value;
        File.WriteAllBytes(folder.File("set.zip"), bytes);

        using var reader = ClipFiles.Open(folder.File("set.zip")).Open();

        Assert.Equal($"{folder.File("set.zip")}: a.txt: {told}", Hostile.Refusal(() => reader.Read(0)));
    }

    [Fact]
    public void An_entry_packed_by_a_method_that_is_not_read_is_not_only_called_damaged()
    {
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        using (var stream = archive.CreateEntry("a.txt").Open()) stream.Write("a few bytes"u8);
        var bytes = File.ReadAllBytes(folder.File("set.zip"));
        bytes[8] = bytes[bytes.AsSpan().IndexOf("PK\u0001\u0002"u8) + 10] = 12;                  // bzip2
        File.WriteAllBytes(folder.File("set.zip"), bytes);

        using var reader = ClipFiles.Open(folder.File("set.zip")).Open();

        Assert.EndsWith("a.txt: damaged inside the zip, or packed by a method that is not read: fetch the file again, or unpack it and pack it anew",
            Hostile.Refusal(() => reader.Read(0)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_zip_is_named_as_such_and_not_as_a_bad_download()
    {
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create))
        using (var stream = archive.CreateEntry("a.txt").Open()) stream.Write("a few bytes"u8);
        var bytes = File.ReadAllBytes(folder.File("set.zip"));
        bytes[6] |= 1;                                                                         // the flag in front of the entry, and in the directory
        bytes[bytes.AsSpan().IndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        File.WriteAllBytes(folder.File("set.zip"), bytes);

        using var reader = ClipFiles.Open(folder.File("set.zip")).Open();

        Assert.EndsWith("a.txt: is encrypted; unpack it and pack it again without a password", Hostile.Refusal(() => reader.Read(0)), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_entry_is_an_empty_file()
    {
        using (var archive = ZipFile.Open(folder.File("set.zip"), ZipArchiveMode.Create)) archive.CreateEntry("a.txt");
        using var reader = ClipFiles.Open(folder.File("set.zip")).Open();
        Assert.True(reader.Read(0).IsEmpty);
    }
}
