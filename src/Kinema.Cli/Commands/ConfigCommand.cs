using System.CommandLine;
using System.Text.Json.Nodes;
using Kinema.Recipes;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema config show|keys</c>: what a run would be made from, and what a recipe may say.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new Verb("config", "recipes: what they resolve to, and the keys they may hold")
    {
        Show(),
        Keys(),
    }.Describe(["kinema config show recipes/nw-ucla/ctr-gcn-csre.yaml --origin", "kinema config keys"], "docs/recipes.md");

    private static Verb Show()
    {
        var recipe = new RecipeOptions();
        var origin = new Option<bool>("--origin") { Description = "where each value came from, as a comment" };
        var verb = new Verb("show", "checks a recipe and prints every value it resolves to");
        recipe.AddTo(verb);
        verb.Add(origin);
        verb.Add(CommonOptions.Json());
        return verb.With(
            ["kinema config show recipes/nw-ucla/ctr-gcn.yaml --origin", "kinema config show recipes/nw-ucla/ctr-gcn.yaml -s training.epochs=16"],
            "kinema config keys; docs/recipes.md",
            (parse, terminal) => Show(recipe.Load(parse).Resolved, parse.GetValue(origin), terminal));
    }

    private static void Show(ResolvedRecipe resolved, bool origin, Terminal terminal)
    {
        if (!terminal.Json)
        {
            terminal.Out.Write(origin ? resolved.ToYamlWithOrigins() : RecipeText.ToYaml(resolved.Recipe));
            return;
        }
        Json.Write(terminal, "kinema.recipe", new
        {
            Recipe = JsonNode.Parse(RecipeText.ToJson(resolved.Recipe)),
            Origins = RecipeKeys.All.ToDictionary(key => key.Path, key => resolved.OriginOf(key.Path).ToString()),
        });
    }

    private static Verb Keys() => new Verb("keys", "every key of a recipe, what it takes, its default")
    {
        CommonOptions.Json(),
    }.With(["kinema config keys", "kinema config keys | grep csre"], "docs/recipes.md", (_, terminal) =>
    {
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.recipe-keys", new
            {
                Keys = RecipeKeys.All.Select(key => new { Key = key.Path, Takes = key.Allowed, key.Default, Does = key.Summary }),
            });
            return;
        }
        var table = new TextTable("key", "takes", "default", "does");
        foreach (var key in RecipeKeys.All) { table.Add(key.Path, key.Allowed, key.Default, key.Summary); }
        table.Write(terminal.Out);
    });
}
