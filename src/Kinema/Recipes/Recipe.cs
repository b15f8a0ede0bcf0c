namespace Kinema.Recipes;

/// <summary>
/// One experiment, complete and checked: what a recipe file, its <c>extends:</c> chain and the command line come to.
/// Immutable; <see cref="RecipeLoader"/> makes it, <see cref="RecipeText"/> writes it, <see cref="RecipeKeys"/> lists every key.
/// </summary>
public sealed record Recipe
{
    /// <summary>Name of the recipe, e.g. <c>nw-ucla/ctr-gcn</c>; names the run folder.</summary>
    /// <value>The name of the recipe file unless the file gives one; never inherited through <c>extends:</c>.</value>
    public string Name { get; init; } = "unnamed";

    /// <summary>The paper and setting this recipe follows, and where it departs from them. Free text, shown in reports.</summary>
    /// <value>Default: empty.</value>
    public string Paper { get; init; } = "";

    /// <summary>Which clips, and how they become arrays.</summary>
    public DataSettings Data { get; init; } = new();

    /// <summary>Which encoder, and how wide.</summary>
    public ModelSettings Model { get; init; } = new();

    /// <summary>The contrastive plug-in, active only while training.</summary>
    public CsreSettings Csre { get; init; } = new();

    /// <summary>Optimiser, schedule, batches and seed.</summary>
    public TrainingSettings Training { get; init; } = new();

    /// <summary>The accuracy the paper reports, to print beside ours.</summary>
    public TargetSettings Targets { get; init; } = new();
}
