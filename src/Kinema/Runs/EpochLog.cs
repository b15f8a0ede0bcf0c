using System.Globalization;
using System.Text;
using Kinema.Storage;

namespace Kinema.Runs;

/// <summary>
/// Rows of a run, one per epoch, as JSON lines and as a table. A line is appended whole and flushed to the disk; a killed run leaves at
/// most a torn last line. Opening for resume drops that line and the epochs that will be run again, so that the files of a resumed run
/// equal those of an unbroken one. Append a row before saving the epoch's checkpoint: then every epoch that a checkpoint counts as
/// done has its row.
/// </summary>
public sealed class EpochLog
{
    private readonly string lines;
    private readonly string? table;
    private readonly List<EpochRow> rows;

    private EpochLog(string lines, string? table, List<EpochRow> rows) => (this.lines, this.table, this.rows) = (lines, table, rows);

    /// <summary>The rows so far, by epoch.</summary>
    public IReadOnlyList<EpochRow> Rows => rows;

    /// <summary>Opens the log of a new run (<paramref name="doneEpochs"/> 0) or of a resumed one.</summary>
    /// <param name="lines">The file of JSON lines.</param>
    /// <param name="table">The file of comma-separated values; null for none.</param>
    /// <param name="doneEpochs">How many epochs the checkpoint counts as done; later rows are dropped.</param>
    /// <exception cref="KinemaException"><see cref="ExitCode.Data"/>: a row before the last is damaged; or the files cannot be
    /// written.</exception>
    public static EpochLog Open(string lines, string? table = null, int doneEpochs = 0)
    {
        var rows = File.Exists(lines) ? Read(lines).Where(row => row.Epoch <= doneEpochs).ToList() : [];
        AtomicFile.WriteAllText(lines, string.Concat(rows.Select(row => row.ToJson() + "\n")));
        var log = new EpochLog(lines, table, rows);
        log.WriteTable();
        return log;
    }

    /// <summary>Appends the row of the next epoch to both files.</summary>
    /// <exception cref="ArgumentException">The epoch is not after the last one.</exception>
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: the disk is full, or the folder is gone.</exception>
    public void Append(EpochRow row)
    {
        if (rows.Count > 0 && row.Epoch <= rows[^1].Epoch)
            throw new ArgumentException($"epoch {row.Epoch} after epoch {rows[^1].Epoch}", nameof(row));
        AppendFile.Write(lines, row.ToJson() + "\n");
        rows.Add(row);
        WriteTable();
    }

    /// <summary>The rows of a file of JSON lines. A last line without its end, as a killed run leaves it, is not read.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Data"/>: unreadable, or a whole line is no row; names the line.</exception>
    public static IReadOnlyList<EpochRow> Read(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }

        var rows = new List<EpochRow>();
        var whole = text[..(text.LastIndexOf('\n') + 1)].Split('\n')[..^1];
        for (var n = 0; n < whole.Length; n++)
        {
            try
            {
                rows.Add(EpochRow.FromJson(whole[n]));
            }
            catch (FormatException error)
            {
                throw new KinemaException(ExitCode.Data,
                    $"{path}:{n + 1}: {error.Message}; delete the line, or start the run anew with --overwrite", error);
            }
        }

        return rows;
    }

    /// <summary>The table is small, and its columns may grow when a resumed run measures more: it is written anew each time.</summary>
    private void WriteTable()
    {
        if (table is null)
            return;
        var names = rows.SelectMany(row => row.Values.Select(pair => pair.Key)).Distinct().ToList();
        var text = new StringBuilder(string.Join(',', ["epoch", .. names])).Append('\n');
        foreach (var row in rows)
        {
            text.Append(row.Epoch.ToString(CultureInfo.InvariantCulture));
            foreach (var name in names)
                text.Append(',').Append(EpochRow.Text(row[name]));
            text.Append('\n');
        }

        AtomicFile.WriteAllText(table, text.ToString());
    }
}
