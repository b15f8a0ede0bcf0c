namespace Kinema.Tests.Recipes;

/// <summary>A fact that needs a recording of a reference implementation.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoldenFactAttribute(string name) : SharedFactAttribute($"golden/{name}")
{
    public static string PathOf(string name) => Repository.Shared($"golden/{name}");
}
