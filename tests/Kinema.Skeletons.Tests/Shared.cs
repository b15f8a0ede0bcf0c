using Xunit;

namespace Kinema.Skeletons.Tests;

/// <summary>Recordings and real clips, outside of the repository: in <c>KINEMA_SHARED</c>, or the folder <c>shared</c> beside it.</summary>
internal static class Shared
{
    public static string? Folder { get; } = Find();

    public static string Path(string relative) => System.IO.Path.Combine(Folder!, relative);

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("KINEMA_SHARED") is { Length: > 0 } named)
            return named;
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(System.IO.Path.Combine(at.FullName, "Kinema.slnx")))
            at = at.Parent;
        return at?.Parent is { } above ? System.IO.Path.Combine(above.FullName, "shared") : null;
    }
}

/// <summary>A fact that needs one of those files, and says so when it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(string file)
    {
        if (Shared.Folder is null || !File.Exists(Shared.Path(file)))
            Skip = $"needs {file} in the folder KINEMA_SHARED or ../shared";
    }
}
