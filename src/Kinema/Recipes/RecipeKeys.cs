using Kinema.Encoders;
using Kinema.Storage;
using static Kinema.Recipes.RecipeValues;

namespace Kinema.Recipes;

/// <summary>
/// Every key a recipe may hold, in the order in which a resolved recipe is written. <c>docs/recipes.md</c> shows the same list.
/// </summary>
public static class RecipeKeys
{
    /// <summary>All keys.</summary>
    public static IReadOnlyList<RecipeKey> All { get; } = [.. General(), .. Data(), .. Model(), .. Csre(), .. Training(), .. Targets()];

    private static readonly Dictionary<string, RecipeKey> ByPath = All.ToDictionary(key => key.Path);

    private static readonly Dictionary<string, string[]> Names = All
        .SelectMany(key => Steps(key.Path))
        .Distinct()
        .GroupBy(step => step.Section, step => step.Name)
        .ToDictionary(section => section.Key, section => section.ToArray());

    /// <summary>The key at a dotted path, or null.</summary>
    public static RecipeKey? Find(string path) => ByPath.GetValueOrDefault(path);

    /// <summary>The keys that an encoder alone reads.</summary>
    /// <exception cref="KinemaException">It is registered with one that there is not, which would be read by nobody.</exception>
    public static IReadOnlyList<RecipeKey> Of(EncoderModel encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        return [.. encoder.Keys.Select(path => Find(path) ?? throw Unknown(path))];

        KinemaException Unknown(string path)
        {
            var near = NearestName.Find(path, All.Select(key => key.Path)) is { } name ? $"; did you mean '{name}'?" : ".";
            return new KinemaException(
                ExitCode.Configuration,
                $"the encoder '{encoder.Name}' is registered with the recipe key '{path}', which is none{near} "
                + "Mend the Keys of its [EncoderModel(…)], or add the key as in docs/adding-an-encoder.md");
        }
    }

    /// <summary>The names a section holds ("" is the top of the file), or null if there is no such section.</summary>
    public static IReadOnlyList<string>? NamesIn(string section) => Names.GetValueOrDefault(section);

    /// <summary>The valid path nearest to a mistyped one, or null.</summary>
    public static string? Nearest(string path) =>
        NearestName.Find(path, All.Select(key => key.Path).Concat(Names.Keys.Where(section => section.Length > 0)));

    private static IEnumerable<(string Section, string Name)> Steps(string path)
    {
        var names = path.Split('.');
        for (var i = 0; i < names.Length; i++)
            yield return (string.Join('.', names.Take(i)), names[i]);
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 100 && text.Split('/').All(part => part.Trim('.').Length > 0)
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/');

    private static RecipeKey Key<T>(
        string path, (string Allowed, RecipeValueReader Read) kind, string summary, Func<Recipe, T> get, Func<Recipe, T, Recipe> with,
        bool inShapes = false) =>
        new(path, kind.Allowed, summary, kind.Read, recipe => get(recipe), (recipe, value) => with(recipe, (T)value!)) { ShowsInShapes = inShapes };

    private static IEnumerable<RecipeKey> General() =>
    [
        Key("name", Text("a name of letters, digits, - _ . and /", IsName), "Name of the recipe and of its run folders.",
            r => r.Name, (r, v) => r with { Name = v }),
        Key("paper", Text("text"), "The paper and setting followed, and any departure from them.",
            r => r.Paper, (r, v) => r with { Paper = v }),
    ];

    private static IEnumerable<RecipeKey> Data()
    {
        return
        [
            Of("path", Optional(Text("a path", path => path.Length > 0)), "Data set: folder, zip or packed file; `--data` sets it too.",
                d => d.Path, (d, v) => d with { Path = v }),
            Of("layout", Optional(Text("a layout name or the path of a layout file", name => name.Length > 0)),
                "Joint layout; null takes the data set's own.", d => d.Layout, (d, v) => d with { Layout = v }),
            Of("frames", Integer(4, 4096, "frames"), "T, the length every clip is sampled to.", d => d.Frames,
                (d, v) => d with { Frames = v }),
            Of("repeat", Integer(1, 1000), "How often a training clip occurs in one epoch, each time with fresh random draws.",
                d => d.Repeat, (d, v) => d with { Repeat = v }),
            Of("split", Text("the name of a protocol", IsName), "Protocol that divides the clips into train and test; `data inspect` lists those of a set.",
                d => d.Split, (d, v) => d with { Split = v }),
            Of("labels", Optional(Text("a path", path => path.Length > 0)),
                "List of names, one a line: of the training clips only these train; `data split --fractions` writes such.", d => d.Labels, (d, v) => d with { Labels = v }),
            Of("pipeline", Choice("nw-ucla", "ntu", "2s-agcn", "actclr"), "How a clip becomes a sample, by whose code it is made.",
                d => d.Pipeline, (d, v) => d with { Pipeline = v }),
            Of("persons", Integer(1, 8), "M, the persons of a sample; `nw-ucla` takes one.", d => d.Persons, (d, v) => d with { Persons = v }),
            Of("absent-person", Choice("zero", "copy"), "What stands for a second person that a clip does not show.",
                d => d.AbsentPerson, (d, v) => d with { AbsentPerson = v }),
            Of("origin", Choice("recorded", "first-frame"), "Where clips of pipeline ntu are: as recorded, or the first person's centre at 0 when first seen.",
                d => d.Origin, (d, v) => d with { Origin = v }),
            Of("mirror", Number(0, 1), "Probability that a training clip is shown mirrored, left and right swapped; not where classes tell left from right.",
                d => d.Mirror, (d, v) => d with { Mirror = v }),
            Of("variant", Choice("ctr", "csre"), "Data pipeline as CTR-GCN's code has it, or as the code released with CSRE.",
                d => d.Variant, (d, v) => d with { Variant = v }),
            Of("stream", Choice("joint", "bone", "joint-motion", "bone-motion"), "What the network sees; `--stream` sets it too.",
                d => d.Stream, (d, v) => d with { Stream = v }),
        ];

        static RecipeKey Of<T>(
            string name, (string, RecipeValueReader) kind, string summary, Func<DataSettings, T> get,
            Func<DataSettings, T, DataSettings> with) =>
            Key("data." + name, kind, summary, r => get(r.Data), (r, v) => r with { Data = with(r.Data, v) });
    }

    private static IEnumerable<RecipeKey> Model()
    {
        return
        [
            Of("name", Choice([.. EncoderRegistry.All.Select(model => model.Name)]), "Encoder; `--model` sets it too.", m => m.Name,
                (m, v) => m with { Name = v }),
            Of("channels", Optional(Integer(16, 1024, "channels", multipleOf: 16)),
                "Width, C of the first stage in most (hyperformer: multiples of 32); null takes the encoder's published one.",
                m => m.Channels, (m, v) => m with { Channels = v }, inShapes: true),
            Of("dropout", Optional(Number(0, 1, below: true)), "Share of the features dropped, where the encoder's authors drop; null takes theirs.",
                m => m.Dropout, (m, v) => m with { Dropout = v }),
            Of("hops", Optional(Integer(1, 64, "bones")),
                "k of infogcn, below the number of joints: the joint k bones nearer the root is taken from each; null takes none.",
                m => m.Hops, (m, v) => m with { Hops = v }),
            Of("map-per-person", Flag(), "Whether CSRE sees hcn's map of each person, not the clip's.",
                m => m.MapPerPerson, (m, v) => m with { MapPerPerson = v }),
            Of("last-channels", Optional(Integer(16, 4096, "channels", multipleOf: 16)), "Channels of st-gcn's last block; null takes four times the first's.",
                m => m.LastChannels, (m, v) => m with { LastChannels = v }, inShapes: true),
            Of("own-topology", Flag(), "Whether blockgcn gives every person his own clip's topology, not another's of the batch as its authors do.",
                m => m.OwnTopology, (m, v) => m with { OwnTopology = v }),
        ];

        static RecipeKey Of<T>(
            string name, (string, RecipeValueReader) kind, string summary, Func<ModelSettings, T> get,
            Func<ModelSettings, T, ModelSettings> with, bool inShapes = false) =>
            Key("model." + name, kind, summary, r => get(r.Model), (r, v) => r with { Model = with(r.Model, v) }, inShapes);
    }

    private static IEnumerable<RecipeKey> Csre()
    {
        return
        [
            Of("enabled", Flag(), "Whether the contrastive plug-in takes part; `--csre` sets it too.",
                c => c.Enabled, (c, v) => c with { Enabled = v }),
            Of("dimension", Integer(1, 4096), "D, width of the spatial and of the temporal feature.", c => c.Dimension,
                (c, v) => c with { Dimension = v }),
            Of("reduction", Integer(1, 256), "r: C channels of the feature map become C/r.", c => c.Reduction,
                (c, v) => c with { Reduction = v }),
            Of("hard-positives", Integer(1, 65536, "bank rows"), "P: least similar rows of the same class.",
                c => c.HardPositives, (c, v) => c with { HardPositives = v }),
            Of("hard-negatives", Integer(1, 65536, "bank rows"), "Q: most similar rows of other classes.",
                c => c.HardNegatives, (c, v) => c with { HardNegatives = v }),
            Of("random-negatives", Integer(1, 65536, "bank rows"), "Rows of other classes drawn at random.",
                c => c.RandomNegatives, (c, v) => c with { RandomNegatives = v }),
            Of("temperature", Number(0, 100, above: true), "τ, by which similarities are divided.", c => c.Temperature,
                (c, v) => c with { Temperature = v }),
            Of("weighting", Choice<CsreWeighting>(), "Weights of the two terms: 0.5 each (code) or 1 each (paper).",
                c => c.Weighting, (c, v) => c with { Weighting = v }),
            Of("spatial-weight", Optional(Number(0, 1000)), "Weight of the spatial term; null takes the weighting's.",
                c => c.SpatialWeight, (c, v) => c with { SpatialWeight = v }),
            Of("temporal-weight", Optional(Number(0, 1000)), "Weight of the temporal term; null takes the weighting's.",
                c => c.TemporalWeight, (c, v) => c with { TemporalWeight = v }),
            Of("scale-counts", Flag(), "Lower the counts where the training set is too small for them.",
                c => c.ScaleCounts, (c, v) => c with { ScaleCounts = v }),
        ];

        static RecipeKey Of<T>(
            string name, (string, RecipeValueReader) kind, string summary, Func<CsreSettings, T> get,
            Func<CsreSettings, T, CsreSettings> with) =>
            Key("csre." + name, kind, summary, r => get(r.Csre), (r, v) => r with { Csre = with(r.Csre, v) });
    }

    private static IEnumerable<RecipeKey> Training()
    {
        return
        [
            Of("epochs", Integer(1, 100000, "epochs"), "Passes over the training set; `--epochs` sets it too.", t => t.Epochs,
                (t, v) => t with { Epochs = v }),
            Of("batch-size", Integer(1, 65536, "clips"), "N, clips per optimiser step.", t => t.BatchSize,
                (t, v) => t with { BatchSize = v }),
            Of("test-batch-size", Integer(1, 65536, "clips"), "Clips per batch in evaluation.", t => t.TestBatchSize,
                (t, v) => t with { TestBatchSize = v }),
            Of("accumulate", Integer(1, 65536), "Parts each batch is computed in, to save memory.",
                t => t.Accumulate, (t, v) => t with { Accumulate = v }),
            Of("optimizer", Choice<OptimizerKind>(), "Optimiser.", t => t.Optimizer, (t, v) => t with { Optimizer = v }),
            Of("learning-rate", Number(0, 100, above: true), "Base learning rate.", t => t.LearningRate,
                (t, v) => t with { LearningRate = v }),
            Of("momentum", Number(0, 1, below: true), "Momentum of sgd.", t => t.Momentum, (t, v) => t with { Momentum = v }),
            Of("nesterov", Flag(), "Whether sgd's momentum is Nesterov's.", t => t.Nesterov, (t, v) => t with { Nesterov = v }),
            Of("weight-decay", Number(0, 10), "Weight decay, on every parameter; shift-gcn's authors have factors on it.", t => t.WeightDecay,
                (t, v) => t with { WeightDecay = v }),
            Of("clip-norm", Optional(Number(0, 1e6, above: true)), "Largest norm of all gradients together; null leaves them as they are.",
                t => t.ClipNorm, (t, v) => t with { ClipNorm = v }),
            Rate("kind", Choice<ScheduleKind>(), "Shape of the learning rate after warm-up.", s => s.Kind, (s, v) => s with { Kind = v }),
            Rate("warmup-epochs", Integer(0, 100000, "epochs"), "Epochs of linear rise to the base rate.",
                s => s.WarmupEpochs, (s, v) => s with { WarmupEpochs = v }),
            Rate("steps", Rising(1, 100000, "epochs, counted from 0"), "Epochs at which the rate is multiplied by the factor (steps only).",
                s => s.Steps, (s, v) => s with { Steps = v }),
            Rate("factor", Number(0, 1, above: true), "The multiplier at each step, or after every epoch (exponential); cosine does not read it.",
                s => s.Factor, (s, v) => s with { Factor = v }),
            Of("label-smoothing", Number(0, 1, below: true), "Share of each label spread over all classes.",
                t => t.LabelSmoothing, (t, v) => t with { LabelSmoothing = v }),
            Of("precision", Choice<Precision>(), "Number format of the matrix products in training; evaluation is always fp32.", t => t.Precision,
                (t, v) => t with { Precision = v }),
            Of("device", Text(Torch.Device.Allowed, text => Torch.Device.TryParse(text, out _)), "What computes; `--device` sets it too.",
                t => t.Device, (t, v) => t with { Device = v }),
            Of("seed", Integer(0, int.MaxValue), "Seed of every random draw; `--seed` sets it too.", t => t.Seed,
                (t, v) => t with { Seed = v }),
            Of("keep-every", Integer(0, 100000, "epochs"),
                "Keep a checkpoint of every n-th epoch as well; 0 keeps the last and the best only.",
                t => t.KeepEvery, (t, v) => t with { KeepEvery = v }),
        ];

        static RecipeKey Of<T>(
            string name, (string, RecipeValueReader) kind, string summary, Func<TrainingSettings, T> get,
            Func<TrainingSettings, T, TrainingSettings> with) =>
            Key("training." + name, kind, summary, r => get(r.Training), (r, v) => r with { Training = with(r.Training, v) });

        static RecipeKey Rate<T>(
            string name, (string, RecipeValueReader) kind, string summary, Func<ScheduleSettings, T> get,
            Func<ScheduleSettings, T, ScheduleSettings> with) =>
            Of("schedule." + name, kind, summary, t => get(t.Schedule), (t, v) => t with { Schedule = with(t.Schedule, v) });
    }

    private static IEnumerable<RecipeKey> Targets()
    {
        return
        [
            Of("source", Text("text"), "Where the paper states the numbers below.", t => t.Source, (t, v) => t with { Source = v }),
            Of("tolerance", Optional(Number(0, 100, "percentage points")),
                "How far one run may fall short and still count as reproducing the number; null where the number is of another recipe.",
                t => t.Tolerance, (t, v) => t with { Tolerance = v }),
            Percent("joint", "joint stream", t => t.Joint, (t, v) => t with { Joint = v }),
            Percent("bone", "bone stream", t => t.Bone, (t, v) => t with { Bone = v }),
            Percent("joint-motion", "joint-motion stream", t => t.JointMotion, (t, v) => t with { JointMotion = v }),
            Percent("bone-motion", "bone-motion stream", t => t.BoneMotion, (t, v) => t with { BoneMotion = v }),
            Percent("two-streams", "joint and bone fused", t => t.TwoStreams, (t, v) => t with { TwoStreams = v }),
            Percent("four-streams", "all four streams fused", t => t.FourStreams, (t, v) => t with { FourStreams = v }),
        ];

        static RecipeKey Percent(string name, string what, Func<TargetSettings, double?> get,
            Func<TargetSettings, double?, TargetSettings> with) =>
            Of(name, Optional(Number(0, 100, "percent")), $"Published top-1 accuracy, {what}.", get, with);

        static RecipeKey Of<T>(
            string name, (string, RecipeValueReader) kind, string summary, Func<TargetSettings, T> get,
            Func<TargetSettings, T, TargetSettings> with) =>
            Key("targets." + name, kind, summary, r => get(r.Targets), (r, v) => r with { Targets = with(r.Targets, v) });
    }
}
