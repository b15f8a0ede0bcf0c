using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>A clip file: whose name it has, and which file of which place it is.</summary>
internal readonly record struct NtuFile(NtuName Name, int Place, int Index);

/// <summary>
/// The clip files below a path, wherever they lie: in a zip, in a folder of any depth, or in zips that lie in such a folder, as the two
/// downloads of NTU RGB+D 120 do. Nothing is unpacked to disk.
/// </summary>
internal sealed class NtuFiles
{
    private const int MostNamed = 3;

    private readonly List<ClipFiles> places = [];
    private readonly List<string> ignored = [];

    private NtuFiles(string path)
    {
        Path = path;
        var found = new List<NtuFile>();
        Add(ClipFiles.Open(path), found);
        if (Directory.Exists(path))
        {
            foreach (var zip in places[0].Names.Where(name => name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)))
                Add(ClipFiles.Open(zip), found);
        }
        found.Sort((a, b) =>
            a.Name.CompareTo(b.Name) is not 0 and var byName ? byName
            : string.CompareOrdinal(Where(a), Where(b)) is not 0 and var byPath ? byPath
            : a.Index.CompareTo(b.Index));                              // a zip may hold one path twice
        Files = found;
        if (found.Count == 0)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: holds no clip of NTU RGB+D: files are named like "
                + "S001C001P001R001A001.skeleton, in a zip as downloaded, in a folder of any depth, or in zips in a folder");
        }
    }

    /// <summary>What was opened.</summary>
    public string Path { get; }

    /// <summary>The clip files, by name; those of one name, by path.</summary>
    public IReadOnlyList<NtuFile> Files { get; }

    /// <summary>How many other files there are.</summary>
    public int Ignored { get; private set; }

    /// <summary>The first of them, by their paths.</summary>
    public IReadOnlyList<string> IgnoredNames => ignored;

    /// <summary>Looks through a folder or zip.</summary>
    /// <exception cref="KinemaException">It or a zip in it cannot be read, or holds no clip (<see cref="ExitCode.Data"/>).</exception>
    public static NtuFiles Find(string path) => new(path);

    /// <summary>Where a file lies, for messages.</summary>
    public string Where(NtuFile file) => places[file.Place].Where(file.Index);

    /// <summary>Its size as stored.</summary>
    public long Bytes(NtuFile file) => places[file.Place].Sizes[file.Index];

    /// <summary>Tells whether some files are the ones they were, without reading them.</summary>
    public string Key(IReadOnlyCollection<NtuFile> some) => FileStamp.Hash(
        places.Index().Select(place => place.Item.Key(some.Where(file => file.Place == place.Index).Select(file => file.Index))));

    /// <summary>A reader for the use of one thread.</summary>
    public Reader Open() => new(this);

    private void Add(ClipFiles place, List<NtuFile> found)
    {
        places.Add(place);
        for (var index = 0; index < place.Names.Count; index++)
        {
            if (NtuName.OfFile(place.Names[index]) is { } name)
                found.Add(new NtuFile(name, places.Count - 1, index));
            else if (!place.Names[index].EndsWith('/') && Ignored++ < MostNamed)                 // a zip lists its folders too
                ignored.Add(place.Inside(index));
        }
    }

    /// <summary>Reads whole files; a place is opened when the first of its files is read.</summary>
    public sealed class Reader(NtuFiles files) : IDisposable
    {
        private readonly ClipFiles.Reader?[] readers = new ClipFiles.Reader?[files.places.Count];

        /// <summary>The bytes of a file, valid until the next call.</summary>
        /// <exception cref="KinemaException">The file cannot be read (<see cref="ExitCode.Data"/>).</exception>
        public ReadOnlySpan<byte> Read(NtuFile file) => (readers[file.Place] ??= files.places[file.Place].Open()).Read(file.Index);

        public void Dispose()
        {
            foreach (var reader in readers)
                reader?.Dispose();
        }
    }
}
