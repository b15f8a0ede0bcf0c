namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Clips of a packed set that also lie beside it one by one, as <c>data synth</c> writes some for <c>predict</c>: they are in the set already, and
/// not what it was made of.
/// </summary>
public static class SampleClips
{
    private const string Folder = "clips";
    private const string Ending = ".json";

    /// <summary>Where a clip is written.</summary>
    /// <param name="set">The folder of the packed file.</param>
    /// <param name="clip">The clip's name.</param>
    public static string FileOf(string set, string clip) => Path.Combine(set, Folder, clip + Ending);

    /// <summary>The folder of such clips beside a set; null if there is none.</summary>
    /// <param name="set">The folder of the packed file; of the file itself, null.</param>
    public static string? FolderIn(string set)
    {
        var folder = Path.Combine(set, Folder);
        return Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*" + Ending).Any(file => !Path.GetFileName(file).StartsWith('.')) ? folder : null;
    }

    /// <summary>The clip of a file that lies where <see cref="FileOf"/> says; null for any other file. Whether the set has such a clip is not asked.</summary>
    /// <param name="inside">The file's path below the folder of the set, with slashes.</param>
    internal static string? NameOf(string inside)
    {
        if (!inside.StartsWith(Folder + "/", StringComparison.Ordinal) || !inside.EndsWith(Ending, StringComparison.Ordinal))
            return null;
        var name = inside[(Folder.Length + 1)..^Ending.Length];
        return name.Contains('/') ? null : name;
    }
}
