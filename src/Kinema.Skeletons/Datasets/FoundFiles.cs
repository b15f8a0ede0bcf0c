using System.Globalization;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets;

/// <summary>A file of a set.</summary>
/// <param name="Name">What it holds: the name of a clip or recording.</param>
/// <param name="Index">Its place in <see cref="ClipFiles.Names"/>.</param>
internal readonly record struct FoundFile(string Name, int Index);

/// <summary>The files of one kind in a folder or zip, each name once, ordered by name.</summary>
/// <param name="Files">The files.</param>
/// <param name="Repeats">Those whose name is there already, in the order they were found.</param>
/// <param name="Doubles">What to say of these.</param>
internal sealed record FoundFiles(IReadOnlyList<FoundFile> Files, IReadOnlyList<FoundFile> Repeats, IReadOnlyList<SkippedClip> Doubles)
{
    /// <summary>Looks for files; none may be there.</summary>
    /// <param name="files">Where to look.</param>
    /// <param name="most">
    /// How many there may be, generously: far too many are another set, or a trap, and nothing of them is read.
    /// </param>
    /// <param name="nameOf">The name of what a file holds, by its path inside the folder or zip; null for files of other kinds.</param>
    /// <exception cref="KinemaException">There are more (<see cref="ExitCode.Data"/>).</exception>
    public static FoundFiles In(ClipFiles files, int most, Func<string, string?> nameOf)
    {
        var found = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (repeats, doubles) = (new List<FoundFile>(), new List<SkippedClip>());
        for (var i = 0; i < files.Names.Count; i++)
        {
            if (nameOf(files.Inside(i)) is not { } name)
                continue;
            if (found.Count + doubles.Count == most)
            {
                throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                    $"{files.Path}: holds more than {most} files of this set: it is another one, or several copies of it"));
            }
            if (found.TryAdd(name, i))
                continue;
            repeats.Add(new FoundFile(name, i));
            doubles.Add(new SkippedClip(name, LeftOutByRule.Duplicate, $"{files.Where(i)}: {name} is there twice; the other is {files.Names[found[name]]}"));
        }
        return new FoundFiles([.. found.Select(pair => new FoundFile(pair.Key, pair.Value))], repeats, doubles);
    }

    /// <summary>The same, of which there must be one at least.</summary>
    /// <param name="files">Where to look.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="expected">What was looked for, as in "holds no …".</param>
    /// <param name="nameOf">The name of what a file holds; null for files of other kinds.</param>
    /// <exception cref="KinemaException">There is none, or there are more (<see cref="ExitCode.Data"/>).</exception>
    public static FoundFiles Some(ClipFiles files, int most, string expected, Func<string, string?> nameOf)
    {
        var found = In(files, most, nameOf);
        return found.Files.Count > 0 ? found : throw new KinemaException(ExitCode.Data, $"{files.Path}: holds no {expected}{OfZips(files)}");
    }

    /// <summary>What to add where a folder holds nothing of a set: the zips in it, of which one may be the download.</summary>
    /// <param name="files">The folder or zip.</param>
    public static string OfZips(ClipFiles files)
    {
        string[] zips = [.. files.Names.Where(name => name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))];
        return (zips, Directory.Exists(files.Path)) switch
        {
            ([], _) => "",
            (_, false) => $"; zips lie in it ({OneLine.Some(zips)}): unpack it, and give the one that is the download",
            ([var only], _) => $"; {only} lies in it: if that is the download, give it",
            _ => $"; zips lie in it ({OneLine.Some([.. zips.Select(zip => Path.GetFileName(zip))])}): give the one that is the download",
        };
    }

    /// <summary>Those of a list that are not there.</summary>
    /// <param name="listed">The names there should be.</param>
    /// <param name="files">Where they were looked for.</param>
    public IEnumerable<SkippedClip> Missing(IEnumerable<string> listed, ClipFiles files)
    {
        var there = Files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        return listed.Where(name => !there.Contains(name))
            .Select(name => new SkippedClip(name, LeftOutClips.Absent, $"{files.Path}: has no file of {name}; download it again"));
    }
}
