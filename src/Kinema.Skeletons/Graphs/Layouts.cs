using Kinema.Storage;

namespace Kinema.Skeletons.Graphs;

/// <summary>The layouts that are built in, and the door for those that users write.</summary>
/// <example>
/// <code>
/// var builtIn = Layouts.Get("nw-ucla");
/// var ours = Layouts.Get("suits/xsens-23.yaml");
/// </code>
/// </example>
public static class Layouts
{
    // Where only the number of joints is known, the first layout of that number is taken: order matters.
    private static readonly string[] Names =
        ["nw-ucla", "ntu", "coco-17", "openpose-18", "openpose-25", "mediapipe-33", "h36m-17", "smpl-24", "halpe-26", "hand-21"];

    private static readonly Lazy<IReadOnlyList<SkeletonLayout>> BuiltIn = new(ReadBuiltIn);

    /// <summary>The built-in layouts.</summary>
    public static IReadOnlyList<SkeletonLayout> All => BuiltIn.Value;

    /// <summary>NW-UCLA: the 20 joints of the first Kinect.</summary>
    public static SkeletonLayout NwUcla => Get("nw-ucla");

    /// <summary>NTU RGB+D: the 25 joints of the second Kinect.</summary>
    public static SkeletonLayout Ntu => Get("ntu");

    /// <summary>A built-in layout by name, or a user's layout by the path of its YAML file.</summary>
    /// <param name="nameOrPath">A name such as <c>nw-ucla</c>, or a path: it ends in <c>.yaml</c> or <c>.yml</c>, or has a folder.</param>
    /// <exception cref="KinemaException">The name is unknown (<see cref="ExitCode.Usage"/>), or the file is missing or wrong
    /// (<see cref="ExitCode.Data"/>).</exception>
    public static SkeletonLayout Get(string nameOrPath)
    {
        if (All.FirstOrDefault(layout => layout.Name == nameOrPath) is { } known)
            return known;
        if (!LooksLikePath(nameOrPath))
        {
            throw new KinemaException(ExitCode.Usage,
                $"unknown joint layout '{nameOrPath}'{Suggestion.For(nameOrPath, All.Select(layout => layout.Name))}: "
                + $"{BuiltInNames}; or give the path of a YAML file");
        }
        if (!File.Exists(nameOrPath))
            throw new KinemaException(ExitCode.Data, $"{nameOrPath}: no such layout file; {BuiltInNames}");
        try
        {
            return LayoutReader.Read(File.ReadAllText(nameOrPath), nameOrPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{nameOrPath}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>A layout from YAML text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="source">What to call the text in messages: usually its path.</param>
    /// <exception cref="KinemaException">The text is no valid layout (<see cref="ExitCode.Data"/>); the message names the line.</exception>
    public static SkeletonLayout Parse(string yaml, string source) => LayoutReader.Read(yaml, source);

    private static string BuiltInNames => $"built in are {string.Join(", ", All.Select(layout => layout.Name))}";

    private static bool LooksLikePath(string text) =>
        text.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || text.EndsWith(".yml", StringComparison.OrdinalIgnoreCase)
        || text.Contains('/') || text.Contains(Path.DirectorySeparatorChar);

    // Every YAML file inside the assembly. Those named first come first: of two layouts with equally many joints, code that knows only the
    // number of joints takes the first.
    private static SkeletonLayout[] ReadBuiltIn()
    {
        const string folder = "layouts/";
        var assembly = typeof(Layouts).Assembly;
        var files = assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return [.. Names.Select(name => $"{folder}{name}.yaml").Union(files).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return LayoutReader.Read(reader.ReadToEnd(), name[folder.Length..]);
        })];
    }
}
