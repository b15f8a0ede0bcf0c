using Kinema.Skeletons.Graphs;
using Kinema.Storage;

namespace Kinema.Skeletons.Preparation;

/// <summary>A kind of data set that Kinema reads in the files it comes in.</summary>
/// <param name="Name">How it is asked for, such as <c>utd-mhad</c>.</param>
/// <param name="Description">One line: what it is.</param>
/// <param name="Input">What to give: which files, in a folder or zip.</param>
/// <param name="Facts">What is known of its clips before any is there.</param>
/// <param name="Options">The options it takes.</param>
/// <param name="Opener">Opens it at a path with options that fit.</param>
public sealed record ClipSourceKind(
    string Name, string Description, string Input, ClipSourceFacts Facts, IReadOnlyList<SourceOption> Options, Func<string, SourceOptions, ClipSource> Opener)
{
    /// <summary>Opens a set of this kind. Clips are not read before they are asked for.</summary>
    /// <param name="path">A folder or zip.</param>
    /// <param name="options">What is chosen; null takes what is usual.</param>
    /// <exception cref="KinemaException">
    /// An option or its value is not one of this kind (<see cref="ExitCode.Usage"/>), or there are no files, or none of this set (<see cref="ExitCode.Data"/>).
    /// </exception>
    public ClipSource Open(string path, SourceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        options ??= new SourceOptions();
        foreach (var (name, value) in options.Given())
        {
            var option = Options.FirstOrDefault(known => known.Name == name)
                ?? throw new KinemaException(ExitCode.Usage, $"{Name} has no option '{name}'; {Takes}");
            if (!option.Values.Contains(value))
            {
                throw new KinemaException(ExitCode.Usage,
                    $"{Name}: {name} is {string.Join(" or ", option.Values)}, not '{value}'{Suggestion.For(value, option.Values)}");
            }
        }
        return File.Exists(path) || Directory.Exists(path)
            ? Opener(path, options)
            : throw new KinemaException(ExitCode.Data, $"{path}: no such file or folder");
    }

    private string Takes => Options.Count == 0
        ? "it takes none"
        : $"it takes {string.Join(", ", Options.Select(option => $"{option.Name} ({string.Join(" or ", option.Values)})"))}";
}

/// <summary>What every set of a kind has: an opened source says the same.</summary>
/// <param name="Layout">The joints of its clips, by the layout's name.</param>
/// <param name="Classes">How many actions it tells apart.</param>
/// <param name="Protocols">The names of the ways it is divided; the first is the one meant where none is named.</param>
public sealed record ClipSourceFacts(string Layout, int Classes, IReadOnlyList<string> Protocols);
