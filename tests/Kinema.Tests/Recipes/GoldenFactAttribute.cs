using Xunit;

namespace Kinema.Tests.Recipes;

/// <summary>
/// A fact that needs a recorded file from the shared folder: <c>KINEMA_SHARED</c>, else <c>../shared</c> beside the repository. Skipped
/// where it is absent.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoldenFactAttribute : FactAttribute
{
    public GoldenFactAttribute(string name)
    {
        if (!File.Exists(PathOf(name)))
            Skip = $"needs {name} in $KINEMA_SHARED/golden or ../shared/golden";
    }

    public static string PathOf(string name)
    {
        var shared = Environment.GetEnvironmentVariable("KINEMA_SHARED") ?? Path.Combine(Repository.Root, "..", "shared");
        return Path.Combine(shared, "golden", name);
    }
}
