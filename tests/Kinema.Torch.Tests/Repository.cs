namespace Kinema.Torch.Tests;

/// <summary>The folder that holds Kinema.slnx, and the folder of data shared between projects beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Where recorded values lie; they are no part of the repository.</summary>
    public static string Shared { get; } = Environment.GetEnvironmentVariable("KINEMA_SHARED") ?? Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kinema.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("the tests do not lie inside of the repository");
    }
}

/// <summary>A test against recorded values; skipped, with the reason, where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RecordedFactAttribute : FactAttribute
{
    public RecordedFactAttribute(string file)
    {
        var path = Path.Combine(Repository.Shared, file);
        if (!File.Exists(path)) Skip = $"{path} is not there; KINEMA_SHARED names the folder that holds it";
    }
}
