using YamlDotNet.RepresentationModel;

namespace Kinema.Recipes;

/// <summary>One key of a recipe: its place, meaning and allowed values.</summary>
public sealed class RecipeKey
{
    internal RecipeKey(
        string path, string allowed, string summary, RecipeValueReader read, Func<Recipe, object?> get, Func<Recipe, object?, Recipe> with)
    {
        (Path, Allowed, Summary) = (path, allowed, summary);
        (Read, Get, With) = (read, get, with);
    }

    /// <summary>Dotted path, e.g. <c>training.schedule.warmup-epochs</c>.</summary>
    public string Path { get; }

    /// <summary>Type, range and unit in words, e.g. <c>a whole number from 1 to 100000 (epochs)</c>.</summary>
    public string Allowed { get; }

    /// <summary>What the key does, in one line.</summary>
    public string Summary { get; }

    /// <summary>The default value as YAML text.</summary>
    public string Default => Text(new Recipe());

    /// <summary>Whether the shapes of a checkpoint's tensors tell the value: then no weights of another value fit.</summary>
    public bool ShowsInShapes { get; internal init; }

    internal RecipeValueReader Read { get; }

    internal Func<Recipe, object?, Recipe> With { get; }

    /// <summary>The typed value in a recipe: string, int, double, bool, an enum, a list of int, or null.</summary>
    public Func<Recipe, object?> Get { get; }

    /// <summary>The value in a recipe as YAML text on one line.</summary>
    public string Text(Recipe recipe) => RecipeText.Scalar(Get(recipe));

    /// <inheritdoc/>
    public override string ToString() => Path;
}

/// <summary>Reads one value, or says in <paramref name="fault"/> what is wrong with it.</summary>
internal delegate bool RecipeValueReader(YamlNode node, out object? value, out string fault);
