namespace Kinema.Storage;

/// <summary>Turns the errors of the file system into one line that names the file.</summary>
internal static class ReadErrors
{
    internal static T Named<T>(string path, ExitCode exitCode, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KinemaException(exitCode, $"{path}: no such file", error);
        }
        catch (UnauthorizedAccessException error) when (Directory.Exists(path))
        {
            throw new KinemaException(exitCode, $"{path}: is a folder; name a file", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(exitCode, $"{path}: cannot be read: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }
}
