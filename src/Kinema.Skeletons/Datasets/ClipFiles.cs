using System.IO.Compression;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>The files of a data set as downloaded, in a folder of any depth or in a zip that stays packed, without hidden ones.</summary>
internal abstract class ClipFiles
{
    /// <summary>What the whole is called in messages.</summary>
    public required string Path { get; init; }

    /// <summary>The path of every file, inside the folder or zip.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The size of every file in bytes, unpacked, as the folder or zip has it; not to be trusted.</summary>
    public required IReadOnlyList<long> Sizes { get; init; }

    /// <summary>The most bytes a file may have, unpacked; a larger one is refused when it is read.</summary>
    public int Limit { get; private init; } = ClipLimits.Bytes;

    /// <summary>Opens a folder or a zip.</summary>
    /// <param name="path">The folder or zip.</param>
    /// <param name="limit">The most bytes one of its files may have, unpacked.</param>
    /// <exception cref="KinemaException">It does not exist, or is no zip that can be read (<see cref="ExitCode.Data"/>).</exception>
    public static ClipFiles Open(string path, int limit = ClipLimits.Bytes)
    {
        return Readable<ClipFiles>(path, () =>
        {
            if (Directory.Exists(path))
            {
                string[] names =
                [
                    .. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
                        .Where(name => !IsHidden(System.IO.Path.GetRelativePath(path, name))).Order(StringComparer.Ordinal),
                ];
                return new FolderFiles { Path = path, Names = names, Sizes = [.. names.Select(SizeOf)], Limit = limit };
            }
            using var archive = ZipFile.OpenRead(path);
            var entries = archive.Entries.Index().Where(entry => !IsHidden(entry.Item.FullName)).ToArray();
            return new ZippedFiles
            {
                Path = path,
                Names = [.. entries.Select(entry => entry.Item.FullName)],
                Sizes = [.. entries.Select(entry => entry.Item.Length)],
                Crcs = [.. entries.Select(entry => entry.Item.Crc32)],
                Places = [.. entries.Select(entry => entry.Index)],
                Zip = new SharedZip(path),
                Limit = limit,
            };
        });
    }

    /// <summary>
    /// Whether a file, or a folder it lies in, begins with a point or is macOS's own: nothing that was meant to be read. A Mac packs a second file
    /// <c>._NAME</c> for each, which bears the ending of a clip and is none.
    /// </summary>
    /// <param name="inside">The path below the folder or in the zip.</param>
    public static bool IsHidden(string inside) =>
        inside.Split('/', '\\').Any(part => (part.StartsWith('.') && part is not ("." or "..")) || part == "__MACOSX");

    // What is wrong with a download is the data's fault, whenever it shows: when it is opened, or when a thread opens it once more.
    private static T Readable<T>(string path, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (InvalidDataException error)
        {
            throw new KinemaException(
                ExitCode.Data, $"{path}: not a zip that can be read: it is damaged or cut off; download it again", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The path of a file below the folder, or in the zip, with slashes whatever the system has.</summary>
    public abstract string Inside(int index);

    /// <summary>Where a file lies, for messages.</summary>
    public abstract string Where(int index);

    /// <summary>
    /// Tells whether some files are the ones they were, without reading them: by size and by time or, in a zip, by the checksums of its
    /// directory and the time of the whole, since a damaged copy has the directory of a sound one.
    /// </summary>
    public string Key(IEnumerable<int> indices) => FileStamp.Hash(indices.Select(index => $"{Inside(index)}\t{Stamp(index)}"));

    private protected abstract string Stamp(int index);

    /// <summary>A reader for the use of one thread.</summary>
    public abstract Reader Open();

    /// <summary>Reads whole files; not shared between threads, because the bytes of a file lie in its buffer.</summary>
    public abstract class Reader : IDisposable
    {
        /// <summary>The bytes of a file, valid until the next call.</summary>
        /// <exception cref="KinemaException">The file cannot be read (<see cref="ExitCode.Data"/>).</exception>
        public abstract ReadOnlySpan<byte> Read(int index);

        /// <summary>The same, where one file may be larger than the others: a list of the labels of all of them.</summary>
        /// <param name="index">Its place in <see cref="Names"/>.</param>
        /// <param name="limit">The most bytes it may have, unpacked.</param>
        public abstract ReadOnlySpan<byte> Read(int index, int limit);

        public abstract void Dispose();
    }

    private static long SizeOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;                // a link that leads nowhere: reading it will say so
    }

    private sealed class FolderFiles : ClipFiles
    {
        public override string Inside(int index) => System.IO.Path.GetRelativePath(Path, Names[index]).Replace('\\', '/');

        public override string Where(int index) => Names[index];

        private protected override string Stamp(int index) => FileStamp.Of(Names[index]);

        public override Reader Open() => new FolderReader(this);
    }

    private sealed class FolderReader(FolderFiles files) : Reader
    {
        private byte[] buffer = new byte[1 << 18];

        public override ReadOnlySpan<byte> Read(int index) => Read(index, files.Limit);

        public override ReadOnlySpan<byte> Read(int index, int limit)
        {
            try
            {
                using var stream = new FileStream(files.Names[index], FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
                var length = 0;
                for (int count; (count = stream.Read(buffer, length, buffer.Length - length)) > 0;)
                {
                    length += count;
                    if (length > limit)
                        throw ClipLimits.TooLarge(files.Where(index), null, limit);
                    if (length == buffer.Length)
                        Array.Resize(ref buffer, Math.Min(2 * length, limit + 1));
                }
                return buffer.AsSpan(0, length);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new KinemaException(ExitCode.Data, $"{files.Where(index)}: cannot be read: {error.Message}", error);
            }
        }

        public override void Dispose()
        {
        }
    }

    private sealed class ZippedFiles : ClipFiles
    {
        private string? whole;

        public override string Inside(int index) => Names[index].Replace('\\', '/');

        public required uint[] Crcs { get; init; }

        /// <summary>Where each file is in the directory of the zip.</summary>
        public required int[] Places { get; init; }

        public required SharedZip Zip { get; init; }

        public override string Where(int index) => $"{Path}: {Names[index]}";

        private protected override string Stamp(int index) => FormattableString.Invariant($"{Whole} {Sizes[index]} {Crcs[index]}");

        private string Whole => whole ??= FileStamp.Of(Path);

        public override Reader Open() => new ZipReader(this);
    }

    private sealed class ZipReader(ZippedFiles files) : Reader
    {
        private readonly ZipArchive archive = Readable(files.Path, files.Zip.Take);
        private byte[] buffer = new byte[1 << 16];
        private bool returned;

        public override ReadOnlySpan<byte> Read(int index) => Read(index, files.Limit);

        public override ReadOnlySpan<byte> Read(int index, int limit)
        {
            var entry = archive.Entries[files.Places[index]];
            if (entry.Length > limit)
                throw ClipLimits.TooLarge(files.Where(index), entry.Length, limit);
            // A size is what the zip claims: what its packed bytes cannot come to is refused here, before memory is given.
            using var stream = files.Zip.Alone(() => ZipEntryStream.Open(entry, files.Where(index)));
            if (buffer.Length < entry.Length)
                buffer = new byte[Math.Min(entry.Length * 2, limit)];
            var content = buffer.AsSpan(0, (int)entry.Length);
            stream.ReadExactly(content);
            stream.ReadToEnd();
            return content;
        }

        public override void Dispose()
        {
            if (!returned)
                files.Zip.Return();
            returned = true;
        }
    }
}
