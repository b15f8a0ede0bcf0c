using System.CommandLine;
using System.Globalization;
using Kinema.Runs;
using Kinema.Storage;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema export RUN --out FILE</c>: the weights of a run in one file that needs nothing else.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var weights = new Argument<string>("run") { Description = "a run folder, or a checkpoint" };
        var output = new Option<string>("--out", "-o") { Description = "the weight file to write (.safetensors)", HelpName = "FILE", Required = true };
        var epoch = new Option<string>("--epoch") { Description = "of a run folder: best or last", DefaultValueFactory = _ => "best", HelpName = "WHICH" };
        epoch.AcceptOnlyFromAmong("best", "last");
        var overwrite = new Option<bool>("--overwrite") { Description = "replace the file that is there" };
        return new Verb("export", "writes a run's weights as one safetensors file")
        {
            weights, output, epoch, overwrite, CommonOptions.Json(),
        }.With(
            ["kinema export runs/latest --out weights.safetensors", "kinema export runs/latest --epoch last --out last.safetensors"],
            "the tensors have the names of the authors' code; optimiser, plug-in and banks stay behind",
            (parse, terminal) =>
            {
                var (path, file) = (parse.GetRequiredValue(weights), parse.GetRequiredValue(output));
                TargetFile.Check(file, parse.GetValue(overwrite));
                using var model = TrainedModel.Load(EvalCommand.WeightsOf(path, parse.GetRequiredValue(epoch)));
                model.Save(file, Facts(path));
                var (bytes, parameters) = (new FileInfo(file).Length, model.Network.ParameterCount());
                if (terminal.Json)
                    Json.Write(terminal, "kinema.export", new
                    {
                        File = file, Bytes = bytes, Parameters = parameters, Recipe = model.Recipe.Name, Model = model.Recipe.Model.Name,
                    });
                else terminal.Out.WriteLine(
                    string.Create(CultureInfo.InvariantCulture, $"{file}: {model.Recipe.Name}, {parameters:N0} parameters, {bytes / 1e6:0.0} MB"));
            });
    }

    // What the run knows of its own weights goes with them.
    private static Dictionary<string, string> Facts(string path)
    {
        var facts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!Directory.Exists(path)) return facts;
        var run = RunFolder.Open(path);
        if (File.Exists(run.Environment)) facts["environment"] = File.ReadAllText(run.Environment);
        return facts;
    }
}
