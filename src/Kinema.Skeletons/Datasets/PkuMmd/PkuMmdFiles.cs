using System.Text;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.PkuMmd;

/// <summary>
/// Which files of a folder or zip belong to one phase of PKU-MMD. Recordings and labels have the same names, <c>0002-L.txt</c>; labels are
/// those below a folder whose name has "label", unless one below that again has "skeleton".
/// </summary>
internal sealed class PkuMmdFiles
{
    private const int MostVideos = 2 * 1076;
    private const int LabelBytes = 1 << 20;                    // a label is a line of some twenty letters

    private PkuMmdFiles(ClipFiles files, int phase)
    {
        Files = files;
        Phase = phase;
        Recordings = FoundFiles.In(files, MostVideos, inside => NameOf(inside, phase, label: false));
        var labels = FoundFiles.In(files, MostVideos, inside => NameOf(inside, phase, label: true));
        Labels = labels.Files.ToDictionary(file => file.Name, file => file.Index, StringComparer.Ordinal);
        OtherLabels = [.. Differing(labels.Repeats)];
        foreach (var protocol in new[] { "xsub", "xview" })
        {
            if (ReadSplit(protocol) is { Count: > 0 } sides)
                Splits[protocol] = sides;
        }
    }

    public ClipFiles Files { get; }

    /// <summary>1 or 2.</summary>
    public int Phase { get; }

    public FoundFiles Recordings { get; }

    /// <summary>The label files, by the name of the video.</summary>
    public IReadOnlyDictionary<string, int> Labels { get; }

    /// <summary>Further label files of videos, which are left aside though they say something else.</summary>
    public IReadOnlyList<FoundFile> OtherLabels { get; }

    /// <summary>Of each protocol that has a file: <c>train</c> or <c>test</c> by the name of the video.</summary>
    public Dictionary<string, IReadOnlyDictionary<string, string>> Splits { get; } = new(StringComparer.Ordinal);

    /// <summary>Looks through a folder or zip.</summary>
    /// <exception cref="KinemaException">It has no recording of this phase, or none has labels (<see cref="ExitCode.Data"/>).</exception>
    public static PkuMmdFiles At(string path, int phase)
    {
        var files = ClipFiles.Open(path, PkuMmdSequence.Bytes);
        var found = new PkuMmdFiles(files, phase);
        var example = phase == 1 ? "0002-L.txt" : "A01N01-L.txt";
        if (found.Recordings.Files.Count == 0)
        {
            var other = FoundFiles.In(files, MostVideos, inside => NameOf(inside, 3 - phase, label: false)).Files.Count > 0
                ? $" (there are recordings of phase {3 - phase}: that is pku{3 - phase})"
                : "";
            throw new KinemaException(ExitCode.Data, $"{path}: holds no recording of PKU-MMD phase {phase}: files are named like {example}{other}{FoundFiles.OfZips(files)}");
        }
        if (found.Labels.Count == 0)
        {
            throw new KinemaException(ExitCode.Data,
                $"{path}: holds {Plural.Of(found.Recordings.Files.Count, "recording")} of PKU-MMD phase {phase} but no labels, which are a download of their own: "
                + $"put their files, named like {example}, in a folder beside whose name has 'label'");
        }
        return found;
    }

    private static string? NameOf(string inside, int phase, bool label)
    {
        if (!inside.EndsWith(".txt", StringComparison.Ordinal))
            return null;
        var slash = inside.LastIndexOf('/');
        var name = inside[(slash + 1)..^".txt".Length];
        var folders = inside[..Math.Max(slash, 0)];
        var isLabel = folders.LastIndexOf("label", StringComparison.OrdinalIgnoreCase) > folders.LastIndexOf("skeleton", StringComparison.OrdinalIgnoreCase);
        return isLabel == label && PkuMmdName.Parse(name)?.Phase == phase ? name : null;
    }

    private IEnumerable<FoundFile> Differing(IReadOnlyList<FoundFile> repeats)
    {
        using var reader = Files.Open();
        foreach (var file in repeats)
        {
            if (Told(reader, file.Index) is var other && (other is null || other != Told(reader, Labels[file.Name])))
                yield return file;
        }
    }

    // Ends of lines are no difference; a file that cannot be read is one, and is named when it is read in earnest.
    private static string? Told(ClipFiles.Reader reader, int index)
    {
        try
        {
            return Encoding.Latin1.GetString(reader.Read(index, LabelBytes)).ReplaceLineEndings("\n").TrimEnd();
        }
        catch (KinemaException error) when (error.ExitCode == ExitCode.Data)
        {
            return null;
        }
    }

    private Dictionary<string, string> ReadSplit(string protocol)
    {
        var sides = new Dictionary<string, string>(StringComparer.Ordinal);
        using var reader = Files.Open();
        for (var i = 0; i < Files.Names.Count; i++)
        {
            if (PkuMmdSplit.ProtocolOf(Files.Inside(i)) == protocol)
                PkuMmdSplit.Read(reader.Read(i), Files.Where(i), Phase, sides);
        }
        return sides;
    }
}
