using System.IO.Compression;
using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Datasets.Synthetic;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.Ntu;

/// <summary>
/// Made-up files in the format and under the names of NTU RGB+D, for benchmarks and trials of full size where the real set, which needs an
/// agreement, is not at hand: the same setups, cameras, performers and actions, hence the official numbers of clips in every split; people
/// who do something of their class; two of them in the actions of two; what sensors get wrong; no usable body in the clips of the official
/// list of missing skeletons. Nothing in them is from the real set.
/// </summary>
/// <example><code>
/// new NtuFakeFiles(new() { Set = NtuSet.Ntu60, Clips = 2000, Faults = 0.01 }).Write("fake-ntu60.zip");
/// </code></example>
public sealed class NtuFakeFiles
{
    private const string Folder = "nturgb+d_skeletons";
    private const int AtOnce = 64;                             // files in memory while a zip is written
    private static readonly DateTimeOffset Written = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly NtuFakeOptions options;
    private readonly NtuFakeScene scene;

    /// <summary>Chooses the names; nothing is made yet.</summary>
    /// <param name="options">What to make.</param>
    /// <exception cref="KinemaException">An option is out of range (<see cref="ExitCode.Usage"/>).</exception>
    public NtuFakeFiles(NtuFakeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        this.options = options;
        scene = new NtuFakeScene(options.Seed);
        Names = [.. Spread([.. options.Set.Official], options).Select(name => $"{name}")];
    }

    /// <summary>The clips, in ascending order; files are called so with the ending <c>.skeleton</c>.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The bytes of a file, the same at every call and on every thread.</summary>
    /// <param name="name">A clip of NTU RGB+D, one of <see cref="Names"/> or not.</param>
    /// <exception cref="ArgumentException">There is no such clip in the set.</exception>
    public byte[] Content(string name)
    {
        if (NtuName.Parse(name) is not { } parsed || options.Set.Foreign(parsed) is not null)
            throw new ArgumentException($"no clip of {options.Set.Title}: '{name}'", nameof(name));
        var draws = Draws.ForClip(options.Seed, NtuFakeScene.Number(parsed, parsed.Camera));
        var (isDamaged, isEmpty, kept) = (draws.Chance(options.Faults), draws.Chance(0.5), draws.Between(0.05, 0.95));
        if (isDamaged && isEmpty)
            return [];
        var text = Text(parsed, ref draws);
        return isDamaged ? text[..(int)(kept * text.Length)] : text;
    }

    /// <summary>Writes all files, in parallel.</summary>
    /// <param name="path">A zip if it ends so, else a folder; neither may be there yet, but for an empty folder.</param>
    /// <param name="cancellation">Stops between two files.</param>
    /// <exception cref="KinemaException">It is there already, or cannot be written (<see cref="ExitCode.Usage"/>).</exception>
    public void Write(string path, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
            throw new KinemaException(ExitCode.Usage, $"{path}: is there already; name another place, or delete it");
        if (path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
            AtomicFile.Write(path, stream => WriteZip(stream, cancellation));
        else
            WriteFolder(path, cancellation);
    }

    private void WriteFolder(string path, CancellationToken cancellation)
    {
        try
        {
            Directory.CreateDirectory(path);
            Parallel.ForEach(Names, new ParallelOptions { CancellationToken = cancellation },
                name => File.WriteAllBytes(Path.Combine(path, $"{name}.skeleton"), Content(name)));
        }
        catch (Exception error) when (Unwrapped(error) is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Usage, $"{path}: cannot be written: {Unwrapped(error).Message}", error);
        }

        static Exception Unwrapped(Exception error) => error is AggregateException { InnerExceptions: [var first, ..] } ? first : error;
    }

    private void WriteZip(Stream stream, CancellationToken cancellation)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var names in Names.Chunk(AtOnce))
        {
            var contents = new byte[names.Length][];
            Parallel.For(0, names.Length, new ParallelOptions { CancellationToken = cancellation }, i => contents[i] = Content(names[i]));
            for (var i = 0; i < names.Length; i++)
            {
                var entry = archive.CreateEntry($"{Folder}/{names[i]}.skeleton", CompressionLevel.Fastest);
                entry.LastWriteTime = Written;
                using var file = entry.Open();
                file.Write(contents[i]);
            }
        }
    }

    private byte[] Text(NtuName name, ref Draws draws)
    {
        var tracks = scene.Record(name, ref draws);
        var isMissing = options.Set.Missing.Contains(name);
        var writer = new NtuTextWriter(carriageReturns: draws.Chance(0.5));
        var frames = tracks[0].Seen.Length;
        writer.Count(frames);
        for (var frame = 0; frame < frames; frame++)
        {
            writer.Count(isMissing ? 0 : tracks.Count(track => track.Seen[frame]));
            foreach (var track in tracks)
            {
                if (track.Seen[frame] && !isMissing)
                    writer.Body(track.Id, track.Points.AsSpan(frame * NtuBodies.Joints, NtuBodies.Joints));
            }
        }
        return writer.ToArray();
    }

    // One of every stretch of equal length, at random: a fixed step would meet the same action over and over.
    private static IEnumerable<NtuName> Spread(NtuName[] all, NtuFakeOptions options)
    {
        var count = Math.Min(options.Clips ?? all.Length, all.Length);
        var random = new ClipRandom(options.Seed, epoch: 0, instance: 0, RandomPurpose.Split);
        for (var i = 0; i < count; i++)
        {
            var (from, to) = ((int)((long)i * all.Length / count), (int)((i + 1L) * all.Length / count));
            yield return all[random.NextInt(from, to)];
        }
    }
}
