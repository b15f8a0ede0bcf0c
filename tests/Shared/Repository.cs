namespace Kinema.Tests.Shared;

/// <summary>
/// The folder that holds Kinema.slnx, found by walking up from the tests' binaries, and the folder of recordings and real clips, which are
/// no part of the repository: <c>KINEMA_SHARED</c>, else <c>../shared</c> beside it.
/// </summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Where a file of the shared folder lies, or would.</summary>
    public static string Shared(string file) => Path.Combine(
        Environment.GetEnvironmentVariable("KINEMA_SHARED") is { Length: > 0 } named ? named : Path.GetFullPath(Path.Combine(Root, "..", "shared")), file);

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kinema.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("the tests do not lie inside of the repository");
    }
}

/// <summary>A fact that needs a file of the shared folder; skipped, and it says so, where that is not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(string file)
    {
        if (!File.Exists(Repository.Shared(file))) Skip = $"needs {file} in the folder KINEMA_SHARED or ../shared";
    }
}
