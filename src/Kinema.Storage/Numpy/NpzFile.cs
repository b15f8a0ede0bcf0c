using System.IO.Compression;

namespace Kinema.Storage.Numpy;

/// <summary>
/// A <c>.npz</c> file: a zip of <c>.npy</c> arrays, stored or deflated, of any size. Arrays are streamed, never unpacked to disk. Not shared
/// between threads, nor are the readers it opens.
/// </summary>
/// <example><code>
/// using var file = NpzFile.Open("NTU60_CS.npz");
/// using var train = file.OpenArray("x_train");                       // (N, T, 150)
/// </code></example>
public sealed class NpzFile : IDisposable
{
    private const string Ending = ".npy";

    private readonly string path;
    private readonly ExitCode exitCode;
    private readonly FileStream stream;
    private readonly ZipArchive archive;
    private readonly Dictionary<string, ZipArchiveEntry> entries = new(StringComparer.Ordinal);
    private readonly List<string> names = [];

    private NpzFile(string path, ExitCode exitCode, FileStream stream)
    {
        (this.path, this.exitCode, this.stream) = (path, exitCode, stream);
        archive = ZipEntryStream.Guarded(path, exitCode, () => new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true));
        foreach (var entry in ZipEntryStream.Guarded(path, exitCode, () => archive.Entries))
        {
            if (!entry.FullName.EndsWith(Ending, StringComparison.Ordinal))
            {
                continue;
            }

            var name = entry.FullName[..^Ending.Length];
            names.Add(entries.TryAdd(name, entry) ? name : throw Wrong($"holds two arrays named '{Printable.Of(name)}'"));
        }
    }

    /// <summary>The names of the arrays, without <c>.npy</c>, in the order of the file.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Opens the file and reads its directory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exitCode">What a missing or damaged file means to the command.</param>
    /// <exception cref="KinemaException">The file is missing or no zip that can be read.</exception>
    public static NpzFile Open(string path, ExitCode exitCode = ExitCode.Data)
    {
        var stream = Pickles.PickleFile.Open(path, exitCode);
        try
        {
            return new NpzFile(path, exitCode, stream);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether there is an array of this name.</summary>
    public bool Contains(string name) => entries.ContainsKey(name);

    /// <summary>Opens one array for reading from front to back; its checksum is compared when its last element has been read.</summary>
    /// <param name="name">Its name, without <c>.npy</c>.</param>
    /// <exception cref="KinemaException">There is no such array, or it is damaged, encrypted or of a type that is not read.</exception>
    public NpyReader OpenArray(string name)
    {
        if (!entries.TryGetValue(name, out var entry))
        {
            var known = names.Count > 0 ? $"it has {string.Join(", ", names.Take(8).Select(Printable.Of))}" : "it has none";
            throw Wrong($"has no array '{Printable.Of(name)}'; {known}");
        }

        var where = $"{path}: {Printable.Of(entry.FullName)}";
        var content = ZipEntryStream.Open(entry, where, exitCode);
        try
        {
            return new NpyReader(content, where, exitCode, entry.Length);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <summary>Reads one array whole.</summary>
    /// <param name="name">Its name, without <c>.npy</c>; the tensor has it too.</param>
    /// <exception cref="KinemaException">There is no such array, or it is damaged, larger than 2 GB or of a type that is not read.</exception>
    public StoredTensor Read(string name)
    {
        using var array = OpenArray(name);
        return array.ReadAll(name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        archive.Dispose();
        stream.Dispose();
    }

    private KinemaException Wrong(string what) => new(exitCode, $"{path}: {what}");
}
