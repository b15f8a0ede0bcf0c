namespace Kinema.Storage.Pickles;

/// <summary>
/// Reads a plain pickle (protocols 2 to 5) of numbers, text, containers and NumPy arrays, such as the label and annotation files of
/// skeleton data sets. Nothing in the file is executed; a pickle that asks for any other class or function is refused with its name.
/// </summary>
public static class PickleFile
{
    /// <summary>Reads the first pickle of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="exitCode">What a missing, damaged or refused file means to the command.</param>
    /// <exception cref="KinemaException">The file is missing, damaged, or holds more than plain data.</exception>
    public static PickleValue Read(string path, ExitCode exitCode = ExitCode.Data)
    {
        using var stream = Open(path, exitCode);
        return ReadErrors.Named(
            path, exitCode, () => new PickleMachine(new PickleInput(path, exitCode, stream, stream.Length), torch: null).Run());
    }

    internal static FileStream Open(string path, ExitCode exitCode)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadErrors.Named(
            path, exitCode, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1));
    }
}
