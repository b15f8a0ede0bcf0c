using System.CommandLine;
using System.Globalization;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary>What <c>models import</c> makes of a file: the network of a recipe, for the joints and classes of a data set. No tensor is read for it.</summary>
/// <param name="Recipe">The recipe of the network.</param>
/// <param name="Layout">Its joints.</param>
/// <param name="Classes">The names of its classes.</param>
/// <param name="Preparation">How the clips that the weights learnt from were prepared; empty where the file does not say.</param>
/// <param name="Untold">The keys that show neither in names nor in shapes, and were not said.</param>
internal sealed record ImportPlan(
    Recipe Recipe, SkeletonLayout Layout, IReadOnlyList<string> Classes, string Preparation, IReadOnlyList<RecipeKey> Untold)
{
    /// <summary>Finds out, and says which defaults were taken for want of a published recipe.</summary>
    /// <param name="parse">The parsed line.</param>
    /// <param name="options">Its recipe.</param>
    /// <param name="flags">What else it says of the recipe: <c>--model</c> and <c>--stream</c>.</param>
    /// <param name="file">The file whose weights are to be taken.</param>
    /// <param name="data">The data set, of which joints and class names are all that is wanted.</param>
    /// <param name="terminal">Takes the note.</param>
    /// <exception cref="KinemaException">A file, the recipe or the data set cannot be read, or they contradict each other.</exception>
    public static ImportPlan Of(ParseResult parse, RecipeOptions options, IReadOnlyList<RecipeOverride> flags, string file, string data, Terminal terminal)
    {
        var set = DatasetReader.OpenPart(data);
        var own = OwnFile.Of(file);
        var named = parse.GetValue(options.Config) is { Length: > 0 };
        var loaded = named || own is null ? Given(parse, options, flags, named, set, terminal) : own.Load(parse, options, flags);
        return new ImportPlan(
            loaded.Recipe, LayoutOf(loaded.Recipe, named ? null : own, set, data), set.Classes, own?.Preparation ?? "",
            own is null ? [.. UntoldOf(loaded, named)] : []);
    }

    // What is given; else the published one of the encoder on this data set says frames, channels and streams.
    private static ResolvedRecipe Given(
        ParseResult parse, RecipeOptions options, IReadOnlyList<RecipeOverride> flags, bool named, ClipDataset set, Terminal terminal)
    {
        if (named) return options.Load(parse, flags).Resolved;
        if (ModelIn(flags) is not { } model)
            throw new KinemaException(ExitCode.Usage, "which network is it? name an encoder with --model (kinema models list) or a recipe with --config");
        var published = RecipeFolder.TryFind($"{set.Name}/{model}.yaml");
        var recipe = options.Load(parse, flags, required: false, standard: published).Resolved;
        if (published is null)
            terminal.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"no recipe of {model} on {set.Name} is published: the defaults are taken, "
                + $"of frames {recipe.Recipe.Data.Frames}; others are --set data.frames=N or --config FILE"));
        return recipe;
    }

    // The joints as recipe and command line name them, groups and bones included; else as a weight file of ours was trained on, else as the set has them.
    private static SkeletonLayout LayoutOf(Recipe recipe, OwnFile? own, ClipDataset set, string data)
    {
        if (own is null || own.LayoutName != recipe.Data.Layout)
        {
            if (recipe.Data.Layout is not { } name) return set.Layout;
            var layout = Layouts.Get(name);
            DatasetReader.CheckLayout(set, data, layout);
            return layout;
        }

        if (own.Layout.JointCount != set.Layout.JointCount)
            throw new KinemaException(
                ExitCode.Checkpoint,
                $"{own.Path}: was trained on the layout {own.Layout.Name} with V = {own.Layout.JointCount} joints; "
                + $"{data} has {set.Layout.Name} with {set.Layout.JointCount}");
        return own.Layout;
    }

    // By a published recipe that was taken unasked nothing was said.
    private static IEnumerable<RecipeKey> UntoldOf(ResolvedRecipe loaded, bool named) =>
        new[] { RecipeKeys.Find("data.stream")! }.Concat(RecipeKeys.Of(EncoderRegistry.Get(loaded.Recipe.Model.Name)).Where(key => !key.ShowsInShapes))
            .Where(key => loaded.OriginOf(key.Path) is var origin && (origin == RecipeOrigin.Default || (!named && origin.Line > 0)));

    private static string? ModelIn(IEnumerable<RecipeOverride> flags) => flags.FirstOrDefault(flag => flag.Path == "model.name")?.Value;

    /// <summary>What a weight file of ours says of itself.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Recipe">As YAML.</param>
    /// <param name="LayoutName">The recipe's <c>data.layout</c>.</param>
    /// <param name="Layout">The joints, whatever became of a file of theirs.</param>
    /// <param name="Preparation">How the clips it was trained with were prepared; empty where it does not say.</param>
    private sealed record OwnFile(string Path, string Recipe, string? LayoutName, SkeletonLayout Layout, string Preparation)
    {
        // Null of any other file. A checkpoint of ours has its own way.
        public static OwnFile? Of(string path)
        {
            if (PyTorchFile.IsPyTorch(path)) return null;
            using var file = SafeTensorsFile.Open(path);
            if (TrainedModel.IsCheckpoint(file))
                throw new KinemaException(
                    ExitCode.Checkpoint, $"{path}: is a checkpoint of a run; 'kinema export' with the run's folder makes a weight file of it");
            if (TrainedModel.RecipeOf(file) is not { } recipe) return null;
            var layoutName = RecipeLoader.Parse(recipe, path).Data.Layout;
            return new OwnFile(path, recipe, layoutName, TrainedModel.LayoutOf(file), TrainedModel.PreparationOf(file));
        }

        public ResolvedRecipe Load(ParseResult parse, RecipeOptions options, IReadOnlyList<RecipeOverride> flags)
        {
            var theirs = RecipeLoader.Parse(Recipe, Path).Model.Name;
            if (ModelIn(flags) is { } model && model != theirs)
                throw new KinemaException(ExitCode.Checkpoint, $"{Path}: holds weights of {theirs}; --model asks for {model}");
            return options.Load(parse, flags, checkpointConfig: Recipe, required: false).Resolved;
        }
    }
}
