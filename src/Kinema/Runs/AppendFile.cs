using System.Text;
using Kinema.Storage;

namespace Kinema.Runs;

/// <summary>Adds text to the end of a file in one write, and puts it on the disk.</summary>
internal static class AppendFile
{
    /// <exception cref="KinemaException"><see cref="ExitCode.Usage"/>: the disk is full, or the file cannot be written.</exception>
    public static void Write(string path, string text)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 1);
            stream.Write(Encoding.UTF8.GetBytes(text));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Usage, $"{path}: cannot be written: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }
}
