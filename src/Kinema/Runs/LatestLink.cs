namespace Kinema.Runs;

/// <summary><c>runs/latest</c>: a link to the newest run, for people and scripts.</summary>
internal static class LatestLink
{
    public const string Name = "latest";

    /// <summary>
    /// Points the link at a run below the root. A run elsewhere, a system without links, or something else of that name changes nothing.
    /// </summary>
    public static void Point(string root, string run)
    {
        var target = Path.GetRelativePath(root, run);
        if (target == "." || target.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(target))
            return;

        var link = Path.Combine(root, Name);
        try
        {
            var old = new FileInfo(link);
            if (old.LinkTarget is not null)
                old.Delete();
            else if (old.Exists || Directory.Exists(link))
                return;
            Directory.CreateSymbolicLink(link, target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            // A convenience; the run itself does not need it.
        }
    }
}
