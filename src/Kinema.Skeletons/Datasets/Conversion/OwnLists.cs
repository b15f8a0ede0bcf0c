using System.Text;
using Kinema.Skeletons.Datasets.Labels;

namespace Kinema.Skeletons.Datasets.Conversion;

/// <summary>
/// Tells the lists that Kinema itself writes about a set, often beside it (<c>data inspect --list</c>, <c>data split</c>), from tables of clips:
/// they name clips and hold none.
/// </summary>
internal static class OwnLists
{
    /// <summary>Whether a file is one, by the first line it was written with.</summary>
    /// <param name="path">The file; of one that cannot be read, false: who reads it in earnest says why.</param>
    public static bool IsOne(string path)
    {
        if (!Path.GetExtension(path).Equals(".csv", StringComparison.OrdinalIgnoreCase))
            return false;
        try
        {
            using var stream = File.OpenRead(path);
            Span<byte> bytes = stackalloc byte[ClipTable.Header.Length + 1];
            var start = Encoding.UTF8.GetString(bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)]);
            return (start.StartsWith(ClipTable.Header, StringComparison.Ordinal) && start[^1] is ',' or '\n')
                || start.StartsWith(SplitAssignment.Header + "\n", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
