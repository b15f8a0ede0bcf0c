using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kinema.Storage;

/// <summary>
/// Writes files so that a reader, or a run started after a crash, sees either the old file or the whole new one: the content goes to a
/// temporary name in the same folder, is flushed to the disk, then takes the place of the old file in one rename.
/// </summary>
public static partial class AtomicFile
{
    private static int counter;

    /// <summary>Writes what <paramref name="write"/> puts into the stream. The folder is made when missing.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="write">Writes the whole content; when it throws, the old file stays and the temporary one is deleted.</param>
    /// <exception cref="KinemaException">The disk is full, the folder is read-only, …; the old file is untouched.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string? temporary = null;
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? throw new IOException("a folder's root is not a file");
            Directory.CreateDirectory(folder);

            // Unique among the threads of all living processes; what a killed process left behind under the same name is overwritten.
            temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}-{Interlocked.Increment(ref counter)}.tmp");
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Delete(temporary);
            var before = File.Exists(path) ? "; what was there before is untouched" : "";
            throw new KinemaException(ExitCode.Usage, $"{path}: cannot be written: {WriteErrors.Reason(path, error)}{before}", error);
        }
        catch
        {
            Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <exception cref="KinemaException">The file cannot be written; the old file is untouched.</exception>
    public static void WriteAllText(string path, string text) => WriteAllBytes(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes bytes.</summary>
    /// <exception cref="KinemaException">The file cannot be written; the old file is untouched.</exception>
    public static void WriteAllBytes(string path, ReadOnlySpan<byte> bytes)
    {
        var copy = bytes.ToArray();
        Write(path, stream => stream.Write(copy));
    }

    /// <summary>
    /// Deletes the temporary files that killed writers left in a folder. Those of other living processes stay. To be called by a process
    /// that is writing nothing there: a file under its own number is left from an earlier process of the same number.
    /// </summary>
    /// <param name="folder">Looked through without the folders in it; one that does not exist holds nothing.</param>
    public static void Sweep(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        foreach (var path in Temporaries())
        {
            var match = TemporaryName().Match(Path.GetFileName(path));
            if (match.Success && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var process) && !Writes(process))
                Delete(path);
        }

        string[] Temporaries()
        {
            try
            {
                return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.tmp") : [];
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return [];                             // what cannot be listed does no harm
            }
        }

        static bool Writes(int process)
        {
            if (process == Environment.ProcessId) return false;
            try
            {
                using var other = Process.GetProcessById(process);
                return true;
            }
            catch (ArgumentException)
            {
                return false;                          // there is no such process
            }
        }
    }

    [GeneratedRegex(@"^\..+\.(\d+)-\d+\.tmp\z", RegexOptions.CultureInvariant)]
    private static partial Regex TemporaryName();

    /// <summary>The operating system's reason in one line and without the temporary name, which nobody asked for.</summary>
    /// <param name="error">What it threw.</param>
    public static string Reason(Exception error)
    {
        const int windowsDiskFull = unchecked((int)0x80070070), linuxDiskFull = 28;
        switch (error)
        {
            case { HResult: windowsDiskFull or linuxDiskFull }:
                return "the disk is full";
            case UnauthorizedAccessException:
                return "permission denied";                    // the system's text names the temporary file
            case DirectoryNotFoundException:
                return "there is no such folder, and none can be made";
        }

        var reason = error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        var name = reason.LastIndexOf(" : '", StringComparison.Ordinal);
        return name > 0 ? reason[..name] : reason;
    }

    private static void Delete(string? temporary)
    {
        try
        {
            if (temporary is not null)
            {
                File.Delete(temporary);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report; a temporary file that cannot be deleted does no harm.
        }
    }
}
