namespace Kinema.Recipes;

/// <summary>One key whose value differs between two recipes.</summary>
/// <param name="Path">Dotted path of the key.</param>
/// <param name="Old">The old value as YAML.</param>
/// <param name="New">The new value as YAML.</param>
public sealed record RecipeChange(string Path, string Old, string New)
{
    /// <summary><c>training.epochs: 65 -> 16</c></summary>
    public override string ToString() => $"{Path}: {Old} -> {New}";
}

/// <summary>Compares recipes key by key, e.g. a checkpoint's with the one a run is resumed with.</summary>
public static class RecipeDiff
{
    /// <summary>Every key whose value differs, in the order of <see cref="RecipeKeys.All"/>.</summary>
    public static IReadOnlyList<RecipeChange> Between(Recipe old, Recipe @new) =>
    [
        .. RecipeKeys.All
            .Select(key => new RecipeChange(key.Path, key.Text(old), key.Text(@new)))
            .Where(change => change.Old != change.New),
    ];
}
