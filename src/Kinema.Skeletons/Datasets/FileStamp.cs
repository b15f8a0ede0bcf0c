using System.Security.Cryptography;
using System.Text;

namespace Kinema.Skeletons.Datasets;

/// <summary>Tells whether files are the ones they were, without reading them: by their length and the time they were last written.</summary>
internal static class FileStamp
{
    /// <summary>The stamp of a file; that of one that is not there is its own.</summary>
    public static string Of(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? FormattableString.Invariant($"{file.Length} {file.LastWriteTimeUtc.Ticks}") : "absent";
    }

    /// <summary>The stamps of several files as one, by name and not by path: they may be given from another folder, or have moved.</summary>
    public static string Of(IEnumerable<string> paths) => Hash(paths.Select(path => $"{Path.GetFileName(path)}\t{Of(path)}"));

    /// <summary>Many lines as one short key.</summary>
    public static string Hash(IEnumerable<string> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var line in lines)
            hash.AppendData(Encoding.UTF8.GetBytes(line + "\0"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
