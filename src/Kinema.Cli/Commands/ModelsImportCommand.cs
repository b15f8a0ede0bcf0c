using System.CommandLine;
using System.Globalization;
using Kinema.Skeletons.Datasets;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema models import FILE.pt --config RECIPE --data PATH --out FILE</c>: weights of the authors' code, as a weight file of ours.</summary>
internal static class ModelsImportCommand
{
    private const string DataParallel = "module.";

    public static Verb Create()
    {
        var recipe = new RecipeOptions();
        var weights = new Argument<string>("file") { Description = "a checkpoint of the authors' code: .pt, .pth or .safetensors" };
        var data = new Option<string>("--data") { Description = "the data set it was trained on: joints and class names", HelpName = "PATH", Required = true };
        var output = new Option<string>("--out", "-o") { Description = "the weight file to write (.safetensors)", HelpName = "FILE", Required = true };
        var overwrite = new Option<bool>("--overwrite") { Description = "replace the file that is there" };
        return new Verb("import", "turns a checkpoint of the authors' code into a weight file")
        {
            weights, recipe.Config, recipe.Set, data, output, overwrite, CommonOptions.Json(),
        }.With(
            ["kinema models import ctr.pt -c ctr-gcn.yaml --data ucla.zip -o w.safetensors"],
            "nothing in the file is executed; names and shapes must be those of the recipe's network",
            (parse, terminal) =>
            {
                var (path, file) = (parse.GetRequiredValue(weights), parse.GetRequiredValue(output));
                TargetFile.Check(file, parse.GetValue(overwrite));
                var resolved = recipe.Load(parse).Recipe;
                var set = DatasetReader.Open(parse.GetRequiredValue(data));
                using var model = TrainedModel.Create(resolved, set.Layout, set.Classes);
                StateFiles.Load(model.Network, Read(path), path);
                model.Save(file, new Dictionary<string, string> { ["imported_from"] = Path.GetFileName(path) });
                var parameters = model.Network.ParameterCount();
                if (terminal.Json) Json.Write(terminal, "kinema.models-import", new { File = file, Recipe = resolved.Name, Parameters = parameters });
                else terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{file}: {resolved.Name}, {parameters:N0} parameters from {path}"));
            });
    }

    // Training on several GPUs puts "module." before every name.
    private static Dictionary<string, StoredTensor> Read(string path)
    {
        var tensors = PyTorchFile.IsPyTorch(path) ? PyTorchFile.ReadStateDict(path) : Safe(path);
        var wrapped = tensors.Count > 0 && tensors.Keys.All(name => name.StartsWith(DataParallel, StringComparison.Ordinal));
        return tensors.ToDictionary(entry => wrapped ? entry.Key[DataParallel.Length..] : entry.Key, entry => entry.Value);
    }

    private static Dictionary<string, StoredTensor> Safe(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Names.ToDictionary(name => name, file.Read);
    }
}
