using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>The files that a command is about to write.</summary>
internal static class TargetFile
{
    /// <summary>Refuses, before anything is computed for them, files that are there (<see cref="Check"/>) and two that would be one.</summary>
    /// <param name="files">Their paths; null where none was asked for.</param>
    /// <param name="overwrite">Whether those that are there may be replaced.</param>
    /// <param name="other">What else the user may give.</param>
    /// <exception cref="KinemaException">With <see cref="ExitCode.Usage"/>.</exception>
    public static void CheckAll(IEnumerable<string?> files, bool overwrite, string other = "another name")
    {
        string[] asked = [.. files.OfType<string>()];
        CheckApart(asked);
        foreach (var file in asked) Check(file, overwrite, other);
    }

    /// <summary>Refuses two files that would be one: the second would replace the first.</summary>
    /// <param name="files">Their paths.</param>
    /// <exception cref="KinemaException">With <see cref="ExitCode.Usage"/>.</exception>
    public static void CheckApart(IEnumerable<string> files)
    {
        var places = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var place = PlaceOf(file);
            if (!places.TryAdd(place, file))
            {
                var spelled = places[place] == file ? "" : $" (the other is given as {places[place]})";
                throw new KinemaException(ExitCode.Usage, $"{file}: two outputs of this command would be this one file{spelled}; give each a file of its own");
            }
        }
    }

    /// <summary>Whether two paths are one place, however they are spelled.</summary>
    public static bool AreSame(string one, string other) => PlaceOf(one) == PlaceOf(other);

    /// <summary>Refuses a file that is there, and one that cannot be, before anything is computed for it.</summary>
    /// <param name="file">Its path; null where none was asked for.</param>
    /// <param name="overwrite">Whether it may be replaced.</param>
    /// <param name="other">What else the user may give.</param>
    /// <exception cref="KinemaException">
    /// With <see cref="ExitCode.Usage"/> when it exists and may not be replaced, when it is a folder, or when a folder above it is a file.
    /// </exception>
    public static void Check(string? file, bool overwrite, string other = "another name")
    {
        if (file is null) return;
        if (File.Exists(file) && !overwrite)
            throw new KinemaException(ExitCode.Usage, $"{file}: exists already; replace it with --overwrite, or give {other}");
        if (Directory.Exists(file) || Path.EndsInDirectorySeparator(file))
            throw new KinemaException(ExitCode.Usage, $"{file}: is a folder, not a file; give {other}");
        if (WriteErrors.Obstacle(file) is { } obstacle)
            throw new KinemaException(ExitCode.Usage, $"{file}: cannot be written: {obstacle}; give {other}");
    }

    // A link in the file's own place is not followed: a file is written by replacing what bears its name.
    private static string PlaceOf(string file)
    {
        var full = Path.GetFullPath(file);
        return Path.GetDirectoryName(full) is { } folder ? Path.Combine(WithoutLinks(folder), Path.GetFileName(full)) : full;
    }

    private static string WithoutLinks(string folder)
    {
        if (Path.GetDirectoryName(folder) is not { } above)
            return folder;
        var place = Path.Combine(WithoutLinks(above), Path.GetFileName(folder));
        try
        {
            return Directory.Exists(place) && Directory.ResolveLinkTarget(place, returnFinalTarget: true) is { } target ? WithoutLinks(target.FullName) : place;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return place;                              // writing there will say why
        }
    }
}
