using System.CommandLine;
using System.Globalization;
using Kinema.Recipes;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema models import FILE.pt --model NAME --data PATH --out FILE</c>: weights of the authors' code, as a weight file of ours.</summary>
internal static class ModelsImportCommand
{
    public static Verb Create()
    {
        var recipe = new RecipeOptions();
        var weights = new Argument<string>("file") { Description = "a checkpoint of the authors' code: .pt, .pth or .safetensors" };
        var name = new Option<string?>("--model") { Description = "an encoder; without a recipe its own for the data set is taken", HelpName = "NAME" };
        var stream = CommonOptions.Stream();
        var data = new Option<string>("--data") { Description = "the data set it was trained on: joints and class names", HelpName = "PATH", Required = true };
        var head = new Option<string>("--head")
        {
            Description = "the classifier: from the file, or a new one for classes of your own", DefaultValueFactory = _ => "file", HelpName = "file|new",
        };
        head.AcceptOnlyFromAmong("file", "new");
        var drop = new Option<bool>("--drop-extra") { Description = "leave out what the network does not have" };
        var output = new Option<string>("--out", "-o") { Description = "the weight file to write (.safetensors)", HelpName = "FILE", Required = true };
        var overwrite = new Option<bool>("--overwrite") { Description = "replace the file that is there" };
        return new Verb("import", "turns a checkpoint of the authors' code into a weight file")
        {
            weights, name, stream, recipe.Config, recipe.Set, data, head, drop, output, overwrite, CommonOptions.Json(),
        }.With(
            [
                "kinema models import ctr.pt --model ctr-gcn --data ucla.zip -o w.safetensors",
                "kinema models import ctr.pt -c my.yaml --data mine --head new -o w.safetensors",
            ],
            "nothing in the file is executed; names and shapes must be those of the recipe's network",
            (parse, terminal) =>
            {
                var (path, file) = (parse.GetRequiredValue(weights), parse.GetRequiredValue(output));
                TargetFile.Check(file, parse.GetValue(overwrite));
                List<RecipeOverride> flags = [];
                if (parse.GetValue(name) is { } encoder) flags.Add(new RecipeOverride("model.name", encoder, "--model"));
                if (parse.GetValue(stream) is { } of) flags.Add(new RecipeOverride("data.stream", of, "--stream"));
                var plan = ImportPlan.Of(parse, recipe, flags, path, parse.GetRequiredValue(data), terminal);
                using var model = TrainedModel.Create(plan.Recipe, plan.Layout, plan.Classes, preparation: plan.Preparation);
                var imported = new ImportedWeights(path, model, terminal);
                if (parse.GetValue(drop)) imported.DropExtra();
                if (parse.GetValue(head) == "new") imported.RenewHead();
                imported.Load();
                foreach (var key in plan.Untold)
                    terminal.Note(
                        $"{key.Path} is {key.Text(plan.Recipe)}: no checkpoint says what it was trained with; another value is --set {key.Path}=VALUE");
                model.Save(file, new Dictionary<string, string> { ["imported_from"] = Path.GetFileName(path) });
                Print(model, imported.NewParameters, path, file, terminal);
            });
    }

    private static void Print(TrainedModel model, long renewed, string path, string file, Terminal terminal)
    {
        var recipe = model.Recipe;
        var parameters = model.Network.ParameterCount();
        var taken = parameters - renewed;
        if (terminal.Json)
        {
            Json.Write(terminal, "kinema.models-import", new
            {
                File = file, Recipe = recipe.Name, Model = recipe.Model.Name, recipe.Data.Stream, Layout = model.Layout.Name, Parameters = parameters,
                ParametersFromFile = taken, NewParameters = renewed,
            });
            return;
        }

        var ofNew = renewed > 0 ? string.Create(CultureInfo.InvariantCulture, $" and {renewed:N0} of a new classifier") : "";
        terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{file}: {recipe.Name}, stream {recipe.Data.Stream}, layout {model.Layout.Name}, {taken:N0} parameters from {path}{ofNew}"));
    }
}
