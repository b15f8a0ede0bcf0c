using System.Text;

namespace Kinema.Recipes;

/// <summary>Where a value came from.</summary>
/// <param name="Source">A file, <c>--set</c> or another flag, an environment variable, or <c>default</c>.</param>
/// <param name="Line">Line in the file, counted from 1; 0 if the source is no file.</param>
/// <param name="Column">Column in the file, counted from 1; 0 if the source is no file.</param>
public readonly record struct RecipeOrigin(string Source, int Line = 0, int Column = 0)
{
    /// <summary>The origin of a value nobody gave.</summary>
    public static RecipeOrigin Default { get; } = new("default");

    /// <summary><c>file:line:column</c>, as editors open it, or the source's name.</summary>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}:{Column}" : Source;
}

/// <summary>A recipe with the origin of each of its values.</summary>
public sealed class ResolvedRecipe
{
    private readonly IReadOnlyDictionary<string, RecipeOrigin> origins;

    internal ResolvedRecipe(Recipe recipe, IReadOnlyDictionary<string, RecipeOrigin> origins, IReadOnlyList<RecipeOverride> overrides)
    {
        (Recipe, Overrides) = (recipe, overrides);
        this.origins = origins;
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>The values given on the command line, in order.</summary>
    public IReadOnlyList<RecipeOverride> Overrides { get; }

    /// <summary>Where the value of a key came from.</summary>
    public RecipeOrigin OriginOf(string path) => origins.GetValueOrDefault(path, RecipeOrigin.Default);

    /// <summary>The canonical YAML with each value's origin as a comment.</summary>
    public string ToYamlWithOrigins() => RecipeText.ToYaml(Recipe, key => OriginOf(key.Path).ToString());

    /// <summary>The text of <c>overrides.yaml</c>: the keys given on the command line, each with the flag it came by.</summary>
    public string OverridesToYaml()
    {
        var text = new StringBuilder("# What the command line changed; config.yaml holds the result.\n");
        foreach (var key in RecipeKeys.All.Where(key => Overrides.Any(item => item.Origin == OriginOf(key.Path).Source)))
            text.Append(RecipeText.Scalar(key.Path)).Append(": ").Append(key.Text(Recipe)).Append($"  # {OriginOf(key.Path)}\n");
        return text.ToString();
    }
}
