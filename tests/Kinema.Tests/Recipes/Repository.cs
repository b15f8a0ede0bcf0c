namespace Kinema.Tests.Recipes;

/// <summary>Where the repository's own files lie, found by walking up from the test's binaries.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static IEnumerable<string> RecipeFiles() =>
        Directory.EnumerateFiles(Path.Combine(Root, "recipes"), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Kinema.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
