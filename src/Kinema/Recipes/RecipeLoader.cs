using Kinema.Storage;

namespace Kinema.Recipes;

/// <summary>Everything a recipe is made from.</summary>
public sealed record RecipeRequest
{
    /// <summary>Recipe files; a later one wins over an earlier one.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Values from the command line, in order; they win over everything.</summary>
    public IReadOnlyList<RecipeOverride> Overrides { get; init; } = [];

    /// <summary>
    /// Environment variables. <c>KINEMA_TRAINING__LEARNING_RATE</c> stands for <c>training.learning-rate</c>: two underscores for a dot,
    /// one for a hyphen. Variables without <c>KINEMA_</c> and a double underscore are not a recipe's business.
    /// </summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The <c>config.yaml</c> text of the checkpoint being resumed; weaker than all of the above.</summary>
    public string? CheckpointConfig { get; init; }

    /// <summary>Folder that relative paths start from, except those written in a recipe file, which start from that file.</summary>
    /// <value>Default: the process's current folder.</value>
    public string Folder { get; init; } = Directory.GetCurrentDirectory();
}

/// <summary>
/// Makes a recipe from its layers, strongest first: command line, later file, earlier file, environment, checkpoint, defaults.
/// A file's <c>extends: other.yaml</c> (relative to the file) puts the other file beneath it. A list replaces a list whole.
/// Everything is checked before any data is read, and all faults are reported together.
/// </summary>
public static class RecipeLoader
{
    /// <summary>Loads, checks and resolves a recipe.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Configuration"/>, with every fault as
    /// <c>file:line:column: what</c>.</exception>
    public static ResolvedRecipe Load(RecipeRequest request)
    {
        var layers = new RecipeLayers(request.Folder);
        if (request.CheckpointConfig is { } config)
            layers.AddText(config, "the checkpoint's configuration");
        foreach (var (name, value) in request.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith("KINEMA_", StringComparison.Ordinal) && name.Contains("__", StringComparison.Ordinal))
                layers.AddValue(name["KINEMA_".Length..].ToLowerInvariant().Replace("__", ".").Replace('_', '-'), value, name);
        }

        if (request.Files.Count > 0)
            layers.NameAfter(request.Files[0]);
        foreach (var file in request.Files)
            layers.AddFile(file);
        foreach (var item in request.Overrides)
            layers.AddValue(item.Path, item.Value, item.Origin);

        var (recipe, origins) = layers.Resolve();
        return new(recipe, origins, request.Overrides);
    }

    /// <summary>Loads one recipe file with everything it extends.</summary>
    /// <exception cref="KinemaException"><see cref="ExitCode.Configuration"/>.</exception>
    public static Recipe LoadFile(string path) => Load(new() { Files = [path] }).Recipe;

    /// <summary>Reads the text of a resolved recipe (<c>config.yaml</c>); what it does not give keeps its default.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="shownAs">How messages name the text, e.g. the checkpoint it came from.</param>
    /// <exception cref="KinemaException"><see cref="ExitCode.Configuration"/>.</exception>
    public static Recipe Parse(string text, string shownAs)
    {
        var layers = new RecipeLayers(Directory.GetCurrentDirectory());
        layers.AddText(text, shownAs);
        return layers.Resolve().Recipe;
    }
}
