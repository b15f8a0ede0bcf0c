namespace Kinema.Storage;

/// <summary>Says why a file or folder cannot be written, naming what is in the way: the system's own text names a file that nobody asked for.</summary>
public static class WriteErrors
{
    /// <summary>What lies where a folder above a path would have to be, as a clause; null if nothing does.</summary>
    /// <param name="path">A file or folder to be written; it need not be there, nor its folders.</param>
    public static string? Obstacle(string path)
    {
        for (var above = Path.GetDirectoryName(path); !string.IsNullOrEmpty(above) && !Directory.Exists(above); above = Path.GetDirectoryName(above))
        {
            if (new FileInfo(above).LinkTarget is { } target && !File.Exists(Path.Combine(Path.GetDirectoryName(above)!, target)))
                return $"{above} is a link to {target}, which is not there";
            if (File.Exists(above)) return $"{above} is a file, not a folder";
        }
        return null;
    }

    /// <summary>Why writing failed, in one clause.</summary>
    /// <param name="path">What was to be written.</param>
    /// <param name="error">What the system threw.</param>
    public static string Reason(string path, Exception error)
    {
        if (Obstacle(path) is { } obstacle) return obstacle;
        // A file that is to be made is not found where the folder takes none, such as /proc.
        var folder = FolderThatIsThere(path);
        return error is FileNotFoundException { FileName: { } missing } && Path.GetDirectoryName(Path.GetFullPath(missing)) == Path.GetFullPath(folder)
            ? $"the folder {folder} takes no new files"
            : AtomicFile.Reason(error);
    }

    private static string FolderThatIsThere(string path)
    {
        var folder = Path.GetDirectoryName(path);
        while (!string.IsNullOrEmpty(folder) && !Directory.Exists(folder)) folder = Path.GetDirectoryName(folder);
        return string.IsNullOrEmpty(folder) ? Path.GetPathRoot(path) is { Length: > 0 } root ? root : "." : folder;
    }
}
