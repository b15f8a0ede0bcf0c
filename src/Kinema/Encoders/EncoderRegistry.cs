using System.Reflection;
using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Encoders;

/// <summary>Registers an encoder under a name. The class has a static method <c>Create(EncoderInput, EncoderSettings)</c>.</summary>
/// <param name="name">As in recipes and on the command line: <c>ctr-gcn</c>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EncoderModelAttribute(string name) : Attribute
{
    /// <summary>As in recipes and on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>Title, authors, venue.</summary>
    public required string Paper { get; init; }

    /// <summary>Where the paper is.</summary>
    public required string Link { get; init; }

    /// <summary>Which clips it takes.</summary>
    public string Takes { get; init; } = "any layout";

    /// <summary>Recipe keys that only this encoder reads, such as <c>model.hops</c>; others refuse them. Recipes refuse one that they do not have.</summary>
    public string[] Keys { get; init; } = [];
}

/// <summary>What a recipe may say about an encoder, whatever it is; the recipe makes it (<c>ModelSettings.ForEncoder</c>).</summary>
/// <param name="Width">Channels of the first stage; null for the paper's.</param>
/// <param name="Dropout">Share of the features dropped while training, where the encoder's authors drop; null for theirs.</param>
/// <param name="Random">Source of what an encoder draws while it trains; null where nothing is drawn.</param>
/// <param name="Hops">k of <see cref="InfoGcn"/>; null for its own.</param>
/// <param name="MapPerPerson">Whether the feature map of <see cref="Hcn"/> is of each person.</param>
/// <param name="LastWidth">Channels of the last block of <see cref="StGcn"/>; null for those of its stage.</param>
/// <param name="OwnTopology">Whether every person gets the topology of his own clip in <see cref="BlockGcn"/>.</param>
public sealed record EncoderSettings(
    int? Width = null, double? Dropout = null, Torch.Generator? Random = null, int? Hops = null, bool MapPerPerson = false, int? LastWidth = null,
    bool OwnTopology = false);

/// <summary>A registered encoder.</summary>
/// <param name="Name">As in recipes and on the command line.</param>
/// <param name="Paper">Title, authors, venue.</param>
/// <param name="Link">Where the paper is.</param>
/// <param name="Takes">Which clips it takes.</param>
/// <param name="Keys">Recipe keys that only this encoder reads.</param>
/// <param name="Create">Builds the encoder for one kind of clip.</param>
public sealed record EncoderModel(
    string Name, string Paper, string Link, string Takes, IReadOnlyList<string> Keys, Func<EncoderInput, EncoderSettings, Encoder> Create);

/// <summary>The encoders there are, found by <see cref="EncoderModelAttribute"/>.</summary>
public static class EncoderRegistry
{
    // Not as the type begins: what is wrong with a class is said as it is, and not as the fault of this type.
    private static readonly Lazy<IReadOnlyList<EncoderModel>> Registered =
        new(() => [.. In(typeof(EncoderRegistry).Assembly.GetTypes()).OrderBy(model => model.Name, StringComparer.Ordinal)]);

    /// <summary>All of them, by name.</summary>
    /// <exception cref="KinemaException">A class is not registered as it should be; the message says which and how to mend it.</exception>
    public static IReadOnlyList<EncoderModel> All => Registered.Value;

    /// <summary>The encoder of a name.</summary>
    /// <param name="name">As registered.</param>
    /// <param name="fault">Whose mistake an unknown name is: the recipe's, or the command line's.</param>
    /// <exception cref="KinemaException">There is none; the message names the nearest.</exception>
    public static EncoderModel Get(string name, ExitCode fault = ExitCode.Configuration) => All.FirstOrDefault(model => model.Name == name)
        ?? throw new KinemaException(
            fault,
            $"there is no encoder '{name}'{(NearestName.Find(name, All.Select(model => model.Name)) is { } near ? $"; did you mean '{near}'?" : ".")} Known: {string.Join(", ", All.Select(model => model.Name))}");

    /// <summary>The built-in layout with a number of joints.</summary>
    /// <exception cref="KinemaException">There is none.</exception>
    internal static SkeletonLayout LayoutOf(long joints) => Layouts.All.FirstOrDefault(layout => layout.JointCount == joints)
        ?? throw new KinemaException(ExitCode.Checkpoint, $"no built-in layout has V = {joints} joints");

    /// <summary>The encoders among classes.</summary>
    /// <exception cref="KinemaException">One has no <c>Create</c>, or two have one name.</exception>
    internal static List<EncoderModel> In(IEnumerable<Type> types)
    {
        List<(Type Class, EncoderModel Model)> found = [];
        foreach (var type in types)
        {
            if (type.GetCustomAttribute<EncoderModelAttribute>() is not { } attribute) continue;
            if (found.FirstOrDefault(one => one.Model.Name == attribute.Name).Class is { } other)
                throw Wrong($"{other.Name} and {type.Name} are both registered as '{attribute.Name}': give one of them another name in its [EncoderModel(…)]");
            var create = type.GetMethod("Create", BindingFlags.Public | BindingFlags.Static, [typeof(EncoderInput), typeof(EncoderSettings)]);
            if (create is null || !typeof(Encoder).IsAssignableFrom(create.ReturnType))
                throw Wrong(
                    $"{type.Name} is registered as '{attribute.Name}' but has no public static Encoder Create(EncoderInput, EncoderSettings): "
                    + "add one, as in docs/adding-an-encoder.md");
            found.Add((type, new EncoderModel(
                attribute.Name, attribute.Paper, attribute.Link, attribute.Takes, attribute.Keys,
                create.CreateDelegate<Func<EncoderInput, EncoderSettings, Encoder>>())));
        }

        return [.. found.Select(one => one.Model)];
    }

    private static KinemaException Wrong(string message) => new(ExitCode.Configuration, message);
}
