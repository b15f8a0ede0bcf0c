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

        Assert.Matches(@"a\.txt: damaged inside the zip: \d+ bytes cannot unpack to the 15728640 it claims$", Hostile.Refusal(() => reader.Read(0)));
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
