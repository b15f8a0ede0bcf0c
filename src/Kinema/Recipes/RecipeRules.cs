namespace Kinema.Recipes;

/// <summary>What two or more keys must agree on. Ranges of single keys stand in <see cref="RecipeKeys"/>.</summary>
internal static class RecipeRules
{
    /// <summary>Every rule a recipe breaks, with the key to blame first.</summary>
    public static IEnumerable<(string Path, string Fault)> Broken(Recipe recipe)
    {
        var (training, csre) = (recipe.Training, recipe.Csre);
        if (training.BatchSize % training.Accumulate != 0)
            yield return ("training.accumulate", $"must divide training.batch-size {training.BatchSize}; got {training.Accumulate}");
        if (training is { Optimizer: OptimizerKind.Sgd, Nesterov: true, Momentum: 0 })
            yield return ("training.nesterov", "needs training.momentum above 0; set it, or set training.nesterov to false");
        if (csre.Enabled && csre.Reduction > 4 * recipe.Model.Channels)
        {
            yield return ("csre.reduction",
                $"must not exceed the {4 * recipe.Model.Channels} channels of the feature map (4 x model.channels); got {csre.Reduction}");
        }

        if (csre is { Enabled: true, SpatialFactor: 0, TemporalFactor: 0 })
        {
            yield return ("csre.enabled",
                "is true, but both weights are 0; set csre.spatial-weight, csre.temporal-weight, or csre.enabled to false");
        }
    }
}
