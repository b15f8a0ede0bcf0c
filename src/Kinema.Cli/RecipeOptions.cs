using System.Collections;
using System.CommandLine;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Storage;

namespace Kinema.Cli;

/// <summary>What a command was given as its recipe.</summary>
/// <param name="Resolved">The recipe, with the origin of each value.</param>
/// <param name="SettingsOf">The encoder that its files are of, where another one was asked for; null otherwise.</param>
internal sealed record GivenRecipe(ResolvedRecipe Resolved, string? SettingsOf);

/// <summary>How a command is given a recipe: <c>[RECIPE] --config FILE --set a.b=c</c>. One object a command.</summary>
internal sealed class RecipeOptions
{
    /// <summary>The recipe as the one positional argument.</summary>
    public Argument<string?> Recipe { get; } = new("recipe")
    {
        Description = "a recipe file, such as recipes/nw-ucla/ctr-gcn-csre.yaml", Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>The same as an option, which may be repeated.</summary>
    public Option<string[]> Config { get; } = new("--config", "-c")
    {
        Description = "a recipe file; a later one wins over an earlier one", HelpName = "FILE", Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Single keys.</summary>
    public Option<string[]> Set { get; } = new("--set", "-s")
    {
        Description = "change one key, e.g. training.epochs=16", HelpName = "KEY=VALUE", Arity = ArgumentArity.OneOrMore,
    };

    /// <summary>Adds the three to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(Recipe);
        command.Add(Config);
        command.Add(Set);
    }

    /// <summary>Loads what the command line names, with the environment beneath it.</summary>
    /// <param name="parse">The parsed line.</param>
    /// <param name="flags">Flags of the command that stand for a key, such as <c>--seed</c>; they win over <c>--set</c>.</param>
    /// <param name="checkpointConfig">The <c>config.yaml</c> of the checkpoint being resumed: weaker than all else.</param>
    /// <param name="required">Whether a recipe must be named.</param>
    /// <param name="standard">The recipe file to take where none is named.</param>
    /// <exception cref="KinemaException">No recipe is named, or a key, type or range is wrong.</exception>
    public GivenRecipe Load(ParseResult parse, IEnumerable<RecipeOverride>? flags = null, string? checkpointConfig = null, bool required = true,
        string? standard = null)
    {
        var files = Files(parse);
        if (files.Length == 0 && standard is not null) files = [standard];
        if (required && files.Length == 0)
        {
            throw new KinemaException(
                ExitCode.Usage, "no recipe is given: name one, such as recipes/nw-ucla/ctr-gcn-csre.yaml; a run goes on without one by --resume FOLDER");
        }
        RecipeOverride[] given = [.. (parse.GetValue(Set) ?? []).Select(RecipeOverride.Parse), .. flags ?? []];
        var asked = given.LastOrDefault(item => item.Path == "model.name");
        var theirs = asked is null ? null : OfAnother(files, NameIn(asked));
        var resolved = RecipeLoader.Load(new RecipeRequest
        {
            Files = files,
            Overrides = [.. theirs is null ? [] : NotTheirs(theirs, asked!), .. NotOfAllClips(files, given), .. given],
            Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(
                entry => (string)entry.Key, entry => (string?)entry.Value ?? ""),
            CheckpointConfig = checkpointConfig,
        });
        return new GivenRecipe(resolved, theirs?.Model.Name);
    }

    private static string NameIn(RecipeOverride model) => model.Value.Trim('"', '\'');

    // What the files say, where they are of another encoder.
    private static Recipes.Recipe? OfAnother(string[] files, string encoder) =>
        files.Length > 0 && RecipeLoader.Load(new RecipeRequest { Files = files }).Recipe is var theirs && theirs.Model.Name != encoder ? theirs : null;

    // A recipe's name, paper and published numbers are of the encoder it names; weaker than what is given for them.
    private static IEnumerable<RecipeOverride> NotTheirs(Recipes.Recipe theirs, RecipeOverride asked)
    {
        var encoder = NameIn(asked);
        // Run folder, report, scores and weight file are called after both; a name that is none is refused with model.name.
        if (EncoderRegistry.All.Any(one => one.Name == encoder)) yield return new RecipeOverride("name", $"{theirs.Name}-with-{encoder}", asked.Origin);
        yield return new RecipeOverride("paper", $"\"none: {encoder} with the settings of {theirs.Model.Name}\"", asked.Origin);
        yield return NoTargets(asked.Origin);
    }

    // Published numbers are of all training clips.
    private static IEnumerable<RecipeOverride> NotOfAllClips(string[] files, RecipeOverride[] given)
    {
        if (files.Length > 0 && given.LastOrDefault(item => item.Path == "data.labels") is { Value: not ("" or "null" or "~") } labels)
            yield return NoTargets(labels.Origin);
    }

    private static RecipeOverride NoTargets(string origin) =>
        new("targets", "{source: '', joint: null, bone: null, joint-motion: null, bone-motion: null, two-streams: null, four-streams: null}", origin);

    private string[] Files(ParseResult parse) => [.. parse.GetValue(Recipe) is { } recipe ? [recipe] : Array.Empty<string>(), .. parse.GetValue(Config) ?? []];
}
