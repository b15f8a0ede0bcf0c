using System.Diagnostics;
using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;

namespace Kinema.Skeletons.Preparation;

/// <summary>
/// Makes a packed set of a source: reads on several threads, writes in order, in memory that does not grow with the set. A preparation that
/// was interrupted, at any moment, goes on where it stopped, and ends with the same bytes as one that was not.
/// </summary>
/// <example><code>
/// using var source = ClipSources.Open("ntu60", "nturgbd_skeletons_s001_to_s017.zip");
/// var report = ClipPreparation.Run(source, "ntu60.safetensors");                       // 56,578 clips
/// </code></example>
public sealed class ClipPreparation
{
    private const int ItemsPerFlush = 64;

    private readonly ClipSource source;
    private readonly string path;
    private readonly PreparationOptions options;
    private readonly IProgress<PreparationProgress>? progress;
    private readonly CancellationToken stop;
    private readonly int items;
    private readonly ClipAdmission admission;
    private readonly List<SkippedClip> skipped;
    private readonly List<SkippedClip> notes = [];
    private readonly List<string> made = [];           // folders that were not there, the innermost first
    private int kept;                                  // items that the next run need not read
    private bool begun;                                // whether the half-made file is of this run alone

    private ClipPreparation(
        ClipSource source, string path, PreparationOptions options, IProgress<PreparationProgress>? progress, CancellationToken stop)
    {
        (this.source, this.path, this.options, this.progress, this.stop) = (source, path, options, progress, stop);
        items = source.Items.Count;
        skipped = [.. source.Known];
        admission = new ClipAdmission(source);
    }

    private string Partial => PartialOf(path);

    private string Journal => Beside(path, "journal");

    /// <summary>The half-made file of an interrupted preparation; beside it lies <c>.journal</c>, which says what is in it.</summary>
    /// <param name="path">The packed file that was to be written.</param>
    public static string PartialOf(string path) => Beside(path, "partial");

    /// <summary>Prepares a source.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="path">The packed file to write; one that is there is replaced at the end.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Told after every item.</param>
    /// <param name="stop">Ends the preparation after the item at hand; what is done is kept for the next run.</param>
    /// <exception cref="KinemaException">
    /// The file cannot be written, or an interrupted preparation of something else lies beside it (<see cref="ExitCode.Usage"/>); no clip could be
    /// used, or, if strict, one could not (<see cref="ExitCode.Data"/>).
    /// </exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static PreparationReport Run(
        ClipSource source, string path, PreparationOptions? options = null, IProgress<PreparationProgress>? progress = null,
        CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(path);
        var preparation = new ClipPreparation(source, path, options ?? new PreparationOptions(), progress, stop);
        try
        {
            return preparation.Run();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var remedy = preparation.kept > 0
                ? $"what is prepared so far is kept in {preparation.Partial}: mend that and run the same command again to go on"
                : "mend that, or write elsewhere";
            throw new KinemaException(ExitCode.Usage, $"{path}: cannot be written: {WriteErrors.Reason(path, error)}; {remedy}", error);
        }
        finally
        {
            preparation.RemoveEmptyFolders();
        }
    }

    private PreparationReport Run()
    {
        var started = Stopwatch.GetTimestamp();
        for (var folder = Above(Path.GetFullPath(path)); folder is not null && !Directory.Exists(folder); folder = Above(folder))
            made.Add(folder);
        if (made.Count > 0)
            Directory.CreateDirectory(made[0]);
        var content = PackedContent.Of(source);
        content.Check(path);
        using var lease = Lock();
        try
        {
            return Make(content, started);
        }
        finally
        {
            // Of one that came to nothing, nothing stays. While the lock is held: what lies here is nobody else's.
            if (begun && kept == 0)
            {
                Quietly(() => File.Delete(Partial));
                Quietly(() => File.Delete(Journal));
            }
        }
    }

    private static string? Above(string place) => Path.GetDirectoryName(place);

    private PreparationReport Make(PackedContent content, long started)
    {
        var fingerprint = PreparationJournal.FingerprintOf(source, items);
        var (before, set, left) = options.Fresh ? default : PreparationJournal.LeftAt(Journal);
        // Hours of work may lie here: targets are easily mixed up, and so are options.
        if (left > 0 && before != fingerprint)
        {
            var remedy = set != source.Name ? "; finish that" : ", of other files, labels or options, or of another version of Kinema; go on with the same";
            throw new KinemaException(ExitCode.Usage,
                $"{path}: what an interrupted preparation of {set} has done lies beside it ({Partial}){remedy}, throw it away with --fresh, or write elsewhere");
        }
        using var stream = new FileStream(Partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, 1 << 20);
        using var writer = new PackedWriter(stream, content);
        var done = options.Fresh ? [] : Restore(writer, fingerprint);
        (kept, begun) = (done.Count, done.Count == 0);
        using (var journal = done.Count > 0 ? PreparationJournal.GoOn(Journal, fingerprint, done) : PreparationJournal.Begin(Journal, fingerprint))
        {
            if (done.Count == 0)
                writer.Begin();
            Append(writer, journal, stream, done.Count);
        }
        if (writer.Clips.Count == 0)
        {
            (kept, begun) = (0, true);
            throw new KinemaException(ExitCode.Data,
                $"{source.Name}: none of {items} items holds a clip that can be used; the first: {skipped.ElementAtOrDefault(source.Known.Count)?.Reason}");
        }
        var protocols = Protocols(writer.Clips);
        var checksum = writer.Finish(protocols, LeftOutClips.Of(source, skipped));
        stream.Flush(flushToDisk: true);
        var bytes = stream.Length;
        stream.Dispose();
        File.Move(Partial, path, overwrite: true);
        File.Delete(Journal);
        return new PreparationReport
        {
            Path = path,
            Clips = writer.Clips.Count,
            Frames = writer.Clips.Sum(clip => (long)clip.Frames),
            Persons = new SortedDictionary<int, int>(writer.Clips.CountBy(clip => clip.Persons).ToDictionary()),
            Splits =
            [
                .. from protocol in protocols
                from split in protocol.Splits.OrderByDescending(split => split.Key, StringComparer.Ordinal)
                select (protocol.Name, split.Key, split.Value.Count),
            ],
            Skipped = skipped,
            Notes = notes,
            Checksum = checksum,
            Bytes = bytes,
            ResumedItems = done.Count,
            DiscardedItems = left - done.Count,
            Elapsed = Stopwatch.GetElapsedTime(started),
        };
    }

    // An empty folder that was made for a set which did not come about would be taken for one later.
    private void RemoveEmptyFolders()
    {
        foreach (var folder in made)
            Quietly(() => Directory.Delete(folder));           // fails where anything is in it
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What ended the preparation is to be told, not this.
        }
    }

    // Two processes that write one half-made file would spoil it for both.
    private FileStream Lock()
    {
        try
        {
            return new FileStream(Beside(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException error) when (File.Exists(Beside(path, "lock")))
        {
            throw new KinemaException(ExitCode.Usage, $"{path}: another process is preparing it", error);
        }
    }

    private List<PreparationJournal.Line> Restore(PackedWriter writer, string fingerprint)
    {
        var done = new List<PreparationJournal.Line>();
        foreach (var line in PreparationJournal.Read(Journal, fingerprint).Take(items))
        {
            // A machine that lost its power may have kept the line and not the bytes: then the rest is made again.
            if (!writer.RestoreAll(line.Clips))
                break;
            if (options.Strict && line.Skipped.Count > 0)
                throw Strictly(line.Skipped[0], done: line.Item + 1);
            admission.Add(line.Clips.Select(clip => clip.Name));
            done.Add(line);
            skipped.AddRange(line.Skipped);
            notes.AddRange(line.Notes);
        }
        return done;
    }

    private void Append(PackedWriter writer, PreparationJournal journal, FileStream stream, int first)
    {
        stream.Position = writer.Position;
        using var read = new OrderedItems(source, first, items, options.Jobs);
        var (item, added, sinceFlush) = (first, first, 0);
        try
        {
            foreach (var result in read)
            {
                stop.ThrowIfCancellationRequested();
                if (options.Strict && result.Skipped.Count > 0)
                    throw Strictly(result.Skipped[0], added);
                var line = new PreparationJournal.Line(item++, [], [.. result.Skipped], [.. result.Notes]);
                foreach (var clip in result.Clips)
                {
                    if (admission.Refusal(clip) is not { } refusal)
                        line.Clips.Add(PreparationJournal.Clip.Of(ClipFacts.Of(clip), writer.Append(clip)));
                    else if (options.Strict)
                        throw Strictly(refusal, added);
                    else
                        line.Skipped.Add(refusal);
                }
                skipped.AddRange(line.Skipped);
                notes.AddRange(line.Notes);
                journal.Add(line);
                added++;
                if (++sinceFlush == ItemsPerFlush)
                    Flush();
                progress?.Report(new PreparationProgress(item, items, writer.Clips.Count, skipped.Count));
            }
        }
        finally
        {
            Flush();                                   // what is done counts, whatever ended the loop
        }

        // The bytes before the line that speaks of them.
        void Flush()
        {
            stream.Flush();
            journal.Flush();
            (kept, sinceFlush) = (added, 0);
        }
    }

    // The work of hours is not thrown away for one clip, which may turn out to be dispensable.
    private KinemaException Strictly(SkippedClip clip, int done) => new(ExitCode.Data,
        $"{clip.Reason} (and --strict was asked for{(done > 0 ? $"; what is done is kept in {Partial}: without it the same command goes on" : "")})");

    private List<ClipProtocol> Protocols(IReadOnlyList<ClipFacts> clips)
    {
        var protocols = new List<ClipProtocol>();
        foreach (var protocol in source.Protocols)
        {
            var splits = clips.Index().GroupBy(pair => protocol.Side(pair.Item)).Where(group => group.Key is not null)
                .ToDictionary(group => group.Key!, group => (IReadOnlyList<int>)[.. group.Select(pair => pair.Index)], StringComparer.Ordinal);
            PackedContent.CheckSplits(path, protocol.Name, splits.Keys);
            protocols.Add(new ClipProtocol(protocol.Name, splits, protocol.Classes));
        }
        return protocols;
    }

    private static string Beside(string path, string what) => Path.Combine(Path.GetDirectoryName(path) ?? "", $".{Path.GetFileName(path)}.{what}");
}
