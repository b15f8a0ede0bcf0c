using System.Text;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>Tells tables of labels and of class names, which people keep beside their clips, from tables of clips.</summary>
internal static class LabelTables
{
    private const int Longest = 256;                           // bytes of a first line that can be one

    private static readonly HashSet<string> Columns = ["clip", "label", "subject", "camera", "setup", "split", "name"];

    /// <summary>Those in a folder, at any depth.</summary>
    public static IEnumerable<string> In(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => IsTable(path) && IsOne(path)) : [];

    private static bool IsTable(string path) => Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".tsv";

    // The first line names nothing but what labels are about, and at least a label or a name. Of one that cannot be read, false: who reads it in
    // earnest says why.
    private static bool IsOne(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var bytes = new byte[Longest];
            var start = Encoding.UTF8.GetString(bytes.AsSpan(0, stream.ReadAtLeast(bytes, Longest, throwOnEndOfStream: false)));
            string[] names = [.. start.Split('\n')[0].TrimStart('\uFEFF').Split(',', ';', '\t').Select(name => name.Trim().Trim('"').ToLowerInvariant())];
            return names.All(Columns.Contains) && names.Intersect(["label", "name"]).Any();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
