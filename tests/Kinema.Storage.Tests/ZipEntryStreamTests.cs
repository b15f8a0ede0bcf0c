using System.IO.Compression;

namespace Kinema.Storage.Tests;

public sealed class ZipEntryStreamTests
{
    // The directory was read; what fails is the disk under an entry, when it is opened or, later, read.
    [Theory, InlineData(true), InlineData(false)]
    public void An_error_of_the_disk_is_not_taken_for_damage_of_the_zip(bool opening)
    {
        using var disk = new Disk(Zip());
        using var archive = new ZipArchive(disk);
        var entry = archive.Entries.Single();
        using var content = opening ? null : ZipEntryStream.Open(entry, "set.zip: a.txt");
        disk.Fails = true;

        var error = Assert.Throws<KinemaException>(() =>
        {
            if (content is null) ZipEntryStream.Open(entry, "set.zip: a.txt").Dispose();
            else content.ReadToEnd();
        });

        Assert.Equal("set.zip: a.txt: cannot be read: Input/output error", error.Message);
    }

    private static byte[] Zip()
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        using (var stream = archive.CreateEntry("a.txt").Open())
            stream.Write("a few bytes"u8);
        return bytes.ToArray();
    }

    private sealed class Disk(byte[] bytes) : MemoryStream(bytes)
    {
        public bool Fails { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Fails ? throw Error() : base.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => Fails ? throw Error() : base.Read(buffer);

        public override int ReadByte() => Fails ? throw Error() : base.ReadByte();

        private static IOException Error() => new("Input/output error");
    }
}
