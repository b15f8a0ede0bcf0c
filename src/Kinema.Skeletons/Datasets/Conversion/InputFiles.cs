using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>One file that may hold clips.</summary>
/// <param name="Inside">Its path below the folder or in the zip, with slashes; a file given by itself has its name alone.</param>
/// <param name="Index">Its number in <see cref="ClipFiles"/>.</param>
/// <param name="Bytes">Its size, unpacked; 0 if unknown.</param>
internal readonly record struct InputFile(string Inside, int Index, long Bytes)
{
    /// <summary>The endings of files of clips, in small letters, with the point.</summary>
    public static readonly string[] Endings = [".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".bvh"];

    /// <summary>The ending, in small letters, with its point.</summary>
    public string Ending => Path.GetExtension(Inside).ToLowerInvariant();

    /// <summary>Whether it is taken for clips by its ending alone, whatever else lies in its folder; a text may be a read-me file.</summary>
    public bool IsClips => Endings.Contains(Ending) && Ending != ".txt";

    /// <summary>The path without its ending: what the clip of the file is called.</summary>
    public string ClipName => WithoutEnding(Inside);

    /// <summary>A path with slashes and without the ending of a file of clips.</summary>
    public static string WithoutEnding(string path)
    {
        path = path.Replace('\\', '/');
        var ending = Endings.FirstOrDefault(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
        return ending is null ? path : path[..^ending.Length];
    }
}

/// <summary>
/// The files of a folder at any depth or of a zip, or one file. Of a folder, the lists that Kinema wrote into it about a set are
/// left out, too; a zip, which it does not write into, is taken as it is.
/// </summary>
internal sealed class InputFiles
{
    private readonly ClipFiles? files;                         // null: the one file at Path

    private InputFiles(string path, ClipFiles? files, IReadOnlyList<InputFile> all) => (Path, this.files, All) = (path, files, all);

    /// <summary>What was given.</summary>
    public string Path { get; }

    /// <summary>In the order of their paths.</summary>
    public IReadOnlyList<InputFile> All { get; }

    /// <summary>Whether it is one file by itself, not a folder or zip of files.</summary>
    public bool IsOneFile => files is null;

    /// <summary>Whether the files lie on the disk as they are, and can be read in pieces.</summary>
    public bool AreUnpacked => files is null || Directory.Exists(Path);

    /// <summary>Opens a folder, a zip or a file.</summary>
    /// <param name="path">What to open.</param>
    /// <param name="except">Files that are something else: the list of labels, of classes.</param>
    /// <exception cref="KinemaException">It cannot be read (<see cref="ExitCode.Data"/>).</exception>
    public static InputFiles Open(string path, IEnumerable<string> except)
    {
        var isFolder = Directory.Exists(path);
        if (!isFolder && !File.Exists(path))
            throw new KinemaException(ExitCode.Data, $"{path}: no such file or folder");
        if (!isFolder && !IsZip(path))
            return new InputFiles(path, null, [new InputFile(System.IO.Path.GetFileName(path), 0, new FileInfo(path).Length)]);
        var files = ClipFiles.Open(path);
        var others = except.Select(System.IO.Path.GetFullPath).ToHashSet(StringComparer.Ordinal);
        var all = new List<InputFile>();
        for (var i = 0; i < files.Names.Count; i++)
        {
            var inside = files.Inside(i);
            var file = new InputFile(inside, i, files.Sizes[i]);
            if (inside.EndsWith('/'))
                continue;
            if (isFolder && others.Contains(System.IO.Path.GetFullPath(files.Names[i])))
                continue;
            if (isFolder && OwnLists.IsOne(files.Names[i]))
                continue;
            if (inside.Any(char.IsControl))
                throw Refusal.Data($"{path}: the name '{OneLine.Of(inside)}' has a line break or another control character; rename the file");
            all.Add(file);
        }
        return new InputFiles(path, files, [.. all.OrderBy(file => file.Inside, StringComparer.Ordinal)]);
    }

    /// <summary>Where a file lies, for messages.</summary>
    public string Where(InputFile file) => files?.Where(file.Index) ?? Path;

    /// <summary>The path of a file that lies on the disk as it is.</summary>
    public string OnDisk(InputFile file) => files?.Names[file.Index] ?? Path;

    /// <summary>Tells whether some files are the ones they were, without reading them.</summary>
    public string Key(IEnumerable<InputFile> some) => files?.Key(some.Select(file => file.Index)) ?? FileStamp.Of(Path);

    /// <summary>A reader for the use of one thread.</summary>
    public Reader Open() => new(this);

    private static bool IsZip(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            Span<byte> first = stackalloc byte[4];
            return stream.ReadAtLeast(first, 4, throwOnEndOfStream: false) == 4 && first[0] == 'P' && first[1] == 'K' && first[2] < 8;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads whole files of at most 16 MiB; not shared between threads.</summary>
    public sealed class Reader(InputFiles owner) : IDisposable
    {
        private readonly ClipFiles.Reader? reader = owner.files?.Open();

        /// <summary>The bytes of a file, valid until the next call.</summary>
        /// <exception cref="KinemaException">It cannot be read, or is larger than a clip may be.</exception>
        public ReadOnlySpan<byte> Read(InputFile file)
        {
            if (reader is not null)
                return reader.Read(file.Index);
            try
            {
                using var stream = File.OpenRead(owner.Path);
                return ClipLimits.ReadAll(stream, owner.Path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new KinemaException(ExitCode.Data, $"{owner.Path}: cannot be read: {error.Message}", error);
            }
        }

        public void Dispose() => reader?.Dispose();
    }
}
