using System.Globalization;
using Kinema.Skeletons.Graphs;
using Kinema.Skeletons.Preparation;
using Kinema.Storage;

namespace Kinema.Skeletons.Datasets.NwUcla;

/// <summary>
/// NW-UCLA (Wang et al., CVPR 2014) as CTR-GCN and its successors use it: 1,484 clips of ten actions by ten people, three cameras, 20 joints of
/// the first Kinect in metres. The clips come in the order of the published lists, so that the splits have it too.
/// </summary>
internal sealed class NwUclaSource : FileSource
{
    private readonly NwUclaReader reader;
    private readonly Dictionary<string, ListedClip> listed;

    private NwUclaSource(ClipFiles files, FoundFiles found, IReadOnlyList<ListedClip> list)
        : base(files, Ordered(found, list), [.. found.Doubles, .. Unlisted(files, found, list), .. found.Missing(list.Select(clip => clip.Name), files)]) =>
        (reader, listed) = (new NwUclaReader(Layouts.NwUcla, list), list.ToDictionary(clip => clip.Name, StringComparer.Ordinal));

    public override string Name => "nw-ucla";

    public override string Preparation => "as-recorded 1";

    public override SkeletonLayout Layout => Layouts.NwUcla;

    public override IReadOnlyList<string> Classes => NwUclaName.Classes;

    /// <summary>The published pipelines compute in double from the text of the files.</summary>
    public override StoredType Precision => StoredType.Float64;

    /// <summary>The authors': cameras 1 and 2 train, camera 3 tests.</summary>
    public override IReadOnlyList<Protocol> Protocols { get; } = [new Protocol("official", clip => clip.Camera == 3 ? "test" : "train")];

    public static NwUclaSource At(string path) => At(path, OfficialList.Clips);

    internal static NwUclaSource At(string path, IReadOnlyList<ListedClip> list)
    {
        var files = ClipFiles.Open(path);
        return new NwUclaSource(files, FoundFiles.Some(files, most: 2 * list.Count, "NW-UCLA clip: files are named like a01_s01_e00_v01.json",
            inside => NwUclaReader.IsClip(inside) ? Path.GetFileNameWithoutExtension(inside) : null), list);
    }

    private protected override ItemClips Read(FoundFile file, string where, ClipFiles.Reader bytes)
    {
        var clip = reader.ReadClip(bytes.Read(file.Index), file.Name, where);
        return clip.Frames == listed[file.Name].Frames
            ? ItemClips.One(clip)
            : throw new KinemaException(ExitCode.Data, string.Create(CultureInfo.InvariantCulture,
                $"{where}: has {clip.Frames} frames; the list says {listed[file.Name].Frames}"));
    }

    private static IEnumerable<FoundFile> Ordered(FoundFiles found, IReadOnlyList<ListedClip> list)
    {
        var byName = found.Files.ToDictionary(file => file.Name, StringComparer.Ordinal);
        return list.Where(clip => byName.ContainsKey(clip.Name)).Select(clip => byName[clip.Name]);
    }

    private static IEnumerable<SkippedClip> Unlisted(ClipFiles files, FoundFiles found, IReadOnlyList<ListedClip> list)
    {
        var names = list.Select(clip => clip.Name).ToHashSet(StringComparer.Ordinal);
        return found.Files.Where(file => !names.Contains(file.Name))
            .Select(file => new SkippedClip(file.Name, LeftOutByRule.NotInList, $"{files.Where(file.Index)}: not in the official list"));
    }
}
