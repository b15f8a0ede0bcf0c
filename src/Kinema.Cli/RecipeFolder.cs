using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>The recipes that came with this program: beside it, or in the checkout it was built in.</summary>
internal static class RecipeFolder
{
    /// <summary>The path of a recipe such as <c>synthetic/demo.yaml</c>.</summary>
    /// <exception cref="KinemaException">The recipes are not where they should be.</exception>
    public static string Find(string recipe) => TryFind(recipe)
        ?? throw new KinemaException(
            ExitCode.Fault, $"recipes/{recipe} is neither beside this program nor in a folder above it; was the program copied without its recipes?");

    /// <summary>The path of a recipe, or null where there is none of that name.</summary>
    public static string? TryFind(string recipe)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "recipes", recipe);
            if (File.Exists(path)) return path;
        }

        return null;
    }
}
