using System.IO.Compression;

namespace Kinema.Storage.Pickles;

/// <summary>
/// The zip container (PyTorch 1.6 and later): <c>NAME/data.pkl</c>, one entry <c>NAME/data/KEY</c> for each storage, and
/// <c>NAME/byteorder</c> in newer files. PyTorch stores without compression, so a compressed entry is refused: what is read can then never
/// exceed the size of the file.
/// </summary>
internal sealed class PyTorchZip : PyTorchContainer
{
    private readonly FileStream stream;
    private readonly ZipArchive archive;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
    private readonly string folder;
    private long bytesLeft;

    internal PyTorchZip(string path, FileStream stream)
        : base(path)
    {
        (this.stream, bytesLeft) = (stream, stream.Length);
        archive = Guarded("its directory", () => new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true));
        foreach (var entry in Guarded("its directory", () => archive.Entries))
        {
            if (!entries.TryAdd(entry.FullName, entry))
            {
                throw Damaged($"holds two entries named '{Printable.Of(entry.FullName)}'");
            }
        }

        const string pickle = "data.pkl";
        var names = entries.Keys.Where(name => name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..] == pickle).ToList();
        folder = names is [var name]
            ? name[..^pickle.Length]
            : throw Damaged($"a zip archive with {names.Count} entries '…/data.pkl' where PyTorch writes one");
        if (entries.ContainsKey($"{folder}byteorder") && !Read($"{folder}byteorder").AsSpan().SequenceEqual("little"u8))
        {
            throw Damaged("holds big-endian tensors, which are not read");
        }

        var bytes = Read($"{folder}{pickle}");
        Root = new PickleMachine(new PickleInput(path, ExitCode.Checkpoint, new MemoryStream(bytes), bytes.Length), Storages).Run();
    }

    internal override PickleValue Root { get; }

    public override void Dispose()
    {
        archive.Dispose();
        stream.Dispose();
    }

    private protected override void ReadStorages()
    {
        foreach (var storage in Storages.All.Values.Where(storage => storage.Wanted))
        {
            var bytes = storage.Length == 0 ? [] : Read($"{folder}data/{storage.Key}");       // PyTorch need not write an empty one
            storage.Bytes = bytes.Length == storage.Length
                ? bytes
                : throw Damaged($"storage '{Printable.Of(storage.Key)}' has {bytes.Length} bytes where {storage.Length} are declared");
        }
    }

    private byte[] Read(string name)
    {
        if (!entries.TryGetValue(name, out var entry))
        {
            throw Damaged($"has no entry '{Printable.Of(name)}'");
        }

        if (entry.CompressedLength != entry.Length || entry.IsEncrypted)
        {
            throw Damaged(
                $"entry '{Printable.Of(name)}' is compressed, which PyTorch never does; unpack it and pack it again with 'zip -0'");
        }

        bytesLeft -= entry.Length;
        if (bytesLeft < 0 || entry.Length > Array.MaxLength)
        {
            throw Damaged($"entry '{Printable.Of(name)}' of {entry.Length} bytes is larger than the file has room for");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)entry.Length);
        Guarded($"entry '{Printable.Of(name)}'", () =>
        {
            using var content = entry.Open();
            content.ReadExactly(bytes);
            return content.ReadByte() < 0 ? 0 : throw new InvalidDataException("longer than declared");
        });
        return Crc32.Of(bytes) == entry.Crc32
            ? bytes
            : throw Damaged($"entry '{Printable.Of(name)}' fails its checksum; fetch the file again");
    }

    /// <summary>.NET's zip reader reports damage by several exceptions; to us they all mean the same.</summary>
    private T Guarded<T>(string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error)
            when (error is InvalidDataException or EndOfStreamException or ArgumentException or OverflowException or NotSupportedException)
        {
            throw new KinemaException(
                ExitCode.Checkpoint, $"{FilePath}: damaged zip archive: {what} cannot be read; fetch the file again", error);
        }
    }
}
