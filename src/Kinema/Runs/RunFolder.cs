using System.Globalization;
using Kinema.Storage;

namespace Kinema.Runs;

/// <summary>What a new run folder is made from.</summary>
public sealed record RunFolderRequest
{
    /// <summary>Folder of all runs.</summary>
    /// <value>Default <c>runs</c>, below the current folder.</value>
    public string Root { get; init; } = "runs";

    /// <summary>The recipe's name; a slash in it becomes a hyphen.</summary>
    public required string Recipe { get; init; }

    /// <summary>The run's seed, part of the folder's name.</summary>
    public required int Seed { get; init; }

    /// <summary>The folder itself (<c>--out</c>), in place of one below <see cref="Root"/> named after recipe, time and seed.</summary>
    public string? Out { get; init; }

    /// <summary>Whether a folder at <see cref="Out"/> is moved aside (<c>--overwrite</c>). It is never deleted.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether a folder whose run ended before its first checkpoint may be begun anew, as <c>--resume auto</c> does.</summary>
    public bool Resume { get; init; }
}

/// <summary>
/// The folder of one run, and the name of everything in it. A run writes only here. Files that are replaced are written under a temporary
/// name and renamed; files that grow are repaired on resume (<see cref="EpochLog"/>).
/// </summary>
public sealed class RunFolder
{
    private RunFolder(string path) => Path = path;

    /// <summary>Path of the folder, as given or made; not necessarily absolute.</summary>
    public string Path { get; }

    /// <summary>The resolved recipe.</summary>
    public string Config => In("config.yaml");

    /// <summary>The command line that started the run, and those that resumed it, one a line.</summary>
    public string Command => In("command.txt");

    /// <summary>What the command line changed.</summary>
    public string Overrides => In("overrides.yaml");

    /// <summary>Version, machine, threads, data checksum.</summary>
    public string Environment => In("environment.json");

    /// <summary>Everything said during the run, dated.</summary>
    public string Log => In("run.log");

    /// <summary>One JSON object per epoch, with results only: equal runs give equal files.</summary>
    public string Metrics => In("metrics.jsonl");

    /// <summary>The same as a table.</summary>
    public string MetricsTable => In("metrics.csv");

    /// <summary>One JSON object per epoch with what differs from run to run: seconds, clips per second, memory.</summary>
    public string Timing => In("timing.jsonl");

    /// <summary>State and progress, for scripts to poll.</summary>
    public string Status => In("status.json");

    /// <summary>Configuration, environment, epochs, best and last accuracy in one document.</summary>
    public string Summary => In("summary.json");

    /// <summary>Prediction for each test clip.</summary>
    public string Predictions => In("predictions.csv");

    /// <summary>Scores of each test clip for every class, for ensembles.</summary>
    public string Scores => In("scores.safetensors");

    /// <summary>The report as a page.</summary>
    public string Report => In("report.html");

    /// <summary>The report as data.</summary>
    public string ReportData => In("report.json");

    /// <summary>Checkpoint of the last finished epoch, or of the step at which the run was stopped.</summary>
    public string LastCheckpoint => In("checkpoints", "last.kpt");

    /// <summary>Checkpoint of the best epoch.</summary>
    public string BestCheckpoint => In("checkpoints", "best.kpt");

    /// <summary>Checkpoint kept of one epoch, counted from 1.</summary>
    public string EpochCheckpoint(int epoch) => In("checkpoints", string.Create(CultureInfo.InvariantCulture, $"epoch={epoch:00}.kpt"));

    /// <summary>Refuses what <see cref="Create"/> would not make, before anything is read or written.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: the folder exists, or is a file, or a folder above it is one.</exception>
    public static void Check(RunFolderRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (File.Exists(request.Out))
            throw new KinemaException(ExitCode.Usage, $"{request.Out}: is a file; name another folder with --out");
        if (WriteErrors.Obstacle(InPlaceOf(request)) is { } obstacle)
            throw NoPlace(request, obstacle);
        if (request.Out is { } path && !request.Overwrite && IsTaken(path, request))
        {
            throw new KinemaException(ExitCode.Usage,
                $"{path}: exists already; go on with --resume auto, move it aside with --overwrite, or name another with --out");
        }
    }

    /// <summary>Makes the folder of a new run and points <c>latest</c> at it.</summary>
    /// <param name="request">Name and place.</param>
    /// <param name="time">The clock the folder is named after.</param>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: the folder exists, or cannot be made.</exception>
    public static RunFolder Create(RunFolderRequest request, TimeProvider time)
    {
        Check(request);
        var stamp = time.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        try
        {
            var path = request.Out ?? Unused(System.IO.Path.Combine(
                request.Root, request.Recipe.Replace('/', '-'), string.Create(CultureInfo.InvariantCulture, $"{stamp}-{request.Seed}")));
            if (IsTaken(path, request)) MoveAside(path, time, path);
            Directory.CreateDirectory(System.IO.Path.Combine(path, "checkpoints"));
            LatestLink.Point(request.Root, path);
            return new RunFolder(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoPlace(request, WriteErrors.Reason(InPlaceOf(request), error), error);
        }
    }

    /// <summary>Renames a folder to <c>NAME.old-STAMP</c>, so that its name is free and nothing in it is lost.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="time">The clock of the stamp.</param>
    /// <param name="runs">The run folders in it, those that do not exist left out of account.</param>
    /// <returns>Where it is now.</returns>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: a living process writes one of the runs, or it cannot be renamed.</exception>
    public static string MoveAside(string path, TimeProvider time, params ReadOnlySpan<string> runs)
    {
        ArgumentNullException.ThrowIfNull(time);
        foreach (var run in runs)
        {
            // Refuses to pull the folder from under a living run.
            if (Directory.Exists(run)) new RunFolder(run).Lock().Dispose();
        }

        var stamp = time.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var aside = Unused($"{System.IO.Path.TrimEndingDirectorySeparator(path)}.old-{stamp}");
        try
        {
            Directory.Move(path, aside);
            return aside;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(
                ExitCode.Usage, $"{path}: cannot be moved aside: {error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}; name another folder with --out", error);
        }
    }

    /// <summary>Opens the folder of a run that was started before.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: no such folder, or no run in it.</exception>
    public static RunFolder Open(string path)
    {
        if (!Directory.Exists(path))
            throw new KinemaException(ExitCode.Usage, $"{path}: no such run folder; kinema runs list names those there are");
        return LooksLikeRun(path)
            ? new RunFolder(path)
            : throw new KinemaException(ExitCode.Usage,
                $"{path}: holds no run (no config.yaml, status.json or checkpoints); kinema runs list names those there are");
    }

    /// <summary>
    /// The folder <c>--resume auto</c> goes on with: the one given by <c>--out</c>, else the newest of this recipe and seed; null if it
    /// holds no checkpoint, so that the same command line starts a run and goes on with it.
    /// </summary>
    public static RunFolder? FindResumable(RunFolderRequest request)
    {
        var below = System.IO.Path.Combine(request.Root, request.Recipe.Replace('/', '-'));
        IEnumerable<string> candidates = request.Out is { } given ? [given]
            : Directory.Exists(below) ? Directory.EnumerateDirectories(below).Where(path => SeedOf(path) == request.Seed)
            : [];
        return candidates.OrderDescending(StringComparer.Ordinal)
            .Select(path => new RunFolder(path))
            .FirstOrDefault(run => File.Exists(run.LastCheckpoint));
    }

    /// <summary>The text of <see cref="Config"/>.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: it is missing or cannot be read.</exception>
    public string ReadConfig()
    {
        try
        {
            return File.ReadAllText(Config);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var why = error is FileNotFoundException ? "it is missing" : error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
            throw new KinemaException(
                ExitCode.Usage, $"{Config}: the run's configuration cannot be read: {why}; put it back, or give what it says, such as --data PATH", error);
        }
    }

    /// <summary>
    /// Claims the folder for this process until disposed, and deletes what killed writers left half written. The operating system gives the
    /// claim back when the process dies, however it dies.
    /// </summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: another living process writes this run.</exception>
    public IDisposable Lock()
    {
        try
        {
            var claim = new FileStream(In(".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            AtomicFile.Sweep(Path);
            AtomicFile.Sweep(In("checkpoints"));
            return claim;
        }
        catch (IOException error) when (IsLocked)
        {
            throw new KinemaException(ExitCode.Usage,
                $"{Path}: another kinema process is writing this run; wait for it, or name another folder with --out", error);
        }
    }

    /// <summary>Whether a living process has claimed the folder.</summary>
    public bool IsLocked
    {
        get
        {
            try
            {
                using var stream = new FileStream(In(".lock"), FileMode.Open, FileAccess.Read, FileShare.Read);
                return false;
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
            {
                return false;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }

    private static bool IsTaken(string path, RunFolderRequest request)
    {
        try
        {
            return Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any() && !IsUnbegun(path, request);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoPlace(request, WriteErrors.Reason(InPlaceOf(request), error), error);
        }
    }

    private static KinemaException NoPlace(RunFolderRequest request, string why, Exception? error = null) => new(
        ExitCode.Usage, $"{request.Out ?? request.Root}: no run folder can be made here: {why}; name another with --out", error);

    private static string InPlaceOf(RunFolderRequest request) => System.IO.Path.Combine(request.Out ?? request.Root, "checkpoints");

    // A run that ended before its first checkpoint has nothing to go on from and nothing to lose.
    private static bool IsUnbegun(string path, RunFolderRequest request) =>
        request.Resume && LooksLikeRun(path) && !File.Exists(new RunFolder(path).LastCheckpoint);

    internal static bool LooksLikeRun(string path) =>
        File.Exists(System.IO.Path.Combine(path, "config.yaml")) || File.Exists(System.IO.Path.Combine(path, "status.json"))
        || Directory.Exists(System.IO.Path.Combine(path, "checkpoints"));

    internal static RunFolder At(string path) => new(path);

    private static int? SeedOf(string path)
    {
        var parts = System.IO.Path.GetFileName(path).Split('-');        // date-time-seed, or date-time-seed-n
        return parts.Length >= 3 && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : null;
    }

    private static string Unused(string path)
    {
        var free = path;
        for (var n = 2; Directory.Exists(free) || File.Exists(free); n++)
            free = string.Create(CultureInfo.InvariantCulture, $"{path}-{n}");
        return free;
    }

    private string In(params string[] names) => System.IO.Path.Combine([Path, .. names]);
}
