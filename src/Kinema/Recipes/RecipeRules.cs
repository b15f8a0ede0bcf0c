using Kinema.Encoders;

namespace Kinema.Recipes;

/// <summary>What two or more keys must agree on. Ranges of single keys stand in <see cref="RecipeKeys"/>.</summary>
internal static class RecipeRules
{
    /// <summary>Every rule a recipe breaks, with the key to blame first.</summary>
    public static IEnumerable<(string Path, string Fault)> Broken(Recipe recipe)
    {
        var (data, training, csre) = (recipe.Data, recipe.Training, recipe.Csre);
        if (data is { Pipeline: "nw-ucla", Persons: > 1 })
            yield return ("data.persons", $"must be 1 where data.pipeline is nw-ucla, which takes clips of one person; got {data.Persons}; set data.pipeline to ntu");
        if (data is { Origin: "first-frame", Pipeline: not "ntu" })
            yield return (
                "data.origin",
                $"is first-frame, which is for data.pipeline ntu; {data.Pipeline} centres clips in its own way: set data.origin to recorded");
        if (data is { AbsentPerson: "copy", Pipeline: not "ntu" })
            yield return (
                "data.absent-person",
                $"is copy, which data.pipeline {data.Pipeline} does not do; set data.pipeline to ntu, or data.absent-person to zero");
        else if (data is { AbsentPerson: "copy", Persons: 1 })
            yield return ("data.absent-person", "is copy, but data.persons is 1: there is no second person to stand in for");
        if (training.BatchSize % training.Accumulate != 0)
            yield return ("training.accumulate", $"must divide training.batch-size {training.BatchSize}; got {training.Accumulate}");
        if (training is { Optimizer: OptimizerKind.Sgd, Nesterov: true, Momentum: 0 })
            yield return ("training.nesterov", "needs training.momentum above 0; set it, or set training.nesterov to false");
        foreach (var (encoder, keys) in EncoderRegistry.All.Select(encoder => (encoder, RecipeKeys.Of(encoder)))) // a wrong one is said of its own, too
            foreach (var key in keys.Where(key => encoder.Name != recipe.Model.Name && key.Text(recipe) != key.Default))
                yield return (key.Path, $"is read by the encoder {encoder.Name} only, and model.name is {recipe.Model.Name}; got {key.Text(recipe)}");
        if (csre is { Enabled: true, SpatialFactor: 0, TemporalFactor: 0 })
        {
            yield return ("csre.enabled",
                "is true, but both weights are 0; set csre.spatial-weight, csre.temporal-weight, or csre.enabled to false");
        }
    }
}
