using Kinema.Skeletons.Clips;
using Kinema.Skeletons.Datasets.Conversion;
using Kinema.Skeletons.Datasets.Foreign;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>
/// Clips that a trained network is to name. Of packed sets and of clips of one's own (tables, JSON, BVH) what they show is not asked; files that others
/// made are read as 'kinema data convert' reads them, with the labels they hold.
/// </summary>
public static class UnlabelledClips
{
    /// <summary>Opens clips. Nothing but names and, of large tables, an index is read.</summary>
    /// <param name="path">A file, folder or zip.</param>
    /// <param name="layout">The joints they must have: those the network was trained on.</param>
    /// <param name="persons">M, at most, as in the conversion of the clips of the training: with fewer another person may be the first.</param>
    /// <exception cref="KinemaException">No such clips are there, or their joints are others (<see cref="ExitCode.Data"/>).</exception>
    public static ClipSource Open(string path, SkeletonLayout layout, int persons)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(layout);
        var source = OpenForm(path, layout, persons);
        if (source.Layout.HasJointsOf(layout))
            return source;
        using (source)
            throw Refusal.Data($"{path}: its layout is {Told(source.Layout)}, and {Told(layout)} is wanted{Remedy(path, source.Layout, layout)}");
    }

    private static ClipSource OpenForm(string path, SkeletonLayout layout, int persons)
    {
        try
        {
            return ForeignFiles.Recognise(path) switch
            {
                null => ConvertSources.OpenUnlabelled(path, layout, persons),
                ForeignKind.PackedSet => PackedSource.AsItIs(path),
                _ => ForeignFiles.Open(path, new ForeignOptions { Layout = layout, Persons = persons }),
            };
        }
        catch (KinemaException error) when (error.Message.Contains(" --", StringComparison.Ordinal))
        {
            // The readers name options of the command that has them.
            throw new KinemaException(ExitCode.Data,
                $"{error.Message}; such options are those of 'kinema data convert --unlabelled': give the set that it makes", error);
        }
    }

    /// <summary>How many persons of a clip the conversion kept at most that a set's <see cref="ClipDataset.Preparation"/> tells of.</summary>
    /// <param name="preparation">Empty where nothing is known: then what a conversion usually keeps.</param>
    public static int PersonsOf(string preparation) => ConvertOptions.PersonsNamedIn(preparation);

    /// <summary>Whether a path is one clip in the form of <see cref="ClipJson"/>: a file of JSON with its key, or of an ending that no other form has.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="KinemaException">It cannot be read (<see cref="ExitCode.Data"/>).</exception>
    public static bool IsClipJson(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            return false;
        var ending = Path.GetExtension(path).ToLowerInvariant();
        return ending == ".json" ? !File.Exists(path) || HasKey(path) : !OtherForms.Contains(ending);
    }

    private static readonly HashSet<string> OtherForms = [.. InputFile.Endings, .. LeftAside.Endings, ".zip", ".safetensors"];

    private static bool HasKey(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return ClipLimits.ReadAll(stream, path).AsSpan().IndexOf("\"skeletons\""u8) >= 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new KinemaException(ExitCode.Data, $"{path}: cannot be read: {error.Message}", error);
        }
    }

    private static string Told(SkeletonLayout layout) => FormattableString.Invariant($"{layout.Name} ({layout.JointCount} joints of {layout.Dimensions} coordinates)");

    // A layout of one's own is known by its file alone, and of that nothing is known here.
    private static string Remedy(string path, SkeletonLayout own, SkeletonLayout wanted)
    {
        try
        {
            LayoutMap.Between(own, wanted);
            return Layouts.All.Any(layout => layout.Name == wanted.Name)
                ? $": 'kinema data convert {path} --to {wanted.Name} --out mapped' makes a set of those joints"
                : ": 'kinema data convert' with the file of that layout as --to makes a set of those joints";
        }
        catch (KinemaException)
        {
            return "; no map between the two is known (a map of your own: kinema data convert --map)";
        }
    }
}
