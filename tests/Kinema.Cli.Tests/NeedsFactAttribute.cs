namespace Kinema.Cli.Tests;

/// <summary>A fact that needs a file which not every system has; it is skipped, and says so, where the file is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(string file)
    {
        if (!File.Exists(file)) Skip = $"{file} is missing";
    }
}

/// <summary>A theory that needs such a file.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsTheoryAttribute : TheoryAttribute
{
    public NeedsTheoryAttribute(string file)
    {
        if (!File.Exists(file)) Skip = $"{file} is missing";
    }
}
