using System.CommandLine;
using System.Globalization;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Datasets;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;
using Kinema.Torch;
using Kinema.Training;

namespace Kinema.Cli.Commands;

/// <summary><c>kinema models import FILE.pt --model NAME --data PATH --out FILE</c>: weights of the authors' code, as a weight file of ours.</summary>
internal static class ModelsImportCommand
{
    private const int MostRows = 40;
    private const string RecordedParameter = "param."; // as recordings have them beside what they were given and what came out

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
                var set = DatasetReader.OpenPart(parse.GetRequiredValue(data)); // joints and class names are all that is wanted of it
                var own = Own(path);
                List<RecipeOverride> flags = [];
                if (parse.GetValue(name) is { } encoder) flags.Add(new RecipeOverride("model.name", encoder, "--model"));
                if (parse.GetValue(stream) is { } of) flags.Add(new RecipeOverride("data.stream", of, "--stream"));
                var named = parse.GetValue(recipe.Config) is { Length: > 0 };
                var loaded = Recipe(parse, recipe, flags, own?.Recipe, set, terminal);
                var resolved = loaded.Recipe;
                var layout = Layout(resolved, named ? null : own, set, path, parse.GetRequiredValue(data));
                using var model = TrainedModel.Create(resolved, layout, set.Classes);
                var tensors = Read(path, model, terminal);
                List<string> names = [.. tensors.Keys];
                if (parse.GetValue(drop)) Drop(tensors, model, path, terminal);
                if (parse.GetValue(head) == "new") RenewHead(tensors, model);
                Refuse(tensors, names, path, model, parse.GetValue(head) == "new", terminal);
                StateFiles.Load(model.Network, tensors, path);
                foreach (var key in own is null ? Untold(loaded, named) : [])
                    terminal.Note($"{key.Path} is {key.Text(resolved)}: no checkpoint says what it was trained with; another value is --set {key.Path}=VALUE");
                model.Save(file, new Dictionary<string, string> { ["imported_from"] = Path.GetFileName(path) });
                var parameters = model.Network.ParameterCount();
                if (terminal.Json)
                    Json.Write(terminal, "kinema.models-import", new
                    {
                        File = file, Recipe = resolved.Name, Model = resolved.Model.Name, resolved.Data.Stream, Layout = layout.Name, Parameters = parameters,
                    });
                else
                    terminal.Out.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{file}: {resolved.Name}, stream {resolved.Data.Stream}, layout {layout.Name}, {parameters:N0} parameters from {path}"));
            });
    }

    // What shows neither in names nor in shapes, and was not said: by a published recipe that was taken unasked it was not.
    private static IEnumerable<RecipeKey> Untold(ResolvedRecipe loaded, bool named) =>
        new[] { RecipeKeys.Find("data.stream")! }.Concat(RecipeKeys.Of(EncoderRegistry.Get(loaded.Recipe.Model.Name)).Where(key => !key.ShowsInShapes))
            .Where(key => loaded.OriginOf(key.Path) is var origin && (origin == RecipeOrigin.Default || (!named && origin.Line > 0)));

    // A weight file of ours says what it was trained with; a checkpoint of ours has its own way.
    private static OwnFile? Own(string path)
    {
        if (PyTorchFile.IsPyTorch(path)) return null;
        using var file = SafeTensorsFile.Open(path);
        if (TrainedModel.IsCheckpoint(file))
            throw new KinemaException(ExitCode.Checkpoint, $"{path}: is a checkpoint of a run; 'kinema export' with the run's folder makes a weight file of it");
        return TrainedModel.RecipeOf(file) is { } recipe
            ? new OwnFile(recipe, RecipeLoader.Parse(recipe, path).Data.Layout, TrainedModel.LayoutOf(file)) : null;
    }

    // The joints as recipe and command line name them, groups and bones included; else as a weight file of ours was trained on, else as the set has them.
    private static SkeletonLayout Layout(Recipe recipe, OwnFile? own, ClipDataset set, string path, string data)
    {
        if (own is null || own.LayoutName != recipe.Data.Layout)
            return recipe.Data.Layout is { } name ? DatasetReader.OpenPart(data, Layouts.Get(name)).Layout : set.Layout;
        if (own.Layout.JointCount != set.Layout.JointCount)
            throw new KinemaException(
                ExitCode.Checkpoint,
                $"{path}: was trained on the layout {own.Layout.Name} with V = {own.Layout.JointCount} joints; {data} has {set.Layout.Name} with {set.Layout.JointCount}");
        return own.Layout;
    }

    // What is given; else the file's own; else the published one of the encoder on this data set says frames, channels and streams.
    private static ResolvedRecipe Recipe(ParseResult parse, RecipeOptions options, List<RecipeOverride> flags, string? own, ClipDataset set, Terminal terminal)
    {
        var given = parse.GetValue(options.Config) is { Length: > 0 };
        var model = flags.FirstOrDefault(flag => flag.Path == "model.name")?.Value;
        var path = parse.CommandResult.GetValue<string>("file")!;
        if (own is not null && !given)
        {
            var theirs = RecipeLoader.Parse(own, path).Model.Name;
            if (model is not null && model != theirs)
                throw new KinemaException(ExitCode.Checkpoint, $"{path}: holds weights of {theirs}; --model asks for {model}");
            return options.Load(parse, flags, checkpointConfig: own, required: false);
        }

        if (!given && model is null)
            throw new KinemaException(ExitCode.Usage, "which network is it? name an encoder with --model (kinema models list) or a recipe with --config");
        var published = given || model is null ? null : RecipeFolder.TryFind($"{set.Name}/{model}.yaml");
        var recipe = options.Load(parse, flags, required: false, standard: published);
        if (!given && published is null)
            terminal.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"no recipe of {model} on {set.Name} is published: the defaults are taken, of frames {recipe.Recipe.Data.Frames}; others are --set data.frames=N or --config FILE"));
        return recipe;
    }

    private static Dictionary<string, StoredTensor> Read(string path, TrainedModel model, Terminal terminal)
    {
        var stored = PyTorchFile.IsPyTorch(path) ? PyTorchFile.ReadStateDict(path) : Safe(path);
        var tensors = PublishedNames.Match(stored, model.Network, path);
        var head = model.Network.ClassifierName + ".weight";
        if (tensors.TryGetValue(head, out var taken) && stored.FirstOrDefault(entry => ReferenceEquals(entry.Value, taken)).Key is { } theirs
            && !theirs.EndsWith(head, StringComparison.Ordinal))
            terminal.Note($"{path}: {theirs} is taken for the classifier's {head}");
        return tensors;
    }

    private static void Drop(Dictionary<string, StoredTensor> tensors, TrainedModel model, string path, Terminal terminal)
    {
        var known = model.Network.State().Select(entry => entry.Name).ToHashSet(StringComparer.Ordinal);
        string[] extra = [.. tensors.Keys.Where(name => !known.Contains(name))];
        foreach (var name in extra) tensors.Remove(name);
        if (extra.Length > 0) terminal.Note($"{path}: left out {extra.Length} entries that the network does not have: {string.Join(", ", extra.Take(5))}{(extra.Length > 5 ? ", …" : "")}");
    }

    private static void RenewHead(Dictionary<string, StoredTensor> tensors, TrainedModel model)
    {
        var prefix = $"{model.Network.ClassifierName}.";
        foreach (var name in tensors.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).ToList()) tensors.Remove(name);
        using var random = new Generator((ulong)model.Recipe.Training.Seed);
        model.Network.Initialise(random);
        foreach (var (name, value) in model.Network.State().Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal)))
            tensors[name] = value.Value.ToStored(name);
    }

    private static void Refuse(
        IReadOnlyDictionary<string, StoredTensor> tensors, List<string> names, string path, TrainedModel model, bool newHead, Terminal terminal)
    {
        var misfits = StateFiles.Misfits(model.Network, tensors);
        if (misfits.Count == 0) return;
        var input = model.Network.Encoder.Input;
        List<Misfit> shapes = [.. misfits.Where(one => one.InFile is not null && one.InNetwork is not null)];
        List<Misfit> missing = [.. misfits.Where(one => one.InFile is null)], extra = [.. misfits.Where(one => one.InNetwork is null)];
        // Of each kind some, so that names that differ are seen beside each other.
        var left = Math.Max(2, MostRows - shapes.Count);
        var some = Math.Max(left / 2, left - extra.Count);
        var table = new TextTable("entry", "in the file", "in the network");
        foreach (var misfit in shapes.Take(MostRows - 2).Concat(missing.Take(some)).Concat(extra.Take(Math.Max(left / 2, left - missing.Count))))
            table.Add(misfit.Name, misfit.InFile ?? "missing", misfit.InNetwork ?? "none");
        table.Write(terminal.Error);
        if (misfits.Count > table.Count) terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"… and {misfits.Count - table.Count} more"));
        if (names.Exists(name => name.StartsWith(RecordedParameter, StringComparison.Ordinal)))
            throw new KinemaException(ExitCode.Checkpoint, $"{path}: looks like a recording; 'kinema models verify' replays one");
        if (EncoderByNames.Guess(names, model) is { } other)
            throw new KinemaException(
                ExitCode.Checkpoint,
                $"{path}: {misfits.Count} entries do not fit {model.Recipe.Model.Name}; their names are those of {other}: import them with --model {other}");
        List<string> hints = ["another recipe"];
        if (!newHead && shapes.Concat(missing).Any(misfit => misfit.Name.StartsWith($"{model.Network.ClassifierName}.", StringComparison.Ordinal)))
            hints.Add("--head new (classes of your own)");
        if (extra.Count > 0 && missing.Count == 0) hints.Add("--drop-extra"); // those that are dropped are no misfits
        throw new KinemaException(
            ExitCode.Checkpoint,
            $"{path}: {misfits.Count} entries do not fit {model.Recipe.Model.Name} as recipe and data set have it, for (C, T, V, M) = "
            + $"({input.Channels}, {input.Frames}, {input.Joints}, {input.Persons}) of layout {input.Layout.Name} and K = {model.Classes.Count} classes "
            + $"({shapes.Count} of other shapes, {missing.Count} missing, {extra.Count} more than it has); {string.Join(" or ", hints)} may help");
    }

    private static Dictionary<string, StoredTensor> Safe(string path)
    {
        using var file = SafeTensorsFile.Open(path);
        return file.Names.ToDictionary(name => name, file.Read);
    }

    /// <summary>What a weight file of ours says of itself.</summary>
    /// <param name="Recipe">As YAML.</param>
    /// <param name="LayoutName">The recipe's <c>data.layout</c>.</param>
    /// <param name="Layout">The joints, whatever became of a file of theirs.</param>
    private sealed record OwnFile(string Recipe, string? LayoutName, SkeletonLayout Layout);
}
