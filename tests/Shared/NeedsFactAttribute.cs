namespace Kinema.Tests.Shared;

/// <summary>A fact that needs a file or folder which not every system has; it is skipped, and says so, where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(string path)
    {
        if (!Path.Exists(path)) Skip = $"{path} is missing";
    }
}

/// <summary>A theory that needs such a file or folder.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsTheoryAttribute : TheoryAttribute
{
    public NeedsTheoryAttribute(string path)
    {
        if (!Path.Exists(path)) Skip = $"{path} is missing";
    }
}
