using Kinema.Recipes;
using Kinema.Storage;

namespace Kinema.Runs;

/// <summary>One past or present run, as far as its folder tells.</summary>
public sealed record RunEntry
{
    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// <c>starting</c>, <c>running</c>, <c>done</c>, <c>stopped</c>, <c>failed</c>; <c>killed</c> if the file says running but no process
    /// does; <c>damaged</c> if <see cref="Faults"/> says why; <c>unknown</c> without a status file.
    /// </summary>
    public required string State { get; init; }

    /// <summary>The recipe's name.</summary>
    public string? Recipe { get; init; }

    /// <summary>The encoder.</summary>
    public string? Model { get; init; }

    /// <summary>The stream.</summary>
    public string? Stream { get; init; }

    /// <summary>Whether CSRE took part.</summary>
    public bool? Csre { get; init; }

    /// <summary>The seed.</summary>
    public int? Seed { get; init; }

    /// <summary>Epochs with a row of metrics.</summary>
    public int DoneEpochs { get; init; }

    /// <summary>Epochs in all.</summary>
    public int? Epochs { get; init; }

    /// <summary>Best test accuracy over the epochs, 0..1; chosen on the test clips.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>The epoch of that accuracy, counted from 1; of equal ones the first.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Test accuracy of the last epoch done, 0..1.</summary>
    public double? LastTop1 { get; init; }

    /// <summary>When the run, or its last resume, started.</summary>
    public DateTimeOffset? Started { get; init; }

    /// <summary>What could not be read, in one line each; empty for a sound folder.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}

/// <summary>
/// Finds and reads run folders. A damaged one is listed as damaged, with what could still be read; it never hides the others.
/// </summary>
public static class RunCatalog
{
    private const int DeepestRun = 4;       // runs/<recipe>/<date-time>-<seed> is 2; people sort runs into folders of their own

    /// <summary>Every run below a folder, newest first.</summary>
    /// <param name="root">Usually <c>runs</c>; a missing one holds no runs.</param>
    public static IReadOnlyList<RunEntry> List(string root) =>
    [
        .. Find(root, 0).Select(Read)
            .OrderByDescending(run => run.Started ?? DateTimeOffset.MinValue).ThenByDescending(run => run.Path, StringComparer.Ordinal),
    ];

    /// <summary>One run.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: no such folder, or no run in it.</exception>
    public static RunEntry Show(string path) => Read(RunFolder.Open(path).Path);

    private static IEnumerable<string> Find(string folder, int depth)
    {
        if (depth > 0 && RunFolder.LooksLikeRun(folder))
            return [folder];
        if (depth == DeepestRun || !Directory.Exists(folder))
            return [];
        try
        {
            return Directory.EnumerateDirectories(folder)
                .Where(path => new DirectoryInfo(path).LinkTarget is null)      // "latest" would list its run twice
                .Order(StringComparer.Ordinal).ToList().SelectMany(path => Find(path, depth + 1));
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static RunEntry Read(string path)
    {
        var run = RunFolder.At(path);
        var faults = new List<string>();
        var recipe = Try(run.Config, () => RecipeLoader.Parse(File.ReadAllText(run.Config), run.Config));
        var status = Try(run.Status, () => RunStatus.Load(run.Status));
        var rows = Try(run.Metrics, () => EpochLog.Read(run.Metrics)) ?? [];
        if (!File.Exists(run.Config))
            faults.Add($"{run.Config}: is missing");
        var best = rows.Where(row => row[MetricNames.TestTop1] is not null).MaxBy(row => row[MetricNames.TestTop1]);
        return new()
        {
            Path = path,
            State = faults.Count > 0 ? "damaged" : status is null ? "unknown" : State(run, status),
            Recipe = recipe?.Name,
            Model = recipe?.Model.Name,
            Stream = recipe?.Data.Stream,
            Csre = recipe?.Csre.Enabled,
            Seed = recipe?.Training.Seed,
            DoneEpochs = rows.Count,
            Epochs = recipe?.Training.Epochs,
            BestTop1 = best?[MetricNames.TestTop1],
            BestEpoch = best?.Epoch,
            LastTop1 = rows.Count > 0 ? rows[^1][MetricNames.TestTop1] : null,
            Started = status?.Started,
            Faults = faults,
        };

        T? Try<T>(string file, Func<T> read)
            where T : class
        {
            try
            {
                return File.Exists(file) ? read() : null;
            }
            catch (Exception error) when (error is KinemaException or IOException or UnauthorizedAccessException)
            {
                faults.Add(error.Message);
                return null;
            }
        }
    }

    private static string State(RunFolder run, RunStatus status) => status.State switch
    {
        RunState.Starting or RunState.Running when !run.IsLocked => "killed",
        _ => status.State.ToString().ToLowerInvariant(),
    };
}
