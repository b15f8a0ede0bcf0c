using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>A file that a command is about to write.</summary>
internal static class TargetFile
{
    /// <summary>Refuses a file that is there, before anything is computed for it.</summary>
    /// <param name="file">Its path; null where none was asked for.</param>
    /// <param name="overwrite">Whether it may be replaced.</param>
    /// <param name="other">What else the user may give.</param>
    /// <exception cref="KinemaException">With <see cref="ExitCode.Usage"/> when it exists and may not be replaced.</exception>
    public static void Check(string? file, bool overwrite, string other = "another name")
    {
        if (File.Exists(file) && !overwrite)
            throw new KinemaException(ExitCode.Usage, $"{file}: exists already; replace it with --overwrite, or give {other}");
    }
}
