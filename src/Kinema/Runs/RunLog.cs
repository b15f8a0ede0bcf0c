using System.Globalization;

namespace Kinema.Runs;

/// <summary><c>run.log</c>: everything a run says, each line with its date and time; never rewritten, also across resumes.</summary>
/// <param name="path">The file; made if absent.</param>
/// <param name="time">The clock.</param>
public sealed class RunLog(string path, TimeProvider time)
{
    private readonly Lock gate = new();

    /// <summary>Appends a message; each of its lines gets the time. Any thread may call.</summary>
    /// <exception cref="Storage.KinemaException">The file cannot be written.</exception>
    public void Write(string message)
    {
        var stamp = time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss ", CultureInfo.InvariantCulture);
        var lines = message.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        lock (gate)
            AppendFile.Write(path, string.Concat(lines.Select(line => stamp + line + "\n")));
    }
}
