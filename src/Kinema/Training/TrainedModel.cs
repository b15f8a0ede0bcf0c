using System.Globalization;
using System.Text.Json;
using Kinema.Encoders;
using Kinema.Recipes;
using Kinema.Skeletons.Augmentations;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Streams;
using Kinema.Storage;
using Kinema.Torch;

namespace Kinema.Training;

/// <summary>
/// A network with all that is needed to use it: the recipe (stream, frames, pipeline), the joint layout and the class names. Saved in one
/// safetensors file, whose tensors have the reference implementation's names and whose metadata holds the rest as text.
/// </summary>
public sealed class TrainedModel : IDisposable
{
    /// <summary>What the metadata entry <c>schema</c> of a weight file says.</summary>
    public const string Schema = "kinema.model";

    /// <summary>The metadata entry of a checkpoint, and of a weight file made of one, that says how many epochs were done.</summary>
    internal const string EpochKey = "epoch";

    private const string PreparationKey = "preparation";

    private TrainedModel(
        Recipe recipe, SkeletonLayout layout, IReadOnlyList<string> classes, ClipPipeline pipeline, Recogniser network, Generator? ownDropout) =>
        (Recipe, Layout, Classes, Pipeline, Network, OwnDropout) = (recipe, layout, classes, pipeline, network, ownDropout);

    /// <summary>What it was trained with.</summary>
    public Recipe Recipe { get; }

    /// <summary>The joints it takes.</summary>
    public SkeletonLayout Layout { get; }

    /// <summary>The names of its K classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>From a clip to a sample.</summary>
    public ClipPipeline Pipeline { get; }

    /// <summary>The network.</summary>
    public Recogniser Network { get; }

    /// <summary>The epochs that were done when the weights were saved, of a checkpoint or of what was exported of one; null where it is not said.</summary>
    public int? Epoch { get; private set; }

    /// <summary>
    /// What was done to the coordinates of its clips before the training, as <see cref="Skeletons.Datasets.ClipDataset.Preparation"/> says it;
    /// empty where that is not known.
    /// </summary>
    public string Preparation { get; private init; } = "";

    /// <summary>Where the network computes; clips are taken there.</summary>
    public Device Device { get; private set; } = Device.Cpu;

    /// <summary>The source of dropout draws, where none was given.</summary>
    internal Generator? OwnDropout { get; }

    /// <summary>Moves the network.</summary>
    public void To(Device device)
    {
        Network.To(device);
        Device = device;
    }

    /// <summary>Builds an uninitialised network for a recipe.</summary>
    /// <param name="recipe">Which encoder, stream and frames.</param>
    /// <param name="layout">The joints.</param>
    /// <param name="classes">The class names.</param>
    /// <param name="dropout">The source of dropout draws, which stays the caller's; null for one of the model's own.</param>
    /// <param name="preparation">The model's <see cref="Preparation"/>.</param>
    /// <exception cref="KinemaException">The encoder does not take such clips.</exception>
    public static TrainedModel Create(
        Recipe recipe, SkeletonLayout layout, IReadOnlyList<string> classes, Generator? dropout = null, string preparation = "") =>
        Create(recipe, layout, classes, dropout, preparation, model: null);

    /// <summary>The same with an encoder that need not be registered; null for the one that the recipe names.</summary>
    internal static TrainedModel Create(
        Recipe recipe, SkeletonLayout layout, IReadOnlyList<string> classes, Generator? dropout, string preparation, EncoderModel? model)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(preparation);
        var own = dropout is null ? new Generator(0) : null;
        Encoder? encoder = null;
        try
        {
            var random = dropout ?? own!;
            var input = new EncoderInput(layout, layout.Dimensions, recipe.Data.Frames, recipe.Data.Persons);
            encoder = (model ?? EncoderRegistry.Get(recipe.Model.Name)).Create(input, recipe.Model.ForEncoder(random));
            var pipeline = PipelineOf(recipe.Data, layout, encoder.ReadsTopology);
            // An encoder with dropout of its own has none before the classifier.
            var share = encoder.DropsInside ? 0 : recipe.Model.Dropout ?? 0;
            return new TrainedModel(recipe, layout, classes, pipeline, new Recogniser(encoder, classes.Count, share, random), own)
            {
                Preparation = preparation,
            };
        }
        catch (Exception e)
        {
            encoder?.Dispose();                                                          // its tensors are in no scope
            own?.Dispose();
            if (e is not ArgumentException) throw;
            throw new KinemaException(ExitCode.Configuration, $"recipe {recipe.Name}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static ClipPipeline PipelineOf(DataSettings data, SkeletonLayout layout, bool topology)
    {
        var stream = SkeletonStreams.Parse(data.Stream);
        var variant = data.Variant == "csre" ? StreamVariant.Csre : StreamVariant.Ctr;
        ClipPipeline pipeline = data.Pipeline switch
        {
            "ntu" => new NtuPipeline(
                layout, stream, variant, data.Frames, data.Persons, data.AbsentPerson == "copy" ? AbsentPerson.Copy : AbsentPerson.Zero, topology,
                centred: data.Origin == "first-frame"),
            "2s-agcn" => new AgcnPipeline(layout, stream, variant, data.Frames, data.Persons, topology),
            "actclr" => new ActClrPipeline(layout, stream, variant, data.Frames, data.Persons, topology),
            _ => new NwUclaPipeline(layout, stream, variant, data.Frames, topology),
        };
        return data.Mirror > 0 ? new MirroredPipeline(pipeline, layout, data.Mirror) : pipeline;
    }

    /// <summary>Loads the network of a weight file or of a checkpoint.</summary>
    /// <exception cref="KinemaException">Missing, damaged, not ours, or of another shape.</exception>
    public static TrainedModel Load(string path)
    {
        if (PyTorchFile.IsPyTorch(path))
        {
            // Read all the same: a file that asks for more than tensors is refused by the name of what it asks for.
            _ = PyTorchFile.ReadStateDict(path);
            throw new KinemaException(
                ExitCode.Checkpoint, $"{path}: is a PyTorch file, which says nothing of joints, stream and classes; make a weight file of it with 'kinema models import'");
        }

        using var file = SafeTensorsFile.Open(path);
        return Load(file);
    }

    /// <summary>Whether a file is a checkpoint of a run, which has more than weights.</summary>
    public static bool IsCheckpoint(SafeTensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Metadata.GetValueOrDefault("schema") == Checkpoint.Schema;
    }

    /// <summary>The recipe, as YAML, that a weight file of ours was trained with; null of any other file.</summary>
    public static string? RecipeOf(SafeTensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Metadata.GetValueOrDefault("schema") == Schema ? file.Metadata.GetValueOrDefault("recipe") : null;
    }

    /// <summary>The joints of a weight file of ours.</summary>
    /// <exception cref="KinemaException">Its metadata has none.</exception>
    public static SkeletonLayout LayoutOf(SafeTensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Layouts.Parse(Text(file, "layout"), file.Path);
    }

    /// <summary>The <see cref="Preparation"/> of a weight file of ours; empty where it does not say.</summary>
    public static string PreparationOf(SafeTensorsFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Metadata.GetValueOrDefault(PreparationKey, "");
    }

    internal static TrainedModel Load(SafeTensorsFile file)
    {
        var prefix = file.Metadata.GetValueOrDefault("schema") switch
        {
            Schema => "",
            Checkpoint.Schema => Checkpoint.ModelPrefix,
            _ =>
                throw new KinemaException(
                    ExitCode.Checkpoint, $"{file.Path}: is no weight file or checkpoint of Kinema (its metadata names no schema); a recording is replayed with 'kinema models verify'"),
        };
        var recipe = RecipeLoader.Parse(Text(file, "recipe"), file.Path);
        var model = Create(recipe, LayoutOf(file), ClassNames(), preparation: PreparationOf(file));
        try
        {
            var tensors = file.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(name => name[prefix.Length..], name => file.Read(name).Named(name[prefix.Length..]));
            StateFiles.Load(model.Network, tensors, file.Path);
            model.Network.Eval();
            var stored = file.Metadata.GetValueOrDefault(EpochKey);
            model.Epoch = int.TryParse(stored, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : null;
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }

        string[] ClassNames()
        {
            try
            {
                if (JsonSerializer.Deserialize<string[]>(Text(file, "classes")) is { Length: > 0 } names) return names;
            }
            catch (JsonException)
            {
                // Said below.
            }

            throw new KinemaException(ExitCode.Checkpoint, $"{file.Path}: its metadata entry 'classes' is no list of names; the file is damaged");
        }
    }

    private static string Text(SafeTensorsFile file, string key) => file.Metadata.TryGetValue(key, out var text) ? text
        : throw new KinemaException(ExitCode.Checkpoint, $"{file.Path}: its metadata lacks '{key}'; the file is damaged or was made by another program");

    /// <summary>Writes the weights and all that is needed to use them.</summary>
    /// <param name="path">Replaced as a whole or not at all.</param>
    /// <param name="facts">More texts for the metadata, such as the accuracy.</param>
    public void Save(string path, IReadOnlyDictionary<string, string>? facts = null)
    {
        var metadata = new Dictionary<string, string>(Describe()) { ["schema"] = Schema, ["version"] = "1" };
        if (Epoch is { } epoch) metadata[EpochKey] = epoch.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in facts ?? new Dictionary<string, string>()) metadata[name] = value;
        SafeTensors.Write(path, StateFiles.Save(Network), metadata);
    }

    /// <summary>Frees the network, and the source of dropout draws where it is the model's own.</summary>
    public void Dispose()
    {
        Network.Dispose();
        OwnDropout?.Dispose();
    }

    /// <summary>
    /// The texts that go into the metadata of a file. Where the clips lay on the training machine is nobody's business, and neither is what
    /// computed there: the file is the same for every device.
    /// </summary>
    internal Dictionary<string, string> Describe()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["recipe"] = RecipeText.ToYaml(Recipe with
            {
                Data = Recipe.Data with { Path = null, Layout = null },
                Training = Recipe.Training with { Device = Device.Cpu.ToString() },
            }),
            ["layout"] = Layout.Yaml,
            ["classes"] = JsonSerializer.Serialize(Classes),
        };
        if (Preparation.Length > 0) texts[PreparationKey] = Preparation;
        return texts;
    }
}
